"""EfficientNet with DeepRA's attention block, one head a row of its Table 2.

Each paper network is one backbone with one row; the compact network is one small backbone that all six rows share.
Unlike the original the outputs have no ReLU (it dies on zero targets and leaves Grad-CAM blank); points are clipped at
the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import timm
import torch
from torch import Tensor, nn

from core.joint_scoring.table import ROW_BY_NAME, ROWS
from core.layers.attention_gate import AttentionGate
from core.layers.percentile_normalize import PercentileNormalize

QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class ScoringSettings:
    """Backbone (timm name), which of its stages is read, side of the square crop, rows, whether crops are close-ups.

    `scales` are the sizes at which every crop is looked at; the values are their mean, so that an error of the pose's
    scale counts less.
    """

    backbone: str = "tf_efficientnet_lite0"
    stage: int = 3  # of timm's five: 3 has stride 16, 4 has stride 32 (the papers' networks)
    crop_px: int = 128
    rows: tuple[str, ...] = tuple(row.name for row in ROWS)
    close_up: bool = True
    hidden: int = 512
    dropout: float = 0.1
    truth_map: bool = True  # the paper's networks have none
    scales: tuple[float, ...] = (1.0,)


class RowHead(nn.Module):
    """Attention gate, two dense layers: features [N, C, H, W] -> (values [N, k, 3], attention [N, 1, H, W]).

    The three values of an output are its score and the two quantiles of it, as shares of the site's maximum.
    """

    def __init__(self, channels: int, map_px: int, outputs: int, settings: ScoringSettings) -> None:
        super().__init__()
        self.outputs = outputs
        self.gate = AttentionGate(channels, (map_px, map_px))
        self.dense = nn.Sequential(
            nn.Dropout(settings.dropout),
            nn.Linear(channels, settings.hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(settings.dropout),
            nn.Linear(settings.hidden, outputs * 3),
        )

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Values and attention."""
        pooled, attention = self.gate(features)
        return self.dense(pooled).view(-1, self.outputs, 3), attention


class ScoringNetwork(nn.Module):
    """Crops [N, 1, S, S] in [0, 1] -> features; each row's head -> values and attention.

    `truth_map` reads off the features where gap and erosion lie ([N, 2, H, W] logits): training on phantoms uses it.
    """

    def __init__(self, settings: ScoringSettings = ScoringSettings()) -> None:
        super().__init__()
        self.settings = settings
        backbone: Any = timm.create_model(
            settings.backbone, pretrained=False, features_only=True, out_indices=(settings.stage,)
        )
        last = backbone.feature_info.get_dicts()[0]["module"]
        efficient = last.startswith("blocks.")
        if efficient:  # "blocks.4": timm keeps an EfficientNet's blocks behind it
            backbone.blocks = backbone.blocks[: int(last.split(".")[1]) + 1]
        config = backbone.default_cfg
        self.backbone = backbone
        self.normalize = PercentileNormalize(config["mean"], config["std"])
        channels, stride = backbone.feature_info.channels()[0], backbone.feature_info.reduction()[0]
        map_px = -(-settings.crop_px // stride) if efficient else settings.crop_px // stride
        self.heads = nn.ModuleDict(
            {name: RowHead(channels, map_px, len(ROW_BY_NAME[name].outputs), settings) for name in settings.rows}
        )
        self.truth_map = nn.Conv2d(channels, 2, 1) if settings.truth_map else None

    def features(self, crops: Tensor) -> Tensor:
        """The feature map [N, C, H, W] that attention and Grad-CAM look at."""
        return self.backbone(self.normalize(crops))[0]

    def forward(self, crops: Tensor, rows: Sequence[str] | None = None) -> dict[str, tuple[Tensor, Tensor]]:
        """Values and attention of each row (all rows of the network unless told)."""
        features = self.features(crops)
        return {name: self.heads[name](features) for name in (rows or self.settings.rows)}


# DeepRA's networks with detection and attention, by row of its Table 2. An attention map is 8 x 8 on 256 px crops, 10 x
# 10 on 300 px. Its DenseNet-169 "with both" is one line of Table 3 without details: here one backbone that all six rows
# share.
PAPER_SETTINGS: dict[str, ScoringSettings] = {
    row.name: ScoringSettings(row.backbone, 4, row.crop_px, (row.name,), close_up=False, truth_map=False)
    for row in ROWS
}
DENSENET_SETTINGS = ScoringSettings("densenet169", 4, 256, close_up=False, truth_map=False)


def scoring_loss(values: Tensor, target: Tensor) -> Tensor:
    """Squared error of the score plus pinball loss of its quantiles, per crop.

    `values` [N, 3] and `target` [N] are shares of the maximum. Source: Koenker & Bassett 1978 for the pinball loss.
    """
    loss = (values[:, 0] - target) ** 2
    for k, quantile in enumerate(QUANTILES, start=1):
        error = target - values[:, k]
        loss = loss + 0.2 * torch.maximum(quantile * error, (quantile - 1) * error)
    return loss
