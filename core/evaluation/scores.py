"""How well points agree with the truth: kappa, per-site errors, totals, false points, interval coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.agreement.coefficients import quadratic_kappa
from core.svh import Damage, Limb, Side, Site


@dataclass(frozen=True)
class CellPair:
    """One site of one patient: true points, the model's points and interval."""

    patient: str
    limb: Limb
    side: Side
    site: Site
    truth: int
    points: int
    low: float
    high: float


def site_figures(cells: Sequence[CellPair]) -> dict[str, float]:
    """Kappa, RMSE and interval coverage of JSN and erosion apart, over all cells."""
    figures: dict[str, float] = {"cells": len(cells)}
    for damage in Damage:
        mine = [c for c in cells if c.site.damage is damage]
        if not mine:
            continue
        name = "erosion" if damage is Damage.EROSION else "jsn"
        truth, points = (np.array([getattr(c, key) for c in mine], float) for key in ("truth", "points"))
        inside = np.array([c.low - 1e-6 <= c.truth <= c.high + 1e-6 for c in mine])
        figures[f"{name}_kappa"] = round(quadratic_kappa(truth, points), 4)
        figures[f"{name}_site_rmse"] = round(float(np.sqrt(np.mean((truth - points) ** 2))), 4)
        figures[f"{name}_coverage"] = round(float(inside.mean()), 4)
        if (truth > 0).any():
            figures[f"{name}_coverage_damaged"] = round(float(inside[truth > 0].mean()), 4)
            figures[f"{name}_sensitivity"] = round(float((points[truth > 0] > 0).mean()), 4)
        if (points > 0).any():  # at 0 points nearly every interval is [0, 0], and right more often than it promises
            figures[f"{name}_coverage_where_points"] = round(float(inside[points > 0].mean()), 4)
        if (truth == 0).any():
            figures[f"{name}_mean_points_at_zero"] = round(float(points[truth == 0].mean()), 4)
    both = [c.low - 1e-6 <= c.truth <= c.high + 1e-6 for c in cells]
    figures["coverage"] = round(float(np.mean(both)), 4) if both else float("nan")
    return figures


def total_figures(cells: Sequence[CellPair]) -> dict[str, float]:
    """Pearson's r and RMSE of patients' totals: all, JSN, erosion."""
    patients = sorted({c.patient for c in cells})
    figures: dict[str, float] = {"patients": len(patients)}
    for name, damages in (("total", tuple(Damage)), ("jsn", (Damage.JSN,)), ("erosion", (Damage.EROSION,))):
        sums = {p: [0.0, 0.0] for p in patients}
        for c in cells:
            if c.site.damage in damages:
                sums[c.patient][0] += c.truth
                sums[c.patient][1] += c.points
        pairs = np.array(list(sums.values()))
        figures[f"{name}_pearson"] = round(float(np.corrcoef(pairs.T)[0, 1]), 4)
        figures[f"{name}_rmse"] = round(float(np.sqrt(np.mean((pairs[:, 0] - pairs[:, 1]) ** 2))), 2)
        figures[f"{name}_bias"] = round(float(np.mean(pairs[:, 1] - pairs[:, 0])), 2)
    return figures


def false_points(cells: Sequence[CellPair]) -> dict[str, float]:
    """Points given to undamaged limbs: mean and worst per hand and per foot."""
    figures: dict[str, float] = {}
    for limb in Limb:
        sums: dict[str, int] = {}
        for c in cells:
            if c.limb is limb:
                sums[c.patient] = sums.get(c.patient, 0) + c.points
        if sums:
            figures[f"{limb.value.lower()}_mean"] = round(float(np.mean(list(sums.values()))), 2)
            figures[f"{limb.value.lower()}_worst"] = float(max(sums.values()))
            figures[f"{limb.value.lower()}_films"] = len(sums)
    return figures
