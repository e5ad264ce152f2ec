"""DeepRA's second row of Table 3: DenseNet-169 on the whole film, without joint detection and attention.

Source: DeepRA, section 4.3.3 (one sentence: pretrained on ImageNet, fine-tuned on films of hands and feet); Huang 2017,
arXiv:1608.06993. The size of its films was not published.
"""

from dataclasses import dataclass

import timm
import torch
from torch import Tensor, nn

from core.layers.stretch import Stretch
from core.svh import SITES, Limb


@dataclass(frozen=True)
class FilmSettings:
    """Backbone (timm name) and side of the square that the whole film is laid into."""

    backbone: str = "densenet169"
    side_px: int = 512


class FilmNetwork(nn.Module):
    """Whole films [N, 1, S, S] in [0, 1] of one kind of limb -> shares of each site's maximum [N, sites].

    Sites in the order of `SITES[limb]`; both limbs share the backbone.
    """

    def __init__(self, settings: FilmSettings = FilmSettings()) -> None:
        super().__init__()
        self.settings = settings
        self.backbone = timm.create_model(settings.backbone, pretrained=False, num_classes=0, global_pool="")
        config = self.backbone.default_cfg
        self.stretch = Stretch(config["mean"], config["std"])
        channels = self.backbone.num_features
        self.heads = nn.ModuleDict({limb.value: nn.Linear(channels, len(SITES[limb])) for limb in Limb})

    def features(self, films: Tensor) -> Tensor:
        """The feature map [N, C, S/32, S/32] that Grad-CAM looks at."""
        return self.backbone(self.stretch(films))

    def head(self, features: Tensor, limb: Limb) -> Tensor:
        """Shares of a feature map."""
        return self.heads[limb.value](features.mean((2, 3)))

    def forward(self, films: Tensor, limb: Limb) -> Tensor:
        """Shares of the sites of `limb`."""
        return self.head(self.features(films), limb)

    def points(self, shares: Tensor, limb: Limb) -> Tensor:
        """Points from shares, clipped to 0..maximum."""
        maxima = torch.tensor([site.maximum for site in SITES[limb]], dtype=shares.dtype, device=shares.device)
        return shares.clamp(0, 1) * maxima
