"""When a total counts: the rule of completeness, and totals of parts of the score by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.agreement.sections import CELL_LIST, Section
from core.agreement.study import TOTAL_KEYS

Array = NDArray[np.float64]
_MAXIMA = np.array([site.maximum for _, site in CELL_LIST], np.float64)


@dataclass(frozen=True)
class Completeness:
    """The share of a part's cells that have to be there; below 1 the others are imputed.

    Raises: ValueError for a share outside 0.5..1: a total of which more than half is imputed is none.
    """

    share: float = 1.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.share <= 1:
            raise ValueError(f"the share of cells must be from 0.5 to 1, not {self.share:g}")

    @property
    def words(self) -> str:
        """The rule as a sentence."""
        if self.share == 1:
            return "A total counts when all of its cells that the study scores are there for all readers."
        return (
            f"A total counts when at least {self.share:.0%} of its cells that the study scores are there for every"
            " reader; a cell that is lacking is taken to have the same share of its maximum as the reader's other"
            " cells of that part."
        )


ALL_CELLS = Completeness()


def part_sums(
    raw: Array, totals: Array | None, sections: Sequence[Section], scored: NDArray[np.bool_], rule: Completeness
) -> Array:
    """Totals of parts of the score [..., parts] from points [..., 86] and the totals that a table gave.

    NaN if incomplete.
    """
    masks = np.stack([section.mask & scored for section in sections], axis=1).astype(np.float64)
    there = np.isfinite(raw)
    points = np.where(there, raw, 0.0)
    have, need = there @ masks, masks.sum(axis=0)
    sums = points @ masks
    counted = [n for n, section in enumerate(sections) if section.counts_joints]
    if counted:
        sums[..., counted] = (points > 0) @ masks[:, counted]
    if rule.share < 1:
        top = (masks * _MAXIMA[:, None]).sum(axis=0)
        of = (there * _MAXIMA) @ masks
        if counted:
            top[counted], of[..., counted] = need[counted], have[..., counted]
        sums = np.where(have == need, sums, sums * top / np.maximum(of, 1))
    sums = np.where((have >= rule.share * need - 1e-9) & (need > 0), sums, np.nan)
    if totals is not None:
        for n, section in enumerate(sections):
            if section.key in TOTAL_KEYS:
                given = totals[..., TOTAL_KEYS.index(section.key)]
                sums[..., n] = np.where(np.isfinite(given), given, sums[..., n])
    return np.asarray(sums, np.float64)
