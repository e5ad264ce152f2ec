"""A 1x1 layer with weights of its own at each position. Source: DeepRA, attention block (Keras LocallyConnected2D)."""

import torch
from torch import Tensor, nn


class LocallyConnected1x1(nn.Module):
    """[N, C, H, W] -> [N, K, H, W]: out[n, k, y, x] = sum_c weight[k, c, y, x] * in[n, c, y, x] + bias[k, y, x].

    It fixes the size of the map.
    """

    def __init__(self, channels: int, out: int, height: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out, channels, height, width) * channels**-0.5)
        self.bias = nn.Parameter(torch.zeros(out, height, width))

    def forward(self, x: Tensor) -> Tensor:
        """Apply each position's own weights."""
        return torch.einsum("nchw,kchw->nkhw", x, self.weight) + self.bias
