"""Intervals that hold in small studies: of ICCs by F, of the SD of differences and of what follows from it.

Patients are the unit: where several visits are pooled, all visits of a patient count together.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
FEWEST_PATIENTS = 10
"""Below so many patients no interval by resampling is given: it would be too narrow."""
FEWEST_FOR_BOOTSTRAP = 40
"""Of fewer patients the bootstrap's 95 % interval of an ICC holds .85 to .90 (simulated): it is that by F there."""
WIDEST = 20.0
"""An upper limit of the SD more than so many times the SD says nothing; it is not given."""
D_SUMS = ("n", "d", "dd", "n_n", "n_d", "n_dd", "d_d", "d_dd", "dd_dd")


def icc_f_intervals(scores: Array, *, level: float = 0.95) -> dict[str, tuple[float, float]]:
    """F-based intervals of ICC(A,1), ICC(C,1) and ICC(A,k) from scores [subjects, readers].

    None where they do not exist. The intervals are for readers like these, drawn from a population of readers, and
    normal scores. Source: McGraw and Wong 1996, Psychol Methods 1:30, tables 4 and 7; Shrout and Fleiss 1979, Psychol
    Bull 86:420.
    """
    n, k = scores.shape
    if n < 3 or k < 2:
        return {}
    mean = scores.mean()
    rows, columns = scores.mean(axis=1), scores.mean(axis=0)
    msr = k * ((rows - mean) ** 2).sum() / (n - 1)
    msc = n * ((columns - mean) ** 2).sum() / (k - 1)
    mse = ((scores - rows[:, None] - columns + mean) ** 2).sum() / ((n - 1) * (k - 1))
    if not mse > 1e-12 * (msr + msc) or not msr > 1e-12 * (mse + msc):
        return {}
    tail, freedom = 1 - (1 - level) / 2, (n - 1) * (k - 1)
    low_f = msr / mse / stats.f.ppf(tail, n - 1, freedom)
    high_f = msr / mse * stats.f.ppf(tail, freedom, n - 1)
    consistency = ((low_f - 1) / (low_f + k - 1), (high_f - 1) / (high_f + k - 1))
    icc = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * msc + b * mse) ** 2 / ((a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / freedom)
    lower, upper = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    rest = k * msc + (k * n - k - n) * mse
    low = n * (msr - lower * mse) / (lower * rest + n * msr)
    high = n * (upper * msr - mse) / (rest + n * upper * msr)
    found = {"icc_a1": (low, high), "icc_c1": consistency}
    if min(low, high) > -1 / (k - 1):
        found["icc_ak"] = (k * low / (1 + (k - 1) * low), k * high / (1 + (k - 1) * high))
    return {name: (float(x), float(y)) for name, (x, y) in found.items() if np.isfinite([x, y]).all()}


def difference_sums(d: Array, there: NDArray[np.bool_]) -> Array:
    """What the spread of differences [patients, visits, parts] needs, a row a patient.

    [patients, 9, parts] as `D_SUMS`. d are sums of a patient's differences, dd of their squares; the pairs are products
    of two such sums.
    """
    n, one = there.sum(axis=1).astype(np.float64), np.where(there, d, 0.0).sum(axis=1)
    two = np.where(there, d**2, 0.0).sum(axis=1)
    return np.stack([n, one, two, n * n, n * one, n * two, one * one, one * two, two * two], axis=1)


def spread_and_error(sums: Array, patients: Array) -> tuple[Array, Array, Array]:
    """SD of the differences (n - 1), the standard error of its logarithm, and that of their mean.

    From sums [..., 9, parts].
    """
    s = dict(zip(D_SUMS, np.moveaxis(sums, -2, 0), strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, size = s["d"] / s["n"], patients / (patients - 1)
        variance = np.maximum(s["dd"] / s["n"] - mean**2, 0)
        c = mean**2 - variance
        of_mean = s["d_d"] - 2 * mean * s["n_d"] + mean**2 * s["n_n"]
        of_square = (
            s["dd_dd"] + 4 * mean**2 * s["d_d"] + c**2 * s["n_n"] - 4 * mean * s["d_dd"] + 2 * c * s["n_dd"]
            - 4 * mean * c * s["n_d"]
        )  # fmt: skip
        sd = np.sqrt(variance * s["n"] / (s["n"] - 1))
        error_log = np.sqrt(np.maximum(of_square, 0) * size) / (2 * variance * s["n"])
        return sd, error_log, np.sqrt(np.maximum(of_mean, 0) * size) / s["n"]


def sd_interval(sd: Array, error_log: Array, patients: int) -> tuple[float, float] | None:
    """95 % interval of an SD from its values and errors in the study (first) and in draws of a bootstrap of patients.

    The wider, on each side, of a bootstrap-t on the logarithm and of the interval by the kurtosis: simulated coverage
    is at least 0.91 from 10 patients, normal or with heavy tails (`python -m core evaluate agreement`). None if most
    draws have no spread. Source: Bonett 2006, Comput Stat Data Anal 50:775; Efron and Tibshirani 1993, An introduction
    to the bootstrap, ch. 12.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (np.log(sd[1:]) - np.log(sd[0])) / error_log[1:]
    t = t[np.isfinite(t)]
    if patients < FEWEST_PATIENTS or len(t) < 0.9 * (len(sd) - 1) or not (sd[0] > 0 and error_log[0] > 0):
        return None
    below, above = np.quantile(t, (0.025, 0.975))
    small = patients / (patients - 1.96)
    half = 1.96 * small / 2 * np.sqrt((2 * error_log[0]) ** 2 + 3 / patients / (patients - 1))
    low = min(np.exp(-above * error_log[0]), np.sqrt(small) * np.exp(-half))
    high = max(np.exp(min(-below * error_log[0], 50.0)), np.sqrt(small) * np.exp(min(half, 50.0)))
    return None if high > WIDEST else (float(sd[0] * low), float(sd[0] * high))


def limit_intervals(
    bias: float, error_bias: float, sd: float, sd_range: tuple[float, float], patients: int, *, times: float = 1.96
) -> dict[str, tuple[float, float]]:
    """95 % intervals of both limits of agreement from those of the bias and of the SD, which vary apart.

    Source: Zou 2013, Stat Methods Med Res 22:630 (the square of a half width is the sum of both squares).
    """
    half = mean_half_width(error_bias, patients)
    inner = np.hypot(half, times * (sd - sd_range[0]))
    outer = np.hypot(half, times * (sd_range[1] - sd))
    low, high = bias - times * sd, bias + times * sd
    return {
        "lower_limit": (float(low - outer), float(low + inner)),
        "upper_limit": (float(high - inner), float(high + outer)),
    }


def mean_half_width(error: float, patients: int) -> float:
    """Half the 95 % interval of a mean, by t with the patients less one as degrees of freedom."""
    return float(stats.t.ppf(0.975, patients - 1) * error)


def clustered_t(mean: float, error: float, patients: int) -> float:
    """The p of a mean that is 0, patients as the unit; the paired t-test where every patient has one difference."""
    return float(2 * stats.t.sf(abs(mean / error), patients - 1)) if patients > 1 and error > 0 else float("nan")
