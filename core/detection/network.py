"""The networks that find: limbs on a whole film, and parts and joints in an upright view of one limb.

Source: DeepRA stage 1 for the RetinaNets (Lin 2017, arXiv:1708.02002; ResNet-50-FPN at 1000/1400 in the paper,
MobileNetV2-FPN in the compact set); the limb finder reads centres and vectors off a map as in CenterNet (Zhou 2019,
arXiv:1904.07850).
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torchvision.models import mobilenet_v2, resnet50
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead
from torchvision.ops.feature_pyramid_network import ExtraFPNBlock

from core.anatomy.parts import JOINTS, PARTS
from core.anatomy.template import TEMPLATE_MM
from core.layers.percentile_normalize import PercentileNormalize
from core.svh import Limb

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

LIMBS = (Limb.HAND, Limb.FOOT)
OFFSET_UNIT_PX = 32.0  # of the finder's offsets
PLACE_UNIT_MM = 32.0  # of the finder's places on the template
MAPS_A_LIMB = 4


@dataclass(frozen=True)
class FinderSettings:
    """The film is laid into a square of `side_px`; one cell of the map is 8 px."""

    side_px: int = 256
    width: int = 96


@dataclass(frozen=True)
class PartsSettings:
    """View of one limb: (width, height) in px, mm of the template per px, the template point in its middle.

    `seen`: the height of the heat peak above which a joint counts as seen; fitted at the end of a training.
    """

    limb: str = "HAND"
    backbone: str = "mobilenet_v2"
    width_px: int = 256
    height_px: int = 352
    mm_per_px: float = 0.75
    centre_mm: tuple[float, float] = (0.0, 0.0)
    fpn_width: int = 128
    anchors_px: tuple[tuple[int, ...], ...] = ((56, 76), (104, 136))
    glance: bool = False  # whether the network also says how large the limb is and whether it grows
    seen: float = 0.25

    @property
    def points(self) -> tuple[str, ...]:
        """The points with a heat map: every SvH joint, then the points that help to tell the parts apart."""
        limb = Limb(self.limb)
        extra = ("TIP", "DIP", "PIP") if limb is Limb.HAND else ("PIP", "TMT")
        more = tuple(n for n in TEMPLATE_MM[limb] if n.startswith(extra) and n not in JOINTS[limb])
        return JOINTS[limb] + more


# DeepRA's detectors: ResNet-50-FPN on views of 1000 x 1400 px, the paper's bounds of the shorter and the longer side.
PAPER_PARTS: dict[Limb, PartsSettings] = {
    Limb.HAND: PartsSettings("HAND", "resnet50", 1000, 1400, 0.19, (-6.0, 6.0), 256, ((220, 300), (410, 536))),
    Limb.FOOT: PartsSettings("FOOT", "resnet50", 1000, 1400, 0.16, (0.0, 8.0), 256, ((244, 333), (455, 593))),
}


def smaller_view(settings: PartsSettings, height_px: int) -> PartsSettings:
    """The same field of view with about `height_px` rows; sides are whole cells of 8 px, anchors shrink with them."""
    height_px = max(32, 8 * round(height_px / 8))
    share = height_px / settings.height_px
    return replace(
        settings,
        width_px=max(32, 8 * round(settings.width_px * share / 8)),
        height_px=height_px,
        mm_per_px=settings.mm_per_px / share,
        anchors_px=tuple(tuple(max(4, round(side * share)) for side in level) for level in settings.anchors_px),
    )


def _fpn(backbone: str, width: int) -> BackboneWithFPN:
    """Feature pyramid with maps at strides 8, 16, 32 named 0, 1, 2; ImageNet weights are loaded by the trainer."""
    if backbone == "mobilenet_v2":
        body = mobilenet_v2().features[:-1]
        return BackboneWithFPN(body, {"6": "0", "13": "1", "17": "2"}, [32, 96, 320], width, extra_blocks=_NoExtra())
    if backbone == "resnet50":
        body = resnet50()  # its batch norm learns: frozen statistics would need the COCO start, which is not at hand
        layers = {"layer2": "0", "layer3": "1", "layer4": "2"}
        return BackboneWithFPN(body, layers, [512, 1024, 2048], width, extra_blocks=_NoExtra())
    raise ValueError(f"unknown detection backbone {backbone}")


class _NoExtra(ExtraFPNBlock):
    """torchvision adds a pooled level unless it is told what else to add: nothing."""

    def forward(self, results: list[Tensor], x: list[Tensor], names: list[str]) -> tuple[list[Tensor], list[str]]:
        return results, names


def _tower(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True), nn.Conv2d(width, out, 1)
    )


class LimbFinder(nn.Module):
    """Whole film [N, 1, S, S] in [0, 1] -> heat logits, maps and polarity logits.

    Heat [N, 2, S/8, S/8]: whether a cell lies on a hand, on a foot. Maps [N, 2 * 4, S/8, S/8], for each kind of limb:
    the place of the cell on the template limb (x, y, in units of 32 mm) if it is not mirrored, and where the middle of
    what is seen of this limb lies from the cell (x, y, in units of 32 px). So every cell of a limb says by itself where
    it belongs: half a hand is found like a whole one, and many cells outvote a few. Which side it is, is not asked
    here: the joints tell it better. Polarity [N]: above zero for a film stored light for dark, on which no limb is
    found.

    Source: centres and offsets as in CenterNet (Zhou 2019, arXiv:1904.07850) and Panoptic-DeepLab (Cheng 2020,
    arXiv:1911.10194); places on a template as in DensePose (Gueler 2018, arXiv:1802.00434).
    """

    def __init__(self, settings: FinderSettings = FinderSettings()) -> None:
        super().__init__()
        self.settings = settings
        self.normalize = PercentileNormalize(IMAGENET_MEAN, IMAGENET_STD)
        self.backbone = _fpn("mobilenet_v2", settings.width)
        self.heat = _tower(settings.width, len(LIMBS))
        self.maps = _tower(settings.width, len(LIMBS) * MAPS_A_LIMB)
        self.polarity = nn.Linear(settings.width, 1)
        nn.init.constant_(self.heat[-1].bias, -3.0)  # type: ignore[arg-type]

    def forward(self, film: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Heat logits, maps and polarity logits."""
        pyramid = self.backbone(self.normalize(film))
        features = pyramid["0"]
        return self.heat(features), self.maps(features), self.polarity(pyramid["2"].mean((2, 3)))[:, 0]


