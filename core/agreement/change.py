"""What changed between two visits as one reader scored them: per cell, group and total, on the cells scored at both."""

from dataclasses import dataclass

from core.agreement.sections import CELL_LIST, SECTION_BY_KEY, group_of
from core.svh import Cell, Reading

# Totals, both limbs and the groups of joints, each with erosion and narrowing together.
_PARTS: dict[str, set[Cell]] = {
    section.name: {CELL_LIST[n] for n in section.cells}
    for section in (SECTION_BY_KEY[key] for key in ("total", "erosion", "jsn", "hands", "feet"))
}
for _cell in CELL_LIST:
    _PARTS.setdefault(group_of(_cell[1]), set()).add(_cell)


@dataclass(frozen=True)
class GroupChange:
    """Points of a group at two visits over the `cells` scored at both; `left_out` were scored at one of them only."""

    name: str
    first: int
    last: int
    cells: int
    left_out: int

    @property
    def change(self) -> int:
        """Last less first, in points."""
        return self.last - self.first


def cell_changes(first: Reading, last: Reading) -> dict[Cell, int]:
    """Last less first of every cell that is scored at both visits, zeros too."""
    return {
        cell: after - before
        for cell, before in first.points.items()
        if before is not None and (after := last.points.get(cell)) is not None
    }


def group_changes(first: Reading, last: Reading) -> list[GroupChange]:
    """The total first, then its parts. A cell that one visit lacks is in neither sum: it would look like change."""
    both = cell_changes(first, last)
    scored = {cell for reading in (first, last) for cell, value in reading.points.items() if value is not None}
    rows = []
    for name, part in _PARTS.items():
        cells = both.keys() & part
        before = sum(first.points[cell] or 0 for cell in cells)
        rows.append(
            GroupChange(
                name,
                before,
                before + sum(both[cell] for cell in cells),
                len(cells),
                len(scored & part) - len(cells),
            )
        )
    return rows
