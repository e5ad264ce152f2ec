"""The coefficients of agreement, from sums over subjects: vectorised over any leading axes, so that a bootstrap is one call.

What cannot be computed (no variation, too few subjects) is NaN here; `core.agreement.compare` turns that into words.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]
Z_95 = 1.96


def _ratio(above: Array, below: Array) -> Array:
    """The quotient, NaN where nothing is below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1), np.nan), np.float64)


def spread(n: Array, sums: Array, products: Array) -> Array:
    """Sums of squared deviations and their products [..., k, k] from n [...], sums [..., k] and products [..., k, k].

    n P - S S' before the division: exact for whole points, so that equal readers have no difference at all.
    """
    some = n[..., None, None]
    outer = sums[..., :, None] * sums[..., None, :]
    return np.asarray(np.where(some > 0, (some * products - outer) / np.maximum(some, 1), np.nan), np.float64)


def smallest_change(sd_difference: Array, *, change: bool) -> dict[str, Array]:
    """What a single reader, and the mean of two, can tell from error at 95 %, from the SD of the readers' difference.

    Status (SDD): 1.96 SD(d), and by sqrt(2) less for the mean. Change (SDC): 1.96 SD(d) / (sqrt(2) sqrt(k)) for k readers,
    d the difference of their changes.
    Source: Bruynesteyn 2005, Ann Rheum Dis 64:179.
    """
    if change:
        return {"sdc_one": Z_95 * sd_difference / np.sqrt(2), "sdc_mean": Z_95 * sd_difference / 2}
    return {"sdd_one": Z_95 * sd_difference, "sdd_mean": Z_95 * sd_difference / np.sqrt(2)}


