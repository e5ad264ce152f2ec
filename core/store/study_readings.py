"""The complete readings of a study, as they go to the statistics and into the export."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, select

from core.cohort.table_text import csv_text
from core.store.blinded_reading import Status
from core.store.marks import Mark
from core.store.records import cell_of
from core.store.study_records import PREFIX, Study
from core.store.tables import CellRow, ReadingRow, VisitRow
from core.svh import Cell, Reading

MODEL = "model"
ReadingOf = Mapping[tuple[str, int, str, str], Reading]
"""By reader, session, patient and visit label."""
HEADER = ("patient", "visit", "reader", "session", "side", "site", "points")


def complete_readings(session: Session, study: Study, *, model: bool) -> ReadingOf:
    """The complete readings of persons, and with `model` those of the model under its name in session 1."""
    visits = session.exec(select(VisitRow).where(VisitRow.id.in_(study.visits))).all()  # type: ignore[attr-defined]
    rows = session.exec(select(ReadingRow).where(ReadingRow.visit.in_(study.visits))).all()  # type: ignore[attr-defined]
    keys = [row.id for row in rows]
    cells = session.exec(select(CellRow).where(CellRow.reading.in_(keys))).all()  # type: ignore[attr-defined]
    return joined(study, visits, rows, cells, model=model)


def joined(
    study: Study,
    visits: Sequence[VisitRow],
    rows: Sequence[ReadingRow],
    cells: Sequence[CellRow],
    *,
    model: bool,
) -> ReadingOf:
    """The same out of rows, wherever they come from."""
    of_reading: dict[str, dict[Cell, int | None]] = {row.id: {} for row in rows}
    for cell in cells:
        if cell.final and cell.reading in of_reading:
            of_reading[cell.reading][cell_of(cell)] = Mark.parse(cell.final).points
    named = {visit.id: (visit.patient, visit.label) for visit in visits}
    out: dict[tuple[str, int, str, str], Reading] = {}
    for row in sorted(rows, key=lambda row: (row.reader, row.list_name, *named[row.visit])):
        by_person = row.list_name.startswith(PREFIX)
        if row.status != Status.COMPLETE or not (by_person or model):
            continue
        number = int(row.list_name.rpartition("#")[2]) if by_person else 1
        out[row.reader if by_person else MODEL, number, *named[row.visit]] = Reading(of_reading[row.id])
    return out


def long_table(readings: ReadingOf) -> str:
    """The readings as CSV, a row a site: what `python -m core agree` and the page Reader agreement read."""
    table: list[tuple[str | int, ...]] = [HEADER]
    for (reader, session, patient, label), reading in readings.items():
        for (side, site), points in sorted(reading.points.items(), key=lambda cell: (cell[0][1].suffix, cell[0][0])):
            where = f"{side.value}{site.limb.value[0]}"
            table.append((patient, label, reader, session, where, site.suffix, "NS" if points is None else points))
    return csv_text(table)


def visits_apart(readings: ReadingOf, threshold: float) -> list[tuple[str, str]]:
    """Patient and label of the visits where two readers' first readings differ by `threshold` points of SvH or more."""
    totals: dict[tuple[str, str], list[int]] = {}
    for (_, session, patient, label), reading in readings.items():
        if session == 1 and reading.svh is not None:
            totals.setdefault((patient, label), []).append(reading.svh)
    return [visit for visit, sums in totals.items() if max(sums) - min(sums) >= threshold]
