"""The rule of a blinded reading: what a reader gave before the model was shown is frozen when it is shown.

The store, the reading desk and the screen follow this one rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.store.marks import Mark, MarkedCell
from core.svh import Cell


class Status(StrEnum):
    """A reading is blinded, then the model is shown, then it is complete and stays as it is."""

    BLINDED = "blinded"
    REVEALED = "revealed"
    COMPLETE = "complete"

    def reaches(self, other: "Status") -> bool:
        """Whether this status is the other or comes after it."""
        order = list(Status)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class BlindedReading:
    """The cells of a reading with their first and their final value, and how far the reading has come."""

    status: Status = Status.BLINDED
    cells: Mapping[Cell, MarkedCell] = field(default_factory=dict)

    @property
    def model_hidden(self) -> bool:
        """Whether nothing of the model may be shown."""
        return self.status is Status.BLINDED

    def mark(self, cell: Cell) -> Mark | None:
        """The value of a cell as it stands; None where it is unread."""
        return self.cells[cell].final if cell in self.cells else None

    def marked(self, cell: Cell, mark: Mark | None) -> "BlindedReading":
        """The reading with one cell written, or taken back with None.

        Both values follow while blinded; after the reveal the first stays, also of a cell that is taken back or that
        was not read before.

        Raises: ValueError if the reading is complete.
        """
        if self.status is Status.COMPLETE:
            raise ValueError("a complete reading is not changed")
        old = self.cells.get(cell)
        first = mark if self.model_hidden else old.first if old else None
        cells = {**self.cells, cell: MarkedCell(first, mark)}
        if first is None and mark is None:
            del cells[cell]
        return replace(self, cells=cells)

    def turned(self, status: Status) -> "BlindedReading":
        """The reading at a later status; there is no way back."""
        return self if self.status.reaches(status) else replace(self, status=status)
