"""The single cells in which two readers differ, the largest difference first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.agreement.pairing import paired
from core.agreement.sections import CELL_LIST
from core.agreement.study import Study
from core.svh import Side, Site


@dataclass(frozen=True)
class Disagreement:
    """One cell of one visit; `first` and `second` are points, or changes of points."""

    patient: str
    visit: str
    side: Side
    site: Site
    first: float
    second: float


def disagreements(
    study: Study, readers: Sequence[str], *, change: bool = False, visit: int | None = None
) -> list[Disagreement]:
    """All cells that two readers scored differently, by the size of the difference, then in the order of the study.

    Raises: ValueError as `Study.index` does.
    """
    both = paired(study, readers, change=change, visit=visit)
    apart = np.nan_to_num(np.abs(both.points[0] - both.points[1]))
    where = np.argwhere(apart > 0)
    order = np.argsort(-apart[tuple(where.T)], kind="stable")
    found = []
    for p, v, c in where[order].tolist():
        side, site = CELL_LIST[c]
        first, second = (float(points[p, v, c]) for points in both.points)
        found.append(Disagreement(study.patients[p], both.visits[p][v], side, site, first, second))
    return found
