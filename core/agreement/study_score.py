"""The score of a study, one number a patient and visit: of a reader, the mean of readers, or adjudicated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.agreement.adjudication import THRESHOLD
from core.agreement.completeness import ALL_CELLS, Completeness, part_sums
from core.agreement.pairing import paired
from core.agreement.sections import CELL_LIST, TOTAL, Section
from core.agreement.study import Study
from core.agreement.wording import listed, number

Array = NDArray[np.float64]


class Adjudicator(StrEnum):
    """What the score is where two readers' changes lie too far apart."""

    THIRD = "third reader"
    NEAREST_TWO = "nearest two"
    CONSENSUS = "consensus"


class MissingVisit(StrEnum):
    """What a visit without a score gets: nothing, or one of three analyses of sensitivity."""

    OBSERVED = "as observed"
    EXTRAPOLATION = "linear extrapolation"
    LOCF = "last observation carried forward"
    COMPLETERS = "completers only"


@dataclass(frozen=True)
class StudyScore:
    """Totals [patients, visits], NaN where there is none; `filled` says which are imputed, `missing` by which rule.

    `readers` are those behind it; with more than one it is their mean, and `name` says how it was made.
    """

    name: str
    readers: tuple[str, ...]
    totals: Array
    filled: NDArray[np.bool_]
    section: Section = TOTAL
    missing: MissingVisit = MissingVisit.OBSERVED


@dataclass(frozen=True)
class Change:
    """The change of a patient's score from one visit to another; `years` is None where the visits do not tell."""

    patient: int
    first: int
    last: int
    change: float
    years: float | None


def reader_score(study: Study, reader: str, *, section: Section = TOTAL, rule: Completeness = ALL_CELLS) -> StudyScore:
    """The score of one reader.

    Raises: ValueError for a reader who is not in the study.
    """
    if reader not in study.readers:
        raise ValueError(f"no reader is called {reader}; there are {', '.join(study.readers)}")
    at = study.readers.index(reader)
    scored = np.isfinite(study.points[at]).any(axis=(0, 1))
    given = None if study.totals is None else study.totals[at]
    totals = part_sums(study.points[at], given, [section], np.asarray(scored), rule)[..., 0]
    return _score(reader, (reader,), totals, section)


def mean_score(
    study: Study, readers: Sequence[str], *, section: Section = TOTAL, rule: Completeness = ALL_CELLS
) -> StudyScore:
    """The mean of readers, where the totals of all of them count.

    Raises: ValueError as `Study.index` does.
    """
    totals = paired(study, readers, rule=rule).sums([section])[..., 0].mean(axis=0)
    return _score(f"mean of {listed(readers)}", tuple(readers), totals, section)


def pool_score(
    study: Study, readers: Sequence[str], *, section: Section = TOTAL, rule: Completeness = ALL_CELLS
) -> StudyScore:
    """The mean of those who read a visit, where a pool of readers shares the patients and any two of them read each."""
    all_totals = np.stack([reader_score(study, reader, section=section, rule=rule).totals for reader in readers])
    count = np.isfinite(all_totals).sum(axis=0)
    totals = np.where(count > 0, np.nansum(all_totals, axis=0) / np.maximum(count, 1), np.nan)
    return _score("mean of the readers of each patient", tuple(readers), totals, section)


def adjudicated_score(
    study: Study,
    readers: tuple[str, str],
    adjudicator: str,
    how: Adjudicator,
    *,
    threshold: float = THRESHOLD,
    section: Section = TOTAL,
    rule: Completeness = ALL_CELLS,
) -> StudyScore:
    """The mean of two readers; of a patient whose change they see `threshold` points or more apart, what `how` says.

    Third reader and consensus: the score of `adjudicator` in place of the mean. Nearest two: the mean of the two of the
    three that lie nearest to each other, visit by visit. A patient whom the adjudicator did not read has no score.
    Raises: ValueError for readers who are not in the study, or an adjudicator who is one of the two.
    """
    if adjudicator in readers:
        raise ValueError(f"{adjudicator} is one of the two readers; the adjudicator is another")
    totals = paired(study, readers, rule=rule).sums([section])[..., 0]
    third = reader_score(study, adjudicator, section=section, rule=rule).totals
    whole = totals.mean(axis=0)
    for p in range(len(study.patients)):
        seen = np.flatnonzero(np.isfinite(whole[p]))
        changes = totals[:, p, seen[1:]] - totals[:, p, seen[:1]] if len(seen) else np.zeros((2, 0))
        if (np.abs(changes[0] - changes[1]) >= threshold).any():
            three = np.sort(np.stack([*totals[:, p], third[p]]), axis=0)
            low, middle, high = three
            nearest = np.where(middle - low <= high - middle, (low + middle) / 2, (middle + high) / 2)
            whole[p] = nearest if how is Adjudicator.NEAREST_TWO else third[p]
    name = f"mean of {readers[0]} and {readers[1]}, adjudicated by {adjudicator} ({how.value})"
    return _score(name, (*readers,), whole, section)


def adjudicator_of(text: str) -> Adjudicator:
    """The rule by its name (`nearest two`) or the name's first word (`third`).

    Raises: ValueError for any other word.
    """
    for how in Adjudicator:
        if text.casefold().strip() in (how.value, how.value.split()[0]):
            return how
    raise ValueError(f"a change is adjudicated by {listed([how.value for how in Adjudicator])}, not by {text!r}")


