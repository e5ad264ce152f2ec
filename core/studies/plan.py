"""Which films are which visit of which patient: by a table where there is one, else by names and folders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.agreement.visits import UnknownVisitOrder, in_order
from core.cohort.grid import grids
from core.radiograph import Entry, FilmError, VisitFiles, display_text, expand, group_visits, name_hints
from core.radiograph.foreign_names import order, parts
from core.radiograph.name_hints import only_limb_words

HEADER = ("patient", "visit", "file")
DATE = "date"
FIRST = "visit 1"
_MAX_NAMED = 6


@dataclass(frozen=True)
class PlannedVisit:
    """A visit with its files; `position` counts a patient's visits in time from 1."""

    patient: str
    label: str
    position: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class StudyPlan:
    """All visits of a study, what is to be said of how they were put together, and the files that belong to none."""

    visits: tuple[PlannedVisit, ...]
    lines: tuple[str, ...]
    left_out: tuple[FilmError, ...]


def plan_study(sources: Iterable[Path | tuple[str, bytes]], table: bytes | None = None) -> StudyPlan:
    """Look at folders, zips and films, and put them into visits; nothing is decoded yet.

    `table` (CSV or xlsx) has the columns patient, visit and file, and may have date: it then decides alone. A file may
    be named with its folders. The date orders visits and is kept nowhere.

    Raises: ValueError for a table with a fault, or where no visit is found.
    """
    entries, left_out = expand(sources)
    named = _by_table(entries, table) if table is not None else _by_names(entries)
    visits, lines = _in_time(*named)
    if not visits:
        raise ValueError("no visit was found: there is no film among the files")
    return StudyPlan(tuple(visits), tuple(lines), tuple(left_out))


_Key = tuple[str, str]  # patient and label


def _by_names(entries: Sequence[Entry]) -> tuple[dict[_Key, list[Entry]], dict[_Key, str], list[str]]:
    visits, lines = group_visits(entries)
    found: dict[_Key, list[Entry]] = {}
    for files in visits:
        found.setdefault(_name_of(files), []).extend(files.entries)
    return found, {}, list(lines)


def _name_of(files: VisitFiles) -> _Key:
    """Patient and visit from the name of a file (`P1-LH`) or the two last folders (`P1/baseline`)."""
    first = files.entries[0]
    folders = [display_text(part) for part in parts(first.folder) if not only_limb_words(part)]
    patient = name_hints(first.name).patient
    if patient and files.name != FIRST and files.name.startswith(patient):
        return patient, files.name[len(patient) :].strip(" ()") or FIRST
    return (folders[-2], folders[-1]) if len(folders) > 1 else (files.name, FIRST)


def _by_table(entries: Sequence[Entry], table: bytes) -> tuple[dict[_Key, list[Entry]], dict[_Key, str], list[str]]:
    rows = _rows(table)
    found: dict[_Key, list[Entry]] = {}
    dates: dict[_Key, str] = {}
    used: dict[int, int] = {}
    for number, row in rows:
        patient, label = display_text(row["patient"]), display_text(row["visit"])
        if not patient or not label or not row["file"].strip():
            raise ValueError(f"row {number}: patient, visit and file must be filled in")
        wanted = parts(row["file"])
        hits = [n for n, entry in enumerate(entries) if [*parts(entry.folder), entry.name][-len(wanted) :] == wanted]
        if len(hits) != 1:
            why = "is not among the files" if not hits else "is there more than once; write its folder before it"
            raise ValueError(f"row {number}: the film {display_text(row['file'])} {why}")
        if hits[0] in used:
            raise ValueError(f"row {number}: this film stands in row {used[hits[0]]} already")
        used[hits[0]] = number
        found.setdefault((patient, label), []).append(entries[hits[0]])
        day = row.get(DATE, "").strip()
        if day and dates.setdefault((patient, label), day) != day:
            raise ValueError(f"row {number}: the visit {label} of {patient} has two dates")
    without = [entry.name for n, entry in enumerate(entries) if n not in used]
    lines = [f"{len(without)} files are not in the table and were left out ({_few(without)})."] if without else []
    return found, dates, lines


def _rows(table: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows of the first sheet by column, in any case of letters."""
    names: list[str] | None = None
    out: list[tuple[int, dict[str, str]]] = []
    for _, rows in grids(table):
        for number, cells in rows:
            if names is None:
                names = [cell.strip().lower() for cell in cells]
                if lacking := [column for column in HEADER if names.count(column) != 1]:
                    raise ValueError(f"the table needs the column {lacking[0]} once; it has {', '.join(names[:8])}")
                continue
            out.append((number, dict(zip(names, [*cells, *[""] * len(names)], strict=False))))
        break
    if not out:
        raise ValueError("the table has no row below its header")
    return out


def _in_time(
    found: Mapping[_Key, list[Entry]], dates: Mapping[_Key, str], lines: list[str]
) -> tuple[list[PlannedVisit], list[str]]:
    """The visits of each patient in time: by date, else by what their names tell, else as they came, which is said."""
    of_patient: dict[str, list[str]] = {}
    for patient, label in found:
        of_patient.setdefault(patient, []).append(label)
    visits: list[PlannedVisit] = []
    unknown: list[str] = []
    try:
        by_date = in_order([dates[key] for key in found if key in dates])
    except UnknownVisitOrder:
        raise ValueError("the dates of the table are not clear; write them as YYYY-MM-DD") from None
    try:
        by_label: list[str] | None = in_order([label for _, label in found])
    except UnknownVisitOrder:
        by_label = None
    for patient in sorted(of_patient, key=order):
        labels = of_patient[patient]
        if all((patient, label) in dates for label in labels):
            ranks = {label: by_date.index(dates[patient, label]) for label in labels}
            labels = sorted(labels, key=lambda label: ranks[label])
        elif by_label is not None:
            labels = sorted(labels, key=by_label.index)
        elif len(labels) > 1:
            unknown.append(patient)
        for position, label in enumerate(labels, start=1):
            visits.append(PlannedVisit(patient, label, position, tuple(found[patient, label])))
    if unknown:
        lines = [
            *lines,
            f"The order of visits is not clear from their names and was taken as it came ({_few(unknown)}).",
        ]
    return visits, lines


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(names[:_MAX_NAMED]) + more
