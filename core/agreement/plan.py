"""How many patients a study of agreement needs: for a wanted width of the ICC's interval, or of the SDC's."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

_MAX = 100_000


@dataclass(frozen=True)
class Plan:
    """The patients, with what was wanted, how it was computed, and its source."""

    patients: int
    wanted: str
    method: str
    source: str


def patients_for_icc(icc: float, width: float, *, readers: int = 2, level: float = 0.95) -> Plan:
    """Patients for an interval of the ICC that is `width` wide on average (0.95 to 0.75 is 0.2).

    n = 8 z^2 (1 - rho)^2 (1 + (k - 1) rho)^2 / (k (k - 1) w^2) + 1, and 5 rho more for two readers and an ICC of 0.7 or
    more. Raises: ValueError for an ICC outside 0..1, a width that is not between 0 and 1, or fewer than 2 readers.
    Source: Bonett 2002, Stat Med 21:1331.
    """
    if not 0 < icc < 1 or not 0 < width < 1 or readers < 2:
        raise ValueError("the plan needs an ICC and a width between 0 and 1, and at least 2 readers")
    z, k = stats.norm.ppf((1 + level) / 2), readers
    n = 8 * z**2 * (1 - icc) ** 2 * (1 + (k - 1) * icc) ** 2 / (k * (k - 1) * width**2) + 1
    if k == 2 and icc >= 0.7:
        n += 5 * icc
    return Plan(
        int(np.ceil(n - 1e-9)),
        f"an interval of {level:.0%} of the ICC that is {width:g} wide, at an ICC of {icc:g} and {k} readers",
        "closed form",
        "Bonett 2002, Stat Med 21:1331",
    )


def patients_for_sdc(upper: float, *, level: float = 0.95) -> Plan:
    """Patients so that the upper limit of the SDC's interval is `upper` times the SDC, on normal differences.

    At 1.25 it is a quarter more. By the chi-squared interval of an SD: sqrt((n - 1) / chi2) <= upper.
    Raises: ValueError for an upper limit that is not above 1, or one so near to it that no study is large enough.
    Source: Hahn and Meeker 1991, Statistical intervals, ch. 8.
    """
    if not upper > 1:
        raise ValueError("the upper limit must be more than 1 times the SDC")
    low, high = 2, _MAX
    if _sdc_ratio(high, level) > upper:
        raise ValueError(f"that needs more than {_MAX:,} patients; allow a wider interval")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _sdc_ratio(middle, level) <= upper else (middle + 1, high)
    return Plan(
        low,
        f"an interval of {level:.0%} of the SDC that ends at {upper:g} times the SDC",
        "chi-squared interval of a standard deviation, normal differences; heavy tails need more",
        "Hahn and Meeker 1991, Statistical intervals, ch. 8",
    )


def _sdc_ratio(n: int, level: float) -> float:
    return float(np.sqrt((n - 1) / stats.chi2.ppf((1 - level) / 2, n - 1)))
