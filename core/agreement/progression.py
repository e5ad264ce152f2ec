"""Change over time: points a year, rapid progression, and the cumulative probability plot of change."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

RAPID_POINTS_A_YEAR = 5.0
_DAYS_A_YEAR = 365.25


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
    return points_a_year(change, years) >= RAPID_POINTS_A_YEAR


def years_between(first: str, last: str) -> float | None:
    """Years from one visit to another when both names are ISO dates (2026-03-02), else None."""
    try:
        return (date.fromisoformat(last) - date.fromisoformat(first)).days / _DAYS_A_YEAR
    except ValueError:
        return None


def cumulative_probability(changes: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of a cumulative probability plot: changes in rising order, and (rank - 1/2) / n in [0, 1].

    Source: Landewe and van der Heijde 2004, Arthritis Rheum 50:699.
    """
    values = np.sort(np.asarray(changes, np.float64))
    return values, (np.arange(len(values)) + 0.5) / max(len(values), 1)
