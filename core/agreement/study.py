"""A study: the readings of several readers as one array, made from readings by one function."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.agreement.sections import CELL_LIST
from core.svh import Reading

ReadingKey = tuple[str, str, str]
"""Reader, patient, visit."""
MOST_READERS = 20
MOST_PATIENTS = 5000
_MOST_CELLS = 30_000_000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Study:
    """Readings as `points` [readers, patients, visits, 86], NaN where a cell was not scored.

    The visits of a patient stand in their order from 0; `visit_names[p]` are their names (patients may have other dates).
    """

    readers: tuple[str, ...]
    patients: tuple[str, ...]
    visit_names: tuple[tuple[str, ...], ...]
    points: NDArray[np.float64]
    readings: Mapping[ReadingKey, Reading] = field(repr=False)

    def index(self, readers: Sequence[str]) -> list[int]:
        """Positions of readers.

        Raises: ValueError for a reader who is not in the study, or fewer than two different ones.
        """
        for reader in readers:
            if reader not in self.readers:
                raise ValueError(f"no reader is called {reader}; there are {', '.join(self.readers)}")
        if len(set(readers)) != len(readers) or len(readers) < 2:
            raise ValueError("agreement needs two different readers")
        return [self.readers.index(reader) for reader in readers]


@dataclass(frozen=True)
class Paired:
    """What readers scored alike: `points` [readers, patients, visits, 86], NaN where not all of them scored the cell.

    For change `points` are those of the last visit less those of the first that all read (one "visit"). `visits[p]` are the
    names; `left_out` counts the cells that some but not all of the readers scored.
    """

    readers: tuple[str, ...]
    change: bool
    points: NDArray[np.float64]
    visits: tuple[tuple[str, ...], ...]
    left_out: int

    @property
    def patients_used(self) -> int:
        """Patients with at least one cell that all readers scored."""
        return int(np.isfinite(self.points[0]).any(axis=(1, 2)).sum())


def study_of(readings: Mapping[ReadingKey, Reading]) -> Study:
    """The study of readings by (reader, patient, visit): the one way into this package, for tables and for a store.

    Visits stand as `in_order` puts them.
    Raises: ValueError for no readings, or more than fit into memory.
    """
    if not readings:
        raise ValueError("there are no readings")
    readers = tuple(dict.fromkeys(key[0] for key in readings))
    order = {name: n for n, name in enumerate(in_order(list(dict.fromkeys(key[2] for key in readings))))}
    visits: dict[str, set[str]] = {}
    for _, patient, visit in readings:
        visits.setdefault(patient, set()).add(visit)
    names = {patient: tuple(sorted(mine, key=order.__getitem__)) for patient, mine in visits.items()}
    shape = (len(readers), len(names), max(map(len, names.values())), len(CELL_LIST))
    if shape[0] > MOST_READERS:
        raise ValueError(f"there are {shape[0]} readers, more than {MOST_READERS}; look at the column of readers")
    if shape[1] > MOST_PATIENTS or math.prod(shape) > _MOST_CELLS:
        raise ValueError(
            f"{shape[1]} patients with up to {shape[2]} visits are more than can be compared at once "
            f"({MOST_PATIENTS} patients); split the study"
        )
    column = {cell: n for n, cell in enumerate(CELL_LIST)}
    points = np.full(shape, np.nan)
    row = {patient: n for n, patient in enumerate(names)}
    for (reader, patient, visit), reading in readings.items():
        target = points[readers.index(reader), row[patient], names[patient].index(visit)]
        for cell, value in reading.points.items():
            if value is not None:
                target[column[cell]] = value
    return Study(readers, tuple(names), tuple(names.values()), points, dict(readings))


def in_order(names: list[str]) -> list[str]:
    """Names of visits by date when all are ISO dates, by number when each holds one (V2, month 12), otherwise as they come."""
    if all(_ISO_DATE.fullmatch(name) for name in names):
        return sorted(names)
    numbers = {name: re.findall(r"[0-9]+(?:\.[0-9]+)?", name) for name in names}
    if all(len(found) == 1 for found in numbers.values()):
        return sorted(names, key=lambda name: float(numbers[name][0]))
    return names


def paired(study: Study, readers: Sequence[str], *, change: bool = False) -> Paired:
    """The cells that all of these readers scored, as status at every visit or as change from first to last visit.

    Raises: ValueError as `Study.index` does.
    """
    points = study.points[study.index(readers)]
    scored = np.isfinite(points)
    left_out = int((scored.any(axis=0) & ~scored.all(axis=0)).sum())
    points = np.where(scored.all(axis=0), points, np.nan)
    if not change:
        return Paired(tuple(readers), False, points, study.visit_names, left_out)
    read: NDArray[np.bool_] = np.asarray(np.asarray(scored.any(axis=3)).all(axis=0))
    first, last = read.argmax(axis=1), read.shape[1] - 1 - read[:, ::-1].argmax(axis=1)
    rows = np.arange(len(first))
    change_points = points[:, rows, last] - points[:, rows, first]
    change_points[:, ~read.any(axis=1) | (first == last)] = np.nan
    names = tuple((f"{v[f]} to {v[e]}",) for v, f, e in zip(study.visit_names, first, last, strict=True))
    return Paired(tuple(readers), True, change_points[:, :, None], names, left_out)
