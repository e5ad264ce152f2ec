"""The coefficients of agreement, from sums over subjects.

Vectorised over any leading axes, so that a bootstrap is one call. What cannot be computed (no variation, too few
subjects) is NaN here; `core.agreement.compare` turns that into words.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]
Z_95 = 1.96


def _ratio(above: Array, below: Array, scale: Array | float = 0.0) -> Array:
    """The quotient, NaN where nothing is below.

    Nothing but rounding, where `scale` is the size of what was added up.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        some = below > 1e-12 * np.asarray(scale)
        return np.asarray(np.where(some, above / np.where(some, below, 1), np.nan), np.float64)


def spread(n: Array, sums: Array, products: Array) -> Array:
    """Sums of squared deviations and their products [..., k, k] from n [...], sums [..., k] and products [..., k, k].

    n P - S S' before the division: exact for whole points, so that equal readers have no difference at all.
    """
    some = n[..., None, None]
    outer = sums[..., :, None] * sums[..., None, :]
    return np.asarray(np.where(some > 0, (some * products - outer) / np.maximum(some, 1), np.nan), np.float64)


def smallest_change(sd_difference: Array, *, change: bool) -> dict[str, Array]:
    """What a single reader, and the mean of two, can tell from error at 95 %, from the SD of the readers' difference.

    Status (SDD): 1.96 SD(d), and by sqrt(2) less for the mean. Change (SDC): 1.96 SD(d) / (sqrt(2) sqrt(k)) for k
    readers, d the difference of their changes. Source: Bruynesteyn 2005, Ann Rheum Dis 64:179.
    """
    if change:
        return {"sdc_one": Z_95 * sd_difference / np.sqrt(2), "sdc_mean": Z_95 * sd_difference / 2}
    return {"sdd_one": Z_95 * sd_difference, "sdd_mean": Z_95 * sd_difference / np.sqrt(2)}


def icc_from_sums(n: Array, sums: Array, products: Array) -> dict[str, Array]:
    """The six intraclass correlations of k readers from sums over n subjects, by the two-way analysis of variance.

    With them its mean squares `ms_subjects`, `ms_readers` and `ms_rest`.
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
    size = subjects + rest + readers / n
    found = {
        "icc_1": _ratio(subjects - inside, subjects + (k - 1) * inside, size),
        "icc_1k": _ratio(subjects - inside, subjects, size),
        "icc_a1": _ratio(subjects - rest, subjects + (k - 1) * rest + k * (readers - rest) / n, size),
        "icc_c1": _ratio(subjects - rest, subjects + (k - 1) * rest, size),
        "icc_ak": _ratio(subjects - rest, subjects + (readers - rest) / n, size),
        "icc_ck": _ratio(subjects - rest, subjects, size),
    }
    return found | {"ms_subjects": subjects, "ms_readers": readers, "ms_rest": rest}


def icc(scores: ArrayLike) -> dict[str, float]:
    """The six intraclass correlations of scores [subjects, readers]: icc_1, icc_1k, icc_a1, icc_c1, icc_ak, icc_ck."""
    x = np.asarray(scores, np.float64)
    x = x - x.mean()
    found = icc_from_sums(np.asarray(float(len(x))), x.sum(axis=0), x.T @ x)
    return {name: float(value) for name, value in found.items() if name.startswith("icc")}


def pair_from_sums(n: Array, sums: Array, products: Array, distance: Array, centre: float = 0.0) -> dict[str, Array]:
    """Everything that compares the sums of two readers, d = first - second.

    `distance` is the sum of |d|; `centre` was taken from every score before summing. Lin's coefficient has 1/n
    variances. Source: Bland and Altman 1986, Lancet 1:307; Lin 1989, Biometrics 45:255.
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
        "slope": _ratio(2 * (saa - sbb), saa + sbb + 2 * sab, saa + sbb),
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
    """The statistics of `pair_from_sums` for two columns of scores, Spearman's coefficient and the paired t-test."""
    x = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=1)
    centre = float(np.rint(x.mean())) if x.size else 0.0
    c = x - centre
    distance = np.asarray(np.abs(x[:, 0] - x[:, 1]).sum())
    found = pair_from_sums(np.asarray(float(len(x))), c.sum(axis=0), c.T @ c, distance, centre)
    return {name: float(value) for name, value in found.items()} | rank_and_t(x[:, 0], x[:, 1])


def rank_and_t(first: Array, second: Array) -> dict[str, float]:
    """Spearman's coefficient and the p of the paired t-test; NaN where nothing varies."""
    differs = len(first) > 1 and np.ptp(first - second) > 0
    return {
        "spearman": rank_correlation(first, second),
        "t_test_p": float(stats.ttest_rel(first, second).pvalue) if differs else float("nan"),
    }


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's coefficient; NaN where nothing varies."""
    varies = len(first) > 2 and np.ptp(first) > 0 and np.ptp(second) > 0
    return float(stats.spearmanr(first, second).statistic) if varies else float("nan")


def table_kappa(counts: ArrayLike, weights: ArrayLike) -> float:
    """1 - sum(w O) / sum(w E) of a square table of counts or shares, with w the weights of disagreement.

    NaN if none is expected.

    Source: Cohen 1968, Psychol Bull 70:213.
    """
    observed, w = np.asarray(counts, np.float64), np.asarray(weights, np.float64)
    if not observed.any():
        return float("nan")
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    below = float((w * expected).sum())
    return 1 - float((w * observed).sum()) / below if below > 0 else float("nan")


