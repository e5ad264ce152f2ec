"""Brightness of a view, made comparable between films before a network sees it."""

import torch
from torch import Tensor, nn


class PercentileNormalize(nn.Module):
    """Grey [N, 1, H, W] of any brightness to three ImageNet-normalised channels [N, 3, H, W].

    The 1st and 99th percentile of each view become 0 and 1; outside them values are kept up to a quarter beyond.
    """

    def __init__(self, mean: tuple[float, float, float], std: tuple[float, float, float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)

    def forward(self, grey: Tensor) -> Tensor:
        """Stretch each view by its own percentiles."""
        step = max(1, min(grey.shape[-2:]) // 64)
        few = grey[:, :, ::step, ::step].flatten(1).float()
        low, high = torch.quantile(few, torch.tensor([0.01, 0.99], device=grey.device), dim=1)
        low, high = low.view(-1, 1, 1, 1), high.view(-1, 1, 1, 1)
        even = ((grey - low) / (high - low).clamp_min(0.02)).clamp(-0.25, 1.25)
        return (even - self.mean) / self.std
