"""Change over time: points a year, rapid progression, what change can be told from error, and the probability plot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.agreement.coefficients import icc_from_sums, pair, smallest_change
from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.pairing import paired
from core.agreement.sections import TOTAL, Section
from core.agreement.study import Study

RAPID_POINTS_A_YEAR = 5.0
_ROUNDING = 1e-9
_SDC_80 = 1.2816 / 1.96


@dataclass(frozen=True)
class DetectableChange:
    """The smallest change of a total that exceeds the readers' error, of one reader and of the mean of these readers.

    Both at 95 % and at 80 %; from the changes of `patients` that all `readers` read.
    """

    readers: tuple[str, ...]
    patients: int
    one: float
    mean: float

    @property
    def one_80(self) -> float:
        """That of one reader at 80 %: 1.28 in place of 1.96."""
        return self.one * _SDC_80

    @property
    def mean_80(self) -> float:
        """That of the mean of the readers at 80 %."""
        return self.mean * _SDC_80


def detectable_change(
    study: Study,
    readers: Sequence[str],
    *,
    section: Section = TOTAL,
    span: tuple[int, int] | None = None,
    rule: Completeness = ALL_CELLS,
) -> DetectableChange | None:
    """The smallest detectable change of these readers, the one that the comparison of changes gives.

    None if not estimable. More than two readers: from the residual mean square of the analysis of variance, which for
    two is SD(d)^2 / 2.
    """
    if len(readers) < 2:
        return None
    sums = np.array([s for _, _, s in paired(study, readers, change=True, span=span, rule=rule).observed(section)])
    if len(sums) < 2:
        return None
    if len(readers) == 2:
        apart = np.asarray(pair(sums[:, 0], sums[:, 1])["sd_difference"])
    else:
        x = sums - sums.mean()
        rest = icc_from_sums(np.asarray(float(len(x))), x.sum(axis=0), x.T @ x)["ms_rest"]
        apart = np.sqrt(2 * rest)
    one = float(smallest_change(apart, change=True)["sdc_one"])
    return DetectableChange(tuple(readers), len(sums), one, one / float(np.sqrt(len(readers))))


def points_a_year(change: float, years: float) -> float:
    """Change of the score per year.

    Raises: ValueError if the time is not above 0.
    """
    if not years > 0:
        raise ValueError(f"the time between the visits must be above 0 years, not {years:g}")
    return change / years


def is_rapid(change: float, years: float) -> bool:
    """Rapid progression: 5 points a year or more.

    Raises: ValueError as `points_a_year` does.
    """
    return points_a_year(change, years) >= RAPID_POINTS_A_YEAR - _ROUNDING


def rate_words(rate: float) -> str:
    """`+4.8`, with as many decimals as it takes not to contradict what 5 points a year or more are called."""
    for decimals in (1, 2, 3, 4):
        text = f"{rate:+.{decimals}f}"
        if (float(text) >= RAPID_POINTS_A_YEAR) == (rate >= RAPID_POINTS_A_YEAR - _ROUNDING):
            return text
    return f"{rate:+.6f}"


def cumulative_probability(changes: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of a cumulative probability plot: changes in rising order, and (rank - 1/2) / n in [0, 1].

    Source: Landewe and van der Heijde 2004, Arthritis Rheum 50:699.
    """
    values = np.sort(np.asarray(changes, np.float64))
    return values, (np.arange(len(values)) + 0.5) / max(len(values), 1)
