"""What changed between two visits as one reader scored them: per cell, group and total, on the cells scored at both."""

import math
from dataclasses import dataclass

from core.agreement.sections import CELL_LIST, SECTION_BY_KEY, group_of
from core.cohort.scores import Scores, scores_of
from core.svh import Cell, Reading

# Totals, both limbs and the groups of joints, each with erosion and narrowing together.
_PARTS: dict[str, list[int]] = {
    section.name: list(section.cells)
    for section in (SECTION_BY_KEY[key] for key in ("total", "erosion", "jsn", "hands", "feet"))
}
for _n, _cell in enumerate(CELL_LIST):
    _PARTS.setdefault(group_of(_cell[1]), []).append(_n)
_KEYS = {SECTION_BY_KEY[key].name: key for key in ("total", "erosion", "jsn", "hands", "feet")}


@dataclass(frozen=True)
class GroupChange:
    """Points of a group at two visits over the `cells` scored at both; `left_out` were scored at one of them only.

    A total that the table gave itself has no cells.
    """

    name: str
    first: float
    last: float
    cells: int
    left_out: int

    @property
    def change(self) -> float:
        """Last less first, in points."""
        return self.last - self.first


def cell_changes(first: Reading | Scores, last: Reading | Scores) -> dict[Cell, float]:
    """Last less first of every cell that is scored at both visits, zeros too."""
    changes = scores_of(last).values - scores_of(first).values
    return {cell: by for cell, by in zip(CELL_LIST, changes.tolist(), strict=True) if not math.isnan(by)}


def group_changes(first: Reading | Scores, last: Reading | Scores) -> list[GroupChange]:
    """The total first, then its parts. A cell that one visit lacks is in neither sum: it would look like change."""
    one, two = scores_of(first), scores_of(last)
    before, after = one.values, two.values
    both = (before == before) & (after == after)
    either = (before == before) | (after == after)
    rows = []
    for name, part in _PARTS.items():
        key = _KEYS.get(name, "")
        if key in one.totals and key in two.totals:
            rows.append(GroupChange(name, one.totals[key], two.totals[key], 0, 0))
            continue
        cells = [n for n in part if both[n]]
        if not cells and (one.totals or two.totals):
            continue
        left_out = int(either[part].sum()) - len(cells)
        rows.append(GroupChange(name, float(before[cells].sum()), float(after[cells].sum()), len(cells), left_out))
    return rows