def icc_from_sums(n: Array, sums: Array, products: Array) -> dict[str, Array]:
    """The six intraclass correlations of k readers from sums over n subjects, by the two-way analysis of variance.

    Source: Shrout and Fleiss 1979, Psychol Bull 86:420; names after McGraw and Wong 1996, Psychol Methods 1:30.
    """
    k = sums.shape[-1]
    n = np.where(n > 1, n, np.nan)
    within = spread(np.nan_to_num(n), sums, products)
    whole, trace = within.sum(axis=(-2, -1)), np.trace(within, axis1=-2, axis2=-1)
    means = sums / n[..., None]
    subjects = whole / k / (n - 1)
    readers_ss = n * ((means - means.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    readers = readers_ss / (k - 1)
    rest_ss = np.maximum(trace - whole / k, 0)
    rest = rest_ss / ((n - 1) * (k - 1))
    inside = (readers_ss + rest_ss) / (n * (k - 1))
    return {
        "icc_1": _ratio(subjects - inside, subjects + (k - 1) * inside),
        "icc_1k": _ratio(subjects - inside, subjects),
        "icc_a1": _ratio(subjects - rest, subjects + (k - 1) * rest + k * (readers - rest) / n),
        "icc_c1": _ratio(subjects - rest, subjects + (k - 1) * rest),
        "icc_ak": _ratio(subjects - rest, subjects + (readers - rest) / n),
        "icc_ck": _ratio(subjects - rest, subjects),
    }


def icc(scores: ArrayLike) -> dict[str, float]:
    """The six intraclass correlations of scores [subjects, readers]: icc_1, icc_1k, icc_a1, icc_c1, icc_ak, icc_ck."""
    x = np.asarray(scores, np.float64)
    x = x - x.mean()
    found = icc_from_sums(np.asarray(float(len(x))), x.sum(axis=0), x.T @ x)
    return {name: float(value) for name, value in found.items()}


def pair_from_sums(n: Array, sums: Array, products: Array, distance: Array, centre: float = 0.0) -> dict[str, Array]:
    """Everything that compares the sums of two readers, d = first - second.

    `distance` is the sum of |d|; `centre` was taken from every score before summing. Lin's coefficient has 1/n variances.
    Source: Bland and Altman 1986, Lancet 1:307; Lin 1989, Biometrics 45:255.
    """
    within = spread(n, sums, products)
    saa, sbb = np.maximum(within[..., 0, 0], 0), np.maximum(within[..., 1, 1], 0)
    sab = within[..., 0, 1]
    n1 = np.where(n > 1, n - 1, np.nan)
    n = np.where(n > 0, n, np.nan)
    sdd = np.maximum(saa + sbb - 2 * sab, 0)
    mean_a, mean_b = sums[..., 0] / n, sums[..., 1] / n
    bias, sd_d = mean_a - mean_b, np.sqrt(sdd / n1)
    error = products[..., 0, 0] + products[..., 1, 1] - 2 * products[..., 0, 1]
    return {
        "bias": bias,
        "lower_limit": bias - Z_95 * sd_d,
        "upper_limit": bias + Z_95 * sd_d,
        "slope": _ratio(2 * (saa - sbb), saa + sbb + 2 * sab),
        "sd_difference": sd_d,
        "sem": sd_d / np.sqrt(2),
        "pearson": np.clip(_ratio(sab, np.sqrt(saa * sbb)), -1, 1),
        "lin": _ratio(2 * sab, saa + sbb + n * bias**2),
        "mae": distance / n,
        "rmse": np.sqrt(np.maximum(error, 0) / n),
        "mean_first": mean_a + centre,
        "mean_second": mean_b + centre,
        "sd_first": np.sqrt(saa / n1),
        "sd_second": np.sqrt(sbb / n1),
    }


def pair(first: ArrayLike, second: ArrayLike) -> dict[str, float]:
    """The statistics of `pair_from_sums` for two columns of scores, with Spearman's coefficient and the paired t-test."""
    x = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=1)
    centre = float(np.rint(x.mean())) if x.size else 0.0
    c = x - centre
    distance = np.asarray(np.abs(x[:, 0] - x[:, 1]).sum())
    found = pair_from_sums(np.asarray(float(len(x))), c.sum(axis=0), c.T @ c, distance, centre)
    return {name: float(value) for name, value in found.items()} | rank_and_t(x[:, 0], x[:, 1])


def rank_and_t(first: Array, second: Array) -> dict[str, float]:
    """Spearman's coefficient and the p of the paired t-test; NaN where nothing varies."""
    varies = len(first) > 2 and np.ptp(first) > 0 and np.ptp(second) > 0
    differs = len(first) > 1 and np.ptp(first - second) > 0
    return {
        "spearman": float(stats.spearmanr(first, second).statistic) if varies else float("nan"),
        "t_test_p": float(stats.ttest_rel(first, second).pvalue) if differs else float("nan"),
    }


def table_kappa(counts: ArrayLike, weights: ArrayLike) -> float:
    """1 - sum(w O) / sum(w E) of a square table of counts or shares, with w the weights of disagreement; NaN if none is expected.

    Source: Cohen 1968, Psychol Bull 70:213.
    """
    observed, w = np.asarray(counts, np.float64), np.asarray(weights, np.float64)
    if not observed.any():
        return float("nan")
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    below = float((w * expected).sum())
    return 1 - float((w * observed).sum()) / below if below > 0 else float("nan")


def weighted_kappa(first: ArrayLike, second: ArrayLike, *, grades: int, power: int) -> float:
    """Cohen's kappa of grades 0..grades-1 with weights |i - j|**power (1 linear, 2 quadratic), over the full list of grades."""
    a, b = np.asarray(first, np.intp), np.asarray(second, np.intp)
    counts = np.zeros((grades, grades))
    np.add.at(counts, (a, b), 1)
    levels = np.arange(grades)
    return table_kappa(counts, np.abs(levels[:, None] - levels) ** power)


def quadratic_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Cohen's kappa of whole grades from 0 with squared weights; how many grades there are does not matter to it."""
    a, b = np.asarray(first, np.intp), np.asarray(second, np.intp)
    return weighted_kappa(a, b, grades=1 + int(max(a.max(initial=0), b.max(initial=0))), power=2)


def grades_from_sums(sums: Mapping[str, Array]) -> dict[str, Array]:
    """Kappa, shares of agreement and positive agreement from sums over cells.

    `first` and `second` [..., grades] count the grades of each reader in order; the others [...] are sums over cells: `exact`,
    `near` (|d| <= 1), `distance` |d|, `square` d^2, `both`, `one` (both or one of them above 0). Kappa is NaN where a
    reader gave one grade alone: it would be 0 or undefined whatever the readers did.
    """
    a, b = sums["first"], sums["second"]
    cells = a.sum(axis=-1)
    level = np.arange(a.shape[-1], dtype=np.float64)
    below_a, below_b = np.cumsum(a, axis=-1), np.cumsum(b, axis=-1)
    n = cells[..., None]
    linear = (below_a * (n - below_b) + below_b * (n - below_a)).sum(axis=-1)
    square = cells * (a @ level**2 + b @ level**2) - 2 * (a @ level) * (b @ level)
    vary = (a.max(axis=-1) < cells) & (b.max(axis=-1) < cells)
    return {
        "kappa_linear": np.where(vary, 1 - _ratio(cells * sums["distance"], linear), np.nan),
        "kappa_quadratic": np.where(vary, 1 - _ratio(cells * sums["square"], square), np.nan),
        "exact": _ratio(sums["exact"], cells),
        "within_1": _ratio(sums["near"], cells),
        "positive_agreement": _ratio(2 * sums["both"], 2 * sums["both"] + sums["one"]),
    }
