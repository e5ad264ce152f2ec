"""How far an estimate of totals is from a reference.

R, MAE, RMSE with intervals by patient, limits of agreement, paired t-test. "p > 0.05" says only that a mean difference
was not shown, not that two methods agree; the limits of agreement say how far apart they are for one patient.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.agreement.coefficients import pair, pair_from_sums

Floats = NDArray[np.floating]
RESAMPLES = 1000
FIGURES = {"rho": "pearson", "mae": "mae", "rmse": "rmse"}


def intervals(first: Floats, second: Floats, *, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, list[float]]:
    """95 % percentile intervals of what `pair_from_sums` gives; whole patients are drawn.

    Source: Efron & Tibshirani 1993, chapter 13.
    """
    rng = np.random.default_rng(seed)
    both = np.stack([first, second], axis=1)
    drawn = (both - np.rint(both.mean()))[rng.integers(len(both), size=(resamples, len(both)))]
    found = pair_from_sums(
        np.full(resamples, float(len(both))),
        drawn.sum(axis=1),
        np.einsum("rni,rnj->rij", drawn, drawn),
        np.abs(drawn[..., 0] - drawn[..., 1]).sum(axis=1),
    )
    return {
        name: np.nanpercentile(values, (2.5, 97.5)).tolist() if np.isfinite(values).any() else [np.nan, np.nan]
        for name, values in found.items()
    }


def _rounded(value: float, digits: int = 3) -> float | None:
    """None where a figure is not defined: JSON has no NaN."""
    return round(value, digits) if np.isfinite(value) else None


def total_comparison(reference: Floats, estimate: Floats) -> dict[str, Any]:
    """Every figure of one method against a reference, in points, patient by patient; None where one is not defined.

    Raises: ValueError with fewer than three patients or arrays of different sizes.
    """
    reference, estimate = np.asarray(reference, float), np.asarray(estimate, float)
    if reference.shape != estimate.shape or reference.size < 3:
        raise ValueError("a comparison needs as many estimates as references, and at least three patients")
    ours, spans = pair(estimate, reference), intervals(estimate, reference)
    if np.ptp(reference) == 0 or np.ptp(estimate) == 0:
        ours["pearson"], spans["pearson"] = np.nan, [np.nan, np.nan]
    found: dict[str, Any] = {"patients": int(reference.size)}
    for name, statistic in FIGURES.items():
        found[name] = _rounded(ours[statistic])
        found[f"{name}_interval"] = [_rounded(v) for v in spans[statistic]]
    found["bias"], found["limits"] = (
        round(ours["bias"], 2),
        [round(ours[f"{end}_limit"], 2) for end in ("lower", "upper")],
    )
    found["p"] = _rounded(ours["t_test_p"], 4)
    return found
