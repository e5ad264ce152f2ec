"""A study: the readings of several readers as one array, made from readings by one function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.agreement.sections import CELL_LIST
from core.agreement.visits import in_order, years_between
from core.cohort.scores import TOTAL_LIMITS, ReadingKey, Scores, scores_of
from core.svh import Reading

MAX_READERS = 20
MAX_PATIENTS = 5000
_MAX_CELLS = 30_000_000
TOTAL_KEYS = tuple(TOTAL_LIMITS)


@dataclass(frozen=True)
class Study:
    """Readings as `points` [readers, patients, visits, 86], NaN where a cell was not scored.

    `visits` are the places of the visits in time: by their names where patients share them, else `visit 1`, `visit 2`,
    ...; `visit_names[p]` are a patient's own names in these places, "" where there is none. `totals` [readers,
    patients, visits, 10] are those that a table gave itself, in the order of `TOTAL_KEYS`; None if no table did.
    `groups` are the patients' groups, "" where none is told. `rereads` names, for a second reading, who reads again.
    """

    readers: tuple[str, ...]
    patients: tuple[str, ...]
    visits: tuple[str, ...]
    visit_names: tuple[tuple[str, ...], ...]
    points: NDArray[np.float64]
    totals: NDArray[np.float64] | None
    groups: tuple[str, ...]
    rereads: Mapping[str, str]
    readings: Mapping[ReadingKey, Reading | Scores] = field(repr=False)

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

    @property
    def first_readings(self) -> tuple[str, ...]:
        """The readers without the second readings of the same people."""
        return tuple(reader for reader in self.readers if reader not in self.rereads)

    def years(self, patient: int, first: int, last: int) -> float | None:
        """Years between two visits of a patient; None where their names do not tell."""
        names = self.visit_names[patient]
        every = self.visits if names[first] in self.visits else [name for name in names if name]
        return years_between(names[first], names[last], every)

    def years_between_places(self, first: int, last: int) -> float | None:
        """Years between two places of visits that patients share; None where their names do not tell."""
        return years_between(self.visits[first], self.visits[last], self.visits)

    @property
    def read(self) -> NDArray[np.bool_]:
        """[readers, patients, visits], true where a reader gave any score."""
        read: NDArray[np.bool_] = np.asarray(np.isfinite(self.points).any(axis=3))
        return read if self.totals is None else read | np.asarray(np.isfinite(self.totals).any(axis=3))


def study_of(readings: Mapping[ReadingKey, Reading | Scores], visits: Sequence[str] | None = None) -> Study:
    """The study of readings by (reader, patient, visit): the one way into this package, for tables and for a store.

    Visits stand in time: as `visits` says (first to last), or as `core.agreement.visits` reads their names.
    Raises: UnknownVisitOrder if a patient has several visits whose order neither tells; ValueError for no readings,
    more than fit into memory, or a patient in two groups.
    """
    if not readings:
        raise ValueError("there are no readings")
    readers = tuple(dict.fromkeys(key[0] for key in readings))
    mine: dict[str, set[str]] = {}
    for _, patient, visit in readings:
        mine.setdefault(patient, set()).add(visit)
    most = max(map(len, mine.values()))
    if len(readers) > MAX_READERS:
        raise ValueError(f"there are {len(readers)} readers, more than {MAX_READERS}; look at the column of readers")
    all_names = list(dict.fromkeys(key[2] for key in readings))
    shared = len(all_names) <= 2 * most
    if len(mine) > MAX_PATIENTS or len(readers) * len(mine) * (len(all_names) if shared else most) * 86 > _MAX_CELLS:
        raise ValueError(
            f"{len(mine)} patients with up to {most} visits are more than can be compared at once "
            f"({MAX_PATIENTS} patients); split the study"
        )
    order = all_names if most == 1 and not visits and not shared else _order(all_names, mine, visits, most)
    place = {name: n for n, name in enumerate(order)}
    names = {
        patient: tuple(name if name in own else "" for name in order)
        if shared
        else _padded(sorted(own, key=place.__getitem__), most)
        for patient, own in mine.items()
    }
    slots = tuple(order) if shared else tuple(f"visit {n + 1}" for n in range(most))
    return _filled(readings, readers, slots, names)


def _order(names: list[str], mine: Mapping[str, set[str]], visits: Sequence[str] | None, most: int) -> list[str]:
    """Names in time; where no patient has two visits the order is of no importance."""
    if visits or most > 1:
        return in_order(names, visits)
    try:
        return in_order(names)
    except ValueError:
        return names


def _padded(names: Sequence[str], to: int) -> tuple[str, ...]:
    return (*names, *[""] * (to - len(names)))


def _filled(
    readings: Mapping[ReadingKey, Reading | Scores],
    readers: tuple[str, ...],
    slots: tuple[str, ...],
    names: Mapping[str, tuple[str, ...]],
) -> Study:
    points = np.full((len(readers), len(names), len(slots), len(CELL_LIST)), np.nan)
    totals: NDArray[np.float64] | None = None
    row, who = {patient: n for n, patient in enumerate(names)}, {reader: n for n, reader in enumerate(readers)}
    groups, rereads = dict.fromkeys(names, ""), dict[str, str]()
    for (reader, patient, visit), reading in readings.items():
        scores = scores_of(reading)
        at = who[reader], row[patient], names[patient].index(visit)
        points[at] = scores.values
        if scores.totals:
            if totals is None:
                totals = np.full((*points.shape[:3], len(TOTAL_KEYS)), np.nan)
            for key, value in scores.totals.items():
                totals[*at, TOTAL_KEYS.index(key)] = value
        if scores.group:
            if groups[patient] not in ("", scores.group):
                raise ValueError(f"patient {patient} is in group {groups[patient]} and in group {scores.group}")
            groups[patient] = scores.group
        if scores.rereads:
            rereads[reader] = scores.rereads
    return Study(
        readers, tuple(names), slots, tuple(names.values()), points, totals, tuple(groups.values()), rereads, readings
    )