def weighted_kappa(first: ArrayLike, second: ArrayLike, *, grades: int, power: int) -> float:
    """Cohen's kappa of grades 0..grades-1 with weights |i - j|**power, over the full list of grades.

    The power is 1 for linear and 2 for quadratic weights.
    """
    a, b = np.asarray(first, np.intp), np.asarray(second, np.intp)
    counts = np.zeros((grades, grades))
    np.add.at(counts, (a, b), 1)
    levels = np.arange(grades)
    return table_kappa(counts, np.abs(levels[:, None] - levels) ** power)


def quadratic_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Cohen's kappa of whole grades from 0 with squared weights; how many grades there are does not matter to it."""
    a, b = np.asarray(first, np.intp), np.asarray(second, np.intp)
    return weighted_kappa(a, b, grades=1 + int(max(a.max(initial=0), b.max(initial=0))), power=2)


def grades_from_sums(sums: Mapping[str, Array], *, step: float = 1.0, highest: Array | None = None) -> dict[str, Array]:
    """Kappa, shares of agreement, positive agreement, AC2 and alpha of two readers from sums over cells.

    `first` and `second` [..., grades] count the grades of each reader in order, `step` points apart; the others [...]
    are sums over cells: `exact`, `near` (|d| <= 1), `distance` |d|, `square` d^2, `both`, `one` (both or one of them
    above 0). `highest` [...] is how far the lowest and the highest grade of a part lie apart, in points, for AC2. Kappa
    is NaN where a reader gave one grade alone: it would be 0 or undefined whatever the readers did. Source: Gwet 2014,
    Handbook of inter-rater reliability, ch. 4 (AC2, quadratic weights); Krippendorff 2011, Computing Krippendorff's
    alpha-reliability (squared differences).
    """
    a, b = sums["first"], sums["second"]
    cells = a.sum(axis=-1)
    level = np.arange(a.shape[-1], dtype=np.float64)
    below_a, below_b = np.cumsum(a, axis=-1), np.cumsum(b, axis=-1)
    n = cells[..., None]
    linear = (below_a * (n - below_b) + below_b * (n - below_a)).sum(axis=-1)
    square = cells * (a @ level**2 + b @ level**2) - 2 * (a @ level) * (b @ level)
    vary = (a.max(axis=-1) < cells) & (b.max(axis=-1) < cells)
    given = a + b
    apart = 2 * cells * (given @ level**2) - (given @ level) ** 2  # the squares of all differences of two grades given
    found = {
        "kappa_linear": np.where(vary, 1 - _ratio(cells * sums["distance"], step * linear), np.nan),
        "kappa_quadratic": np.where(vary, 1 - _ratio(cells * sums["square"], step**2 * square), np.nan),
        "alpha": np.where(vary, 1 - _ratio((2 * cells - 1) * sums["square"], step**2 * apart), np.nan),
        "exact": _ratio(sums["exact"], cells),
        "within_1": _ratio(sums["near"], cells),
        "positive_agreement": _ratio(2 * sums["both"], 2 * sums["both"] + sums["one"]),
    }
    if highest is not None:
        shares = given / np.maximum(2 * n, 1)
        found["ac2"] = ac2_quadratic(_ratio(sums["square"], cells), (shares**2).sum(axis=-1), highest / step, highest)
    return found


def ac2_quadratic(square: Array, concentration: Array, top: Array, highest: Array) -> Array:
    """Gwet's AC2 with quadratic weights from the mean squared difference and the sum of squared shares of the grades.

    There are `top` + 1 grades from 0 to `highest` points apart.
    """
    q = top + 1
    weights = q**2 - q**2 * (q**2 - 1) / 6 / top**2  # the sum of 1 - (i - j)^2 / (q - 1)^2
    chance = weights * (1 - concentration) / (q * (q - 1))
    return np.asarray(1 - square / highest**2 / (1 - chance), np.float64)


def krippendorff_alpha(scores: ArrayLike, *, metric: str = "interval") -> float:
    """Krippendorff's alpha of scores [subjects, readers], NaN where a reader gave none; NaN if nothing can be compared.

    `metric` is nominal, ordinal or interval (squared differences).
    Raises: ValueError for another metric.
    Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability.
    """
    x = np.asarray(scores, np.float64)
    x = x[np.isfinite(x).sum(axis=1) > 1]
    there = np.isfinite(x)
    m, n = there.sum(axis=1), int(there.sum())
    if metric == "interval":
        c = np.where(there, x - (x[there].mean() if n else 0.0), 0.0)
        apart_within = (2 * (m * (c**2).sum(axis=1) - c.sum(axis=1) ** 2) / (m - 1)).sum()
        apart_at_all = 2 * (n * (c**2).sum() - c.sum() ** 2) / max(n - 1, 1)
        return float(1 - apart_within / apart_at_all) if apart_at_all > 1e-12 * n else float("nan")
    levels, codes = np.unique(x[there], return_inverse=True)
    table = np.zeros((len(x), len(levels)))
    np.add.at(table, (np.nonzero(there)[0], codes), 1)
    shared = table / (m - 1)[:, None]
    together, given = shared.T @ table - np.diag(shared.sum(axis=0)), table.sum(axis=0)
    if metric == "nominal":
        apart = 1 - np.eye(len(levels))
    elif metric == "ordinal":
        middle = np.cumsum(given) - given / 2
        apart = (middle[:, None] - middle) ** 2
    else:
        raise ValueError(f"alpha knows nominal, ordinal and interval, not {metric}")
    expected = float((np.outer(given, given) * apart).sum()) / max(given.sum() - 1, 1)
    return 1 - float((together * apart).sum()) / expected if expected > 0 else float("nan")
