"""A 3x3 filter per channel, then a 1x1 mix of the channels, each behind batch norm and ReLU.

Source: MobileNet (Howard 2017, arXiv:1704.04861) with the full preactivation of He 2016 (arXiv:1603.05027), as
ResNet-Dwise50 has it.
"""

from torch import Tensor, nn


def preactivated(channels: int, layer: nn.Module) -> nn.Sequential:
    """Batch norm over `channels`, ReLU, `layer`."""
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(inplace=True), layer)


class DepthwiseSeparable(nn.Module):
    """[N, C, H, W] -> [N, K, H/stride, W/stride]: 9 C + C K weights where a full 3x3 convolution has 9 C K."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        depthwise = nn.Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False)
        self.depthwise = preactivated(channels, depthwise)
        self.pointwise = preactivated(channels, nn.Conv2d(channels, out, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        """Filter each channel, then mix them."""
        mixed: Tensor = self.pointwise(self.depthwise(x))
        return mixed
