"""What one reader gave to one visit of one patient, as a table says it: points of cells, totals alone, or both."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.cohort.ra2_table import CELLS
from core.svh import SITES, Cell, Limb, Reading, Side, TotalKind

ReadingKey = tuple[str, str, str]
"""Reader, patient, visit."""
NOT_SCORED = -1.0
POSITION: dict[Cell, int] = {cell: n for n, cell in enumerate(CELLS.values())}
TOTAL_LIMITS: Mapping[str, int] = {kind.value: kind.maximum for kind in TotalKind} | {
    f"{side.value}{limb.value[0]}": sum(site.maximum for site in SITES[limb]) for limb in Limb for side in Side
}
# A total that follows from two others, and has to be their sum where all three are given.
SUMS = (("hands", ("LH", "RH")), ("feet", ("LF", "RF")), ("total", ("hands", "feet")), ("total", ("erosion", "jsn")))


@dataclass(frozen=True)
class Scores:
    """One reader, one visit of one patient.

    `points` [86] in the order of the RA2 columns: NaN was not read, -1 was looked at and is not scorable. A mean of two
    readers has halves, a model has fractions. `totals` are those that the table gives itself, by the key of the part of
    the score (`total`, `erosion`, `LH`). `rereads` names the reader whose films are read again here, "" for a first
    reading.
    """

    points: NDArray[np.float64]
    totals: Mapping[str, float] = field(default_factory=dict)
    group: str = ""
    rereads: str = ""

    @property
    def values(self) -> NDArray[np.float64]:
        """[86] points, NaN where there are none."""
        return np.where(self.points < 0, np.nan, self.points)

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """The cells that were looked at, in the order of the RA2 columns; None is not scorable."""
        for cell, value in zip(CELLS.values(), self.points.tolist(), strict=True):
            if not math.isnan(value):
                yield cell, None if value < 0 else value


def nothing_read() -> NDArray[np.float64]:
    """Points [86] of a visit of which no site was read."""
    return np.full(len(CELLS), np.nan)


def scores_of(reading: Reading | Scores) -> Scores:
    """A reading as scores; what are scores stay so."""
    if isinstance(reading, Scores):
        return reading
    points = nothing_read()
    for cell, value in reading.points.items():
        points[POSITION[cell]] = NOT_SCORED if value is None else value
    return Scores(points)


def with_sums(totals: dict[str, float]) -> dict[str, float]:
    """Totals with those that follow from others: hands from both hands, the SvH total from erosion and JSN.

    Raises: ValueError for a total that is not the sum of its parts.
    """
    whole = dict(totals)
    for name, parts in SUMS:
        if all(part in whole for part in parts):
            sum_of = sum(whole[part] for part in parts)
            if name in whole and abs(whole[name] - sum_of) > 0.051:
                raise ValueError(
                    f"{name} is {whole[name]:g}, but {' and '.join(parts)} sum to {sum_of:g}; correct one of them or"
                    f" leave {name} out"
                )
            whole.setdefault(name, sum_of)
    return whole
