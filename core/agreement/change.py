"""What changed between two visits as one reader scored them: per cell, group and total, on the cells scored at both."""

from collections.abc import Callable
from dataclasses import dataclass

from core.svh import Cell, Damage, Limb, Reading

_GROUPS: tuple[tuple[str, Callable[[Cell], bool]], ...] = (
    ("SvH total", lambda cell: True),
    ("Erosion", lambda cell: cell[1].damage is Damage.EROSION),
    ("JSN", lambda cell: cell[1].damage is Damage.JSN),
    ("Hands", lambda cell: cell[1].limb is Limb.HAND),
    ("Feet", lambda cell: cell[1].limb is Limb.FOOT),
    ("MCP", lambda cell: cell[1].joint.startswith("MCP")),
    ("PIP and thumb IP", lambda cell: cell[1].suffix.startswith(("pip", "mcp_E__ip"))),
    ("Wrists", lambda cell: cell[1].suffix.startswith("wrist")),
)


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
    for name, belongs in _GROUPS:
        cells = [cell for cell in both if belongs(cell)]
        before = sum(first.points[cell] or 0 for cell in cells)
        rows.append(
            GroupChange(
                name,
                before,
                before + sum(both[cell] for cell in cells),
                len(cells),
                sum(1 for cell in scored if belongs(cell)) - len(cells),
            )
        )
    return rows
