"""DeepRA's second row of Table 3: DenseNet-169 on the whole film, without joint detection and attention.

Source: DeepRA, section 4.3.3 (one sentence: pretrained on ImageNet, fine-tuned on films of hands and feet); Huang 2017,
arXiv:1608.06993. The size of its films was not published.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.layers.percentile_normalize import PercentileNormalize
from core.svh import SITES, Limb, Side


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
        backbone: Any = timm.create_model(settings.backbone, pretrained=False, num_classes=0, global_pool="")
        self.normalize = PercentileNormalize(backbone.default_cfg["mean"], backbone.default_cfg["std"])
        channels: int = backbone.num_features
        self.backbone: nn.Module = backbone
        self.heads = nn.ModuleDict({limb.value: nn.Linear(channels, len(SITES[limb])) for limb in Limb})

    def features(self, films: Tensor) -> Tensor:
        """The feature map [N, C, S/32, S/32] that Grad-CAM looks at."""
        found: Tensor = self.backbone(self.normalize(films))
        return found

    def head(self, features: Tensor, limb: Limb) -> Tensor:
        """Shares of a feature map."""
        shares: Tensor = self.heads[limb.value](features.mean((2, 3)))
        return shares

    def forward(self, films: Tensor, limb: Limb) -> Tensor:
        """Shares of the sites of `limb`."""
        return self.head(self.features(films), limb)

    def points(self, shares: Tensor, limb: Limb) -> Tensor:
        """Points from shares, clipped to 0..maximum."""
        maxima = torch.tensor([site.maximum for site in SITES[limb]], dtype=shares.dtype, device=shares.device)
        return shares.clamp(0, 1) * maxima


def letterbox(pixels: NDArray[np.float32], side: Side, side_px: int) -> NDArray[np.float32]:
    """A whole film [H, W] in [0, 1] in the middle of a square [side_px, side_px].

    A left limb is mirrored into a right one.
    """
    if side is Side.L:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    scale = side_px / max(pixels.shape)
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.full((side_px, side_px), float(np.percentile(small, 1)), np.float32)
    top, left = (side_px - size[1]) // 2, (side_px - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square