class PartsNetwork(RetinaNet):
    """torchvision's RetinaNet on the views of one limb, with a map of joint centres read off the same pyramid.

    `forward(views [N, 1, H, W])` gives (detections as torchvision gives them, heat logits [N, P, H/4, W/4], glance [N,
    2]); `losses(views, targets)` the two RetinaNet losses, the heat logits and the glance. Boxes in view pixels; label
    k is `PARTS[limb][k]`. The glance: the logarithm of how much larger the limb is in the view than the template, and a
    logit that is above zero for a skeleton that grows; zeros for a network without it.
    """

    def __init__(self, settings: PartsSettings) -> None:
        limb = Limb(settings.limb)
        backbone = _fpn(settings.backbone, settings.fpn_width)
        anchors = AnchorGenerator(settings.anchors_px, ((0.5, 1.0, 2.0),) * len(settings.anchors_px))
        head = RetinaNetHead(settings.fpn_width, anchors.num_anchors_per_location()[0], len(PARTS[limb]))
        super().__init__(
            backbone, len(PARTS[limb]), anchor_generator=anchors, head=head, score_thresh=0.02, detections_per_img=60
        )
        self.settings = settings
        self.normalize = PercentileNormalize(IMAGENET_MEAN, IMAGENET_STD)
        levels = len(settings.anchors_px)
        self.levels = tuple(str(k) for k in range(3 - levels, 3))
        self.joints = nn.Sequential(
            nn.Conv2d(settings.fpn_width, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 4 * len(settings.points), 1),
            nn.PixelShuffle(2),
        )
        nn.init.constant_(self.joints[-2].bias, -4.0)  # type: ignore[arg-type]
        self.glance = nn.Linear(2 * settings.fpn_width, 2) if settings.glance else None

    def _run(self, views: Tensor) -> tuple[list[Tensor], dict[str, Tensor], list[Tensor], Tensor, Tensor]:
        pyramid: OrderedDict[str, Tensor] = self.backbone(self.normalize(views))
        features = [pyramid[name] for name in self.levels]
        sizes = [(views.shape[-2], views.shape[-1])] * len(views)
        anchors = self.anchor_generator(ImageList(views, sizes), features)
        if self.glance is None:
            glance = views.new_zeros(len(views), 2)
        else:
            last = pyramid["2"]
            glance = self.glance(torch.cat([last.mean((2, 3)), last.amax((2, 3))], 1))
        return features, self.head(features), anchors, self.joints(pyramid["0"]), glance

    def losses(self, views: Tensor, targets: list[dict[str, Tensor]]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """RetinaNet's classification and box losses, the heat logits and the glance."""
        _, outputs, anchors, heat, glance = self._run(views)
        whole = {name: value.float() for name, value in outputs.items()}  # also where autocast made them bfloat16
        return self.compute_loss(targets, whole, anchors), heat.float(), glance.float()

    def forward(self, views: Tensor) -> tuple[list[dict[str, Tensor]], Tensor, Tensor]:
        """Detections, heat logits and the glance."""
        features, outputs, anchors, heat, glance = self._run(views)
        counts = [f.shape[-2] * f.shape[-1] * self.anchor_generator.num_anchors_per_location()[0] for f in features]
        split = {name: list(value.split(counts, dim=1)) for name, value in outputs.items()}
        per_level = [list(a.split(counts)) for a in anchors]
        sizes = [(views.shape[-2], views.shape[-1])] * len(views)
        return self.postprocess_detections(split, per_level, sizes), heat, glance
