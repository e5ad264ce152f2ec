"""What readers scored alike, as status or as change: the one owner of pairs, complete totals and what is left out.

A total counts when all cells of its part that the study scores are there for all readers. With `Completeness(share)`
below 1 it counts when at least that share of them is there for every reader; what a reader lacks is then taken to have
the same share of its maximum as the cells of that part that the reader scored at that visit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.agreement.completeness import ALL_CELLS, Completeness, part_sums
from core.agreement.sections import CELL_LIST, SECTIONS, TOTAL, Section
from core.agreement.study import Study
from core.cohort.ra2_table import CELLS

Array = NDArray[np.float64]
_CELL_NAMES = list(CELLS)


@dataclass(frozen=True)
class LeftOut:
    """A visit of a patient (or a pair of visits) whose total is not counted, and why."""

    patient: str
    visit: str
    why: str


@dataclass(frozen=True)
class Paired:
    """What readers scored alike: `points` [readers, patients, visits, 86], NaN where not all of them scored the cell.

    For change `points` are those of the later visit less those of the earlier (one "visit"). `visits[p]` are the names,
    `spans[p]` the positions and `ends[p]` the names of the earlier and the later visit of a patient with change;
    `left_out` counts the cells that some but not all of the readers scored at the visits in view. `scored` [86] are the
    cells that the study scores: those that every reader scored anywhere. `_raw` and `_totals` hold what each reader
    gave at these visits.
    """

    readers: tuple[str, ...]
    patients: tuple[str, ...]
    change: bool
    points: Array
    visits: tuple[tuple[str, ...], ...]
    spans: tuple[tuple[int, int] | None, ...]
    ends: tuple[tuple[str, str] | None, ...]
    left_out: int
    scored: NDArray[np.bool_]
    rule: Completeness
    _raw: tuple[Array, ...] = field(repr=False)
    _totals: tuple[Array | None, ...] = field(repr=False)

    @property
    def patients_used(self) -> int:
        """Patients with at least one cell or total that all readers scored."""
        return int(self.used.sum())

    @property
    def used(self) -> NDArray[np.bool_]:
        """[patients], true with at least one cell, or total that a table gave, by all readers."""
        return np.asarray((np.isfinite(self.points[0]).any(axis=-1) | self.totals_there).any(axis=-1))

    @property
    def totals_there(self) -> NDArray[np.bool_]:
        """[patients, visits], true where all readers have a total that a table gave or that is complete."""
        return np.asarray(np.isfinite(self.sums(SECTIONS)).any(axis=3)).all(axis=0)  # type: ignore[return-value]

    def sums(self, sections: Sequence[Section]) -> Array:
        """Totals of parts of the score [readers, patients, visits, parts].

        NaN where they do not count for all readers.
        """
        whole = [
            part_sums(raw, totals, sections, self.scored, self.rule)
            for raw, totals in zip(self._raw, self._totals, strict=True)
        ]
        sums = whole[1] - whole[0] if self.change else whole[0]
        return np.where(np.isfinite(sums).all(axis=0), sums, np.nan)

    def observed(self, section: Section) -> list[tuple[int, int, tuple[float, ...]]]:
        """The totals of a part of the score: position of the patient and visit, and one total a reader."""
        sums = self.sums([section])[..., 0]
        return [(int(p), int(v), tuple(sums[:, p, v].tolist())) for p, v in np.argwhere(np.isfinite(sums[0]))]

    def not_counted(self, section: Section = TOTAL) -> list[LeftOut]:
        """The patients and visits whose total does not count, with the reason, in the order of the study."""
        here = np.isfinite(self.sums([section])[0, ..., 0])
        found = []
        for p, patient in enumerate(self.patients):
            if self.change and self.spans[p] is None:
                found.append(LeftOut(patient, "", "no two visits that all of these readers read"))
                continue
            for v, name in enumerate(self.visits[p]):
                if name and not here[p, v] and (why := self._why(p, v, section)):
                    found.append(LeftOut(patient, name, why))
        return found

    def _why(self, p: int, v: int, section: Section) -> str:
        told = []
        cells = section.mask & self.scored
        for r, reader in enumerate(self.readers):
            lacking = np.zeros(len(CELL_LIST), bool)
            nothing = False
            for raw, totals in zip(self._raw, self._totals, strict=True):
                gives = totals is not None and np.isfinite(totals[r, p, v]).any()
                have = np.isfinite(raw[r, p, v])
                nothing = nothing or not (have.any() or gives)
                lacking |= cells & ~have if not gives else False
            if nothing:
                told.append(f"not read by {reader}")
            elif lacking.any():
                names = [_CELL_NAMES[n] for n in np.flatnonzero(lacking)[:3]]
                more = ", ..." if lacking.sum() > 3 else ""
                told.append(f"{reader} lacks {lacking.sum()} of {cells.sum()} cells ({', '.join(names)}{more})")
        everyone_lacks = len(told) == len(self.readers) and all(word.startswith("not read") for word in told)
        return "" if everyone_lacks else "; ".join(told) or f"no {section.name} by all readers"

    @property
    def span_counts(self) -> list[tuple[str, str, int]]:
        """From which visit to which, and of how many patients; the most frequent first."""
        pairs = Counter(ends for ends in self.ends if ends)
        return [(first, last, count) for (first, last), count in pairs.most_common()]


def paired(
    study: Study,
    readers: Sequence[str],
    *,
    change: bool = False,
    visit: int | None = None,
    span: tuple[int, int] | None = None,
    rule: Completeness = ALL_CELLS,
) -> Paired:
    """What all of these readers scored: as status at every visit or at one, or as change.

    Change is from the first to the last visit of a patient that all of them read, or between the two places in `span`.
    Raises: ValueError as `Study.index` does.
    """
    at = study.index(readers)
    points = study.points[at]
    totals = None if study.totals is None else study.totals[at]
    scored = _scored(points)
    if change:
        return _changes(study, tuple(readers), points, totals, scored, span, rule)
    if visit is not None:
        points = points[:, :, [visit]]
        totals = None if totals is None else totals[:, :, [visit]]
    there = np.isfinite(points)
    left_out = int((there.any(axis=0) & ~there.all(axis=0)).sum())
    names = tuple(own if visit is None else (own[visit],) for own in study.visit_names)
    return Paired(
        tuple(readers), study.patients, False, np.where(there.all(axis=0), points, np.nan), names,
        (None,) * len(names), (None,) * len(names), left_out, scored, rule, (points,), (totals,),
    )  # fmt: skip


def _scored(points: Array) -> NDArray[np.bool_]:
    """[86], the cells that every reader who scored cells at all scored anywhere."""
    by_reader: NDArray[np.bool_] = np.asarray(np.isfinite(points).any(axis=(1, 2)))
    by_reader = by_reader[np.asarray(by_reader.any(axis=1))]
    return np.asarray(by_reader.all(axis=0) if len(by_reader) else np.zeros(points.shape[-1], bool))


def _changes(
    study: Study,
    readers: tuple[str, ...],
    points: Array,
    totals: Array | None,
    scored: NDArray[np.bool_],
    span: tuple[int, int] | None,
    rule: Completeness,
) -> Paired:
    read: NDArray[np.bool_] = np.asarray(study.read[study.index(readers)].all(axis=0))  # [patients, visits]
    if span is None:
        first, last = read.argmax(axis=1), read.shape[1] - 1 - read[:, ::-1].argmax(axis=1)
        has = read.any(axis=1) & (first < last)
    else:
        first, last = (np.full(len(read), n) for n in span)
        has = read[:, span[0]] & read[:, span[1]]
    rows = np.arange(len(read))
    raw = tuple(np.where(has[:, None], points[:, rows, at], np.nan)[:, :, None] for at in (first, last))
    given = tuple(
        None if totals is None else np.where(has[:, None], totals[:, rows, at], np.nan)[:, :, None]
        for at in (first, last)
    )
    there = np.stack([np.isfinite(each) for each in raw])
    left_out = int((there.any(axis=(0, 1)) & ~there.all(axis=(0, 1))).sum())
    changes = np.where(there.all(axis=(0, 1)), raw[1] - raw[0], np.nan)
    spans = tuple((int(f), int(e)) if ok else None for f, e, ok in zip(first, last, has, strict=True))
    ends = tuple(
        (own[pair[0]], own[pair[1]]) if pair else None for own, pair in zip(study.visit_names, spans, strict=True)
    )
    names = tuple((f"from {pair[0]} to {pair[1]}",) if pair else ("",) for pair in ends)
    return Paired(readers, study.patients, True, changes, names, spans, ends, left_out, scored, rule, raw, given)
