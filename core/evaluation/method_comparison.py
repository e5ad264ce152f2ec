"""How far an estimate of totals is from a reference: r, MAE, RMSE with intervals by patient, limits of agreement, paired t-test.

"p > 0.05" says only that a mean difference was not shown, not that two methods agree; the limits of agreement say how far apart
they are for one patient.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_rel

Floats = NDArray[np.floating]
RESAMPLES = 1000


def pearson(a: Floats, b: Floats) -> float:
    """Pearson's r; NaN where one of the two does not vary."""
    return float(np.corrcoef(a, b)[0, 1]) if np.std(a) > 0 and np.std(b) > 0 else float("nan")


def mae(a: Floats, b: Floats) -> float:
    """Mean absolute difference."""
    return float(np.mean(np.abs(a - b)))


def rmse(a: Floats, b: Floats) -> float:
    """Root mean square difference."""
    return float(np.sqrt(np.mean((a - b) ** 2)))


def limits_of_agreement(reference: Floats, estimate: Floats) -> tuple[float, float, float]:
    """Mean difference (estimate - reference) and mean -+ 1.96 standard deviations of the differences.

    Source: Bland & Altman 1986, Lancet 327:307.
    """
    difference = np.asarray(estimate, float) - np.asarray(reference, float)
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    return bias, bias - 1.96 * spread, bias + 1.96 * spread


def bootstrap(
    statistic: Callable[[Floats, Floats], float], a: Floats, b: Floats, *, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """95 % percentile interval of a statistic of pairs; whole patients are drawn. Source: Efron & Tibshirani 1993, chapter 13."""
    rng = np.random.default_rng(seed)
    drawn = [statistic(a[chosen], b[chosen]) for chosen in rng.integers(len(a), size=(resamples, len(a)))]
    low, high = np.nanpercentile(drawn, (2.5, 97.5)) if np.isfinite(drawn).any() else (np.nan, np.nan)
    return float(low), float(high)


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
    found: dict[str, Any] = {"patients": int(reference.size)}
    for name, statistic in (("rho", pearson), ("mae", mae), ("rmse", rmse)):
        found[name] = _rounded(statistic(reference, estimate))
        found[f"{name}_interval"] = [_rounded(v) for v in bootstrap(statistic, reference, estimate)]
    bias, low, high = limits_of_agreement(reference, estimate)
    found["bias"], found["limits"] = round(bias, 2), [round(low, 2), round(high, 2)]
    same = bool(np.allclose(reference - estimate, (reference - estimate)[0]))
    found["p"] = None if same else _rounded(float(ttest_rel(estimate, reference).pvalue), 4)
    return found
