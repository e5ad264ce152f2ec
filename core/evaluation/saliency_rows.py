"""One row a map of the study of saliency, and the means of rows with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.evaluation.saliency_tables import WHOLE_HAND

RESAMPLES = 1000


@dataclass(frozen=True)
class Row:
    """One map of one site of one film. NaN where a measure is not defined."""

    patient: str
    source: str  # "phantom" or "real"
    kind: str  # row/output: erosion_fingers/MCP
    grade: int  # of the site; of both hands for the whole-hand network
    map: str
    inside_damage: float
    pointing: float
    pr_area: float
    inside_box: float
    deletion: float
    insertion: float
    spearman: float  # with the attention of the same site; with Grad-CAM for the whole-hand network, which has none
    overlap: float
    blank: float
    chance: float


def mean_with_interval(rows: Sequence[Row], measure: str) -> tuple[float, float, float, int] | None:
    """Mean, 95 % interval and number of patients; whole patients are drawn, so that their sites stay together.

    None where nothing was measured. Source: percentile bootstrap, Efron & Tibshirani 1993.
    """
    sums: dict[str, list[float]] = {}
    for row in rows:
        value = float(getattr(row, measure))
        if np.isfinite(value):
            total = sums.setdefault(row.patient, [0.0, 0.0])
            total[0] += value
            total[1] += 1
    if not sums:
        return None
    pairs = np.array(list(sums.values()))
    drawn = np.random.default_rng(0).integers(0, len(pairs), (RESAMPLES, len(pairs)))
    means = pairs[drawn, 0].sum(1) / pairs[drawn, 1].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(pairs[:, 0].sum() / pairs[:, 1].sum()), float(low), float(high), len(pairs)


MEASURES = (
    "inside_damage", "pointing", "pr_area", "inside_box", "deletion", "insertion", "spearman", "overlap", "blank",
    "chance",
)  # fmt: skip


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Means and intervals of every map: over all, by source, by kind of site and by grade."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        names = [row.source, f"{row.source} {row.kind.split('_')[0]}", f"{row.source} {row.kind}"]
        names += [f"phantom {row.kind.split('_')[0]}, grade {row.grade}"] if row.source == "phantom" else []
        for name in [WHOLE_HAND] if row.kind == WHOLE_HAND else names:
            groups.setdefault(name, []).append(row)
    found: dict[str, Any] = {}
    for name in sorted(groups):
        maps = dict.fromkeys(row.map for row in groups[name])
        found[name] = {
            each: {m: mean_with_interval([r for r in groups[name] if r.map == each], m) for m in MEASURES}
            for each in maps
        }
    return found
