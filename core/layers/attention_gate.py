"""DeepRA's attention block: a gate in [0, 1] over the map, and the mean of the features that it weights."""

from collections.abc import Sequence

from torch import Tensor, nn

from core.layers.locally_connected import LocallyConnected1x1

GATE_WIDTHS = (512, 256, 128, 64, 16)


class AttentionGate(nn.Module):
    """Features [N, C, H, W] -> (pooled [N, C], attention [N, 1, H, W]).

    BatchNorm, 1x1 convolutions with ReLU, a locally connected 1x1 layer with sigmoid; then
    z_c = sum(A F_c) / (sum(A) + eps). Source: DeepRA, figure 3, as its public code builds it.
    """

    def __init__(
        self, channels: int, map_size: tuple[int, int], widths: Sequence[int] = GATE_WIDTHS, eps: float = 1e-4
    ) -> None:
        super().__init__()
        self.eps = eps
        self.norm = nn.BatchNorm2d(channels)
        layers: list[nn.Module] = []
        before = channels
        for width in widths:
            layers += [nn.Conv2d(before, width, 1), nn.ReLU(inplace=True)]
            before = width
        self.mix = nn.Sequential(*layers)
        self.local = LocallyConnected1x1(before, 1, *map_size)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Pool by attention."""
        even = self.norm(features)
        attention = self.local(self.mix(even)).sigmoid()
        pooled = (attention * even).sum((2, 3)) / (attention.sum((2, 3)) + self.eps)
        return pooled, attention
