"""Shortcuts of ResNet-D, and the inverted residual block: expand by 1x1, filter each channel, project by 1x1.

Source: MobileNetV2 (Sandler 2018, arXiv:1801.04381, section 3) for the block, He 2019 (arXiv:1812.01187, ResNet-D) for
the shortcut and He 2016 (arXiv:1603.05027) for full preactivation, as ResNet-Dwise50 joins the three.
"""

import torch
from torch import Tensor, nn

from core.layers.depthwise_separable import DepthwiseSeparable, preactivated


class Shortcut(nn.Module):
    """The way round a block: 2x2 mean pooling where it strides; more channels by a 1x1 convolution or by zeros.

    Source: ResNet-D for pooling before the 1x1 convolution; He 2016 (arXiv:1512.03385), option A, for the zeros.
    """

    def __init__(self, channels: int, out: int, stride: int, *, project: bool) -> None:
        super().__init__()
        self.more = 0 if project else out - channels
        self.pool = nn.AvgPool2d(stride, ceil_mode=True) if stride > 1 else nn.Identity()
        self.mix = nn.Conv2d(channels, out, 1, bias=False) if project and out != channels else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] -> [N, K, H/stride, W/stride]."""
        x = self.mix(self.pool(x))
        if not self.more:
            return x
        return torch.cat([x, x.new_zeros(len(x), self.more, *x.shape[2:])], dim=1)


class InvertedResidual(nn.Module):
    """[N, C, H, W] -> [N, K, H/stride, W/stride] through `hidden` channels.

    Where `hidden` equals C there is nothing to expand and the first 1x1 convolution is left out, as MobileNetV2 does.
    """

    def __init__(self, channels: int, hidden: int, out: int, stride: int = 1, *, project: bool = True) -> None:
        super().__init__()
        same = hidden == channels
        expand = nn.Identity() if same else preactivated(channels, nn.Conv2d(channels, hidden, 1, bias=False))
        self.body = nn.Sequential(expand, DepthwiseSeparable(hidden, out, stride))
        self.shortcut = Shortcut(channels, out, stride, project=project)

    def forward(self, x: Tensor) -> Tensor:
        """The block's output plus its shortcut."""
        out: Tensor = self.body(x) + self.shortcut(x)
        return out