def score_words(study: Study, score: StudyScore) -> str:
    """The mean of a score at every visit, `BL 12.30 (30 patients), W52 15.20 (28)`, and who has none."""
    counts = np.isfinite(score.totals).sum(axis=0)
    told = [
        f"{visit} {number(float(np.nanmean(score.totals[:, v])), 2)} ({n} patient{'s' * (n != 1)})"
        for v, (visit, n) in enumerate(zip(study.visits, counts.tolist(), strict=True))
        if n
    ]
    return ", ".join(told) or "no patient has one"


def with_missing(study: Study, score: StudyScore, how: MissingVisit) -> StudyScore:
    """The score with missing visits treated: an analysis of sensitivity, labelled as such.

    Linear extrapolation goes through the visits beside a missing one, and behind the last through a patient's first and
    last; it needs visits whose names tell the time, and stays within 0 and the maximum of the part.
    Raises: ValueError for extrapolation where the visits do not tell the time.
    """
    totals, filled = score.totals.copy(), np.zeros(score.totals.shape, bool)
    if how is MissingVisit.COMPLETERS:
        totals[~np.isfinite(totals).all(axis=1)] = np.nan
    for p, row in enumerate(totals):
        seen = np.flatnonzero(np.isfinite(row))
        if how is MissingVisit.LOCF and len(seen):
            for v in range(seen[0] + 1, len(row)):
                if np.isnan(row[v]):
                    row[v], filled[p, v] = row[v - 1], True
        if how is MissingVisit.EXTRAPOLATION and len(seen) > 1:
            _extrapolate(study, score.section, p, row, filled[p], seen)
    return replace(score, totals=totals, filled=filled, missing=how, name=f"{score.name}, {how.value}")


def _extrapolate(
    study: Study, section: Section, p: int, row: Array, filled: NDArray[np.bool_], seen: NDArray[np.intp]
) -> None:
    highest = len(section.cells) if section.counts_joints else sum(CELL_LIST[n][1].maximum for n in section.cells)
    for v in np.flatnonzero(np.isnan(row)):
        if v < seen[0]:
            continue
        after = seen[seen > v]
        before = seen[seen < v][-1] if len(after) else seen[0]
        until = after[0] if len(after) else seen[-1]
        whole, part = (_time(study, p, int(before), int(end)) for end in (until, v))
        row[v] = np.clip(row[before] + (row[until] - row[before]) * part / whole, 0, highest)
        filled[v] = True


def _time(study: Study, p: int, first: int, last: int) -> float:
    names = study.visit_names[p]
    years = study.years_between_places(first, last)
    if not years:
        raise ValueError(
            f"linear extrapolation needs visits whose names tell the time (dates, weeks, months), not {names[first]!r}"
        )
    return years


def score_changes(study: Study, score: StudyScore, span: tuple[int, int] | None = None) -> list[Change]:
    """The change of every patient from the first to the last visit with a score, or between two places."""
    found = []
    for p, row in enumerate(score.totals):
        seen = np.flatnonzero(np.isfinite(row))
        first, last = span if span else (int(seen[0]), int(seen[-1])) if len(seen) else (0, 0)
        if first != last and np.isfinite(row[first]) and np.isfinite(row[last]):
            years = study.years_between_places(first, last) or study.years(p, first, last)
            found.append(Change(p, first, last, float(row[last] - row[first]), years))
    return found


def described(study: Study, scores: Sequence[StudyScore]) -> list[dict[str, str | int | float | None]]:
    """Mean, SD, median and quartiles of each score by group and visit, and of its change from the first visit.

    One row a score, group and visit; a group of more than one is followed by all patients together.
    """
    groups: list[str] = sorted({group for group in study.groups if group})
    rows = []
    for score in scores:
        for group in [*groups, ""] if groups else [""]:
            here = np.array([group in ("", other) for other in study.groups])
            for v, visit in enumerate(study.visits):
                column = score.totals[here, v]
                change = column - score.totals[here, 0]
                row: dict[str, str | int | float | None] = {
                    "score": score.name, "group": group or "all", "visit": visit,
                    "imputed": int((score.filled[here, v] & np.isfinite(column)).sum()),
                }  # fmt: skip
                row |= _moments(column[np.isfinite(column)], "")
                row |= _moments(change[np.isfinite(change)], "change ") if v else {}
                rows.append(row)
    return rows


def _moments(values: Array, prefix: str) -> dict[str, int | float | None]:
    some = len(values) > 0
    quartiles = np.quantile(values, (0.5, 0.25, 0.75)).tolist() if some else [None] * 3
    return {
        f"{prefix}n": len(values),
        f"{prefix}mean": float(values.mean()) if some else None,
        f"{prefix}SD": float(values.std(ddof=1)) if len(values) > 1 else None,
        f"{prefix}median": quartiles[0],
        f"{prefix}Q1": quartiles[1],
        f"{prefix}Q3": quartiles[2],
    }


def _score(name: str, readers: tuple[str, ...], totals: Array, section: Section) -> StudyScore:
    return StudyScore(name, readers, np.asarray(totals, np.float64), np.zeros(totals.shape, bool), section)
