"""Networks that read the overall score off one picture of both hands.

ResNet-Dwise50, its ablation ladder, and its rivals.

Source: Wang 2022 (ResNet-Dwise50), Table 1 for the network, Tables 3 and 4 for the others. The paper's text does not
fix the network. Counted readings of Table 1, in millions of parameters with one output (the paper says 4.3):

    hidden width as printed, 1x1 kept where it expands nothing, shortcut by 1x1     5.45
    hidden width as printed, that 1x1 left out,                 shortcut by 1x1     5.10
    hidden width as printed, 1x1 kept where it expands nothing, shortcut by zeros   4.76
    hidden width as printed, that 1x1 left out,                 shortcut by zeros   4.41  <- built: nearest to 4.3
    hidden width = width of the block's input, that 1x1 left out                    4.43 (zeros), 5.13 (1x1)
    hidden width 6 x 64 everywhere                                                  5.54 (zeros), 6.23 (1x1)
    hidden width 6 x width of the block's input ("expansion factor of 6")          50.45 (zeros), 51.15 (1x1)

Table 1's sizes (112, 56, 28, 14, 7 for 224 px) hold. "+ DSC" of Table 3 (3.7) has no table at all: three stacked
depthwise separable layers a block at ResNet's widths 64-512 count 3.75 (with shortcuts by zeros), one a block at
128-1024 4.43, two 2.45 or 9.56. The baseline (printed as 25) is ResNet-50 with preactivation and ResNet-D: 23.5 with
one output, 25.6 with 1000.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torchvision.models import mobilenet_v2, resnet50

from core.layers.depthwise_separable import DepthwiseSeparable, preactivated
from core.layers.inverted_residual import InvertedResidual, Shortcut
from core.layers.percentile_normalize import PercentileNormalize

GREY_MEAN, GREY_STD = (0.449,) * 3, (0.226,) * 3  # ImageNet's over the three channels; films are grey
STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))  # width and blocks, as in ResNet-50


@dataclass(frozen=True)
class WholeHandSettings:
    """Which network, side of the square picture, mean and spread of the training targets (both hands, 0-280 points)."""

    architecture: str = "resnet_dwise50"
    side_px: int = 1024
    mean_points: float = 0.0
    sd_points: float = 1.0


class _Residual(nn.Module):
    """Any body with a shortcut round it."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body(x) + self.shortcut(x)
        return out


Block = Callable[
    [int, int, int], tuple[nn.Module, int]
]  # channels, width of the stage, stride -> block and its channels


def _bottleneck(channels: int, width: int, stride: int) -> tuple[nn.Module, int]:
    out = 4 * width
    body = nn.Sequential(
        preactivated(channels, nn.Conv2d(channels, width, 1, bias=False)),
        preactivated(width, nn.Conv2d(width, width, 3, stride, padding=1, bias=False)),
        preactivated(width, nn.Conv2d(width, out, 1, bias=False)),
    )
    return _Residual(body, Shortcut(channels, out, stride, project=True)), out


def _separable(channels: int, width: int, stride: int) -> tuple[nn.Module, int]:
    body = nn.Sequential(
        DepthwiseSeparable(channels, width, stride), DepthwiseSeparable(width, width), DepthwiseSeparable(width, width)
    )
    return _Residual(body, Shortcut(channels, width, stride, project=False)), width


def _inverted(channels: int, width: int, stride: int) -> tuple[nn.Module, int]:
    return InvertedResidual(channels, width, 2 * width, stride, project=False), 2 * width


def _ladder(block: Block) -> tuple[nn.Sequential, int]:
    """ResNet-50's stem and stages with one kind of block; ends in batch norm and ReLU."""
    layers: list[nn.Module] = [
        nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),  # 112 px of 224
        nn.MaxPool2d(3, 2, padding=1),  # 56
    ]
    channels = 64
    for stage, (width, count) in enumerate(STAGES):
        for n in range(count):
            made, channels = block(channels, width, 2 if stage and n == 0 else 1)
            layers.append(made)
    layers += [nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*layers), channels


def _resnet50() -> tuple[nn.Module, int]:
    layers = list(resnet50().named_children())[:-2]  # named as in the detectors, which are a start for it
    return nn.Sequential(OrderedDict(layers)), 2048


ARCHITECTURES: dict[str, Callable[[], tuple[nn.Module, int]]] = {
    "resnet_dwise50": lambda: _ladder(_inverted),
    "resnet50_separable": lambda: _ladder(_separable),
    "resnet50_baseline": lambda: _ladder(_bottleneck),
    "resnet50": _resnet50,
    "mobilenet_v2": lambda: (mobilenet_v2().features, 1280),
}


class WholeHandNetwork(nn.Module):
    """Picture of both hands [N, 1, S, S] in [0, 1] -> z-scored total [N].

    Raises: ValueError for an architecture that is not there or a spread of the targets that is not above zero.
    """

    def __init__(self, settings: WholeHandSettings = WholeHandSettings()) -> None:
        super().__init__()
        if settings.architecture not in ARCHITECTURES:
            raise ValueError(f"no whole-hand network {settings.architecture}; there are {', '.join(ARCHITECTURES)}")
        if not settings.sd_points > 0:
            raise ValueError("the spread of the training targets must be above zero points")
        self.settings = settings
        self.normalize = PercentileNormalize(GREY_MEAN, GREY_STD)
        self.body, channels = ARCHITECTURES[settings.architecture]()
        self.score = nn.Linear(channels, 1)
        for module in self.modules():  # He 2015 (arXiv:1502.01852), as the paper starts
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.zeros_(self.score.bias)

    def features(self, pictures: Tensor) -> Tensor:
        """The feature map [N, C, S/32, S/32] that Grad-CAM looks at."""
        found: Tensor = self.body(self.normalize(pictures))
        return found

    def head(self, features: Tensor) -> Tensor:
        """The z-scored total [N] of a feature map."""
        scores: Tensor = self.score(features.mean((2, 3)))
        return scores[:, 0]

    def forward(self, pictures: Tensor, cells: bool = False) -> Tensor:
        """The z-scored total [N], or what each cell of the feature map adds to it [N, S/32, S/32].

        The total is their mean.
        """
        features = self.features(pictures)
        if not cells:
            return self.head(features)
        scores: Tensor = self.score(features.permute(0, 2, 3, 1))
        return scores[..., 0]

    def points(self, z: Tensor) -> Tensor:
        """Points of both hands from a z-scored total; not clipped."""
        return z * self.settings.sd_points + self.settings.mean_points
