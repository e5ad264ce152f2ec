"""Readings as rows of the store: those that stand, how far they have come, and the rows that a change writes."""

from collections.abc import Mapping

from sqlmodel import Session, SQLModel, select

from core.store.blinded_reading import BlindedReading, Status
from core.store.errors import StoreError
from core.store.log import now_text
from core.store.marks import Mark, MarkedCell
from core.store.records import LimbSide, StoredVisit, cell_of
from core.store.study_records import State, study_of_visit
from core.store.tables import CellRow, ReadingRow, TimeRow, VisitRow
from core.svh import Cell, Reading

Marks = Mapping[Cell, Mark | None]


def latest_row(session: Session, visit: str, reader: str) -> ReadingRow | None:
    """The reading of a visit by a reader that no other supersedes."""
    rows = session.exec(select(ReadingRow).where(ReadingRow.visit == visit, ReadingRow.reader == reader)).all()
    gone = {row.supersedes for row in rows}
    return next((row for row in rows if row.id not in gone), None)


def writable_row(session: Session, reading: str) -> ReadingRow:
    """The row of a reading that may be written.

    Raises: StoreError if it is not there, or its study is locked.
    """
    row = session.get(ReadingRow, reading)
    if row is None:
        raise StoreError("This reading is not in the store.")
    study = study_of_visit(session).get(row.visit)
    if study is not None and study.state is not State.OPEN:
        raise StoreError("This study is locked: its readings stay as they are.")
    return row


def standing_readings(session: Session, *, first: bool, unfinished: bool) -> dict[tuple[str, str, str], Reading]:
    """The readings that are not superseded, of no study, by reader, patient and visit label, as `Store.readings`."""
    visits = {row.id: row for row in session.exec(select(VisitRow)).all()}
    apart = study_of_visit(session)
    rows = session.exec(select(ReadingRow).order_by(ReadingRow.begun_at)).all()
    rows = [row for row in rows if row.visit not in apart]
    if not unfinished:
        rows = [row for row in rows if row.status == Status.COMPLETE]
    gone = {row.supersedes for row in rows}
    wanted = {row.id: row for row in rows if row.id not in gone}
    points: dict[str, dict[Cell, int | None]] = {key: {} for key in wanted}
    for cell in session.exec(select(CellRow)).all():
        text = cell.first if first else cell.final
        if cell.reading in points and text:
            points[cell.reading][cell_of(cell)] = Mark.parse(text).points
    return {
        (row.reader, visits[row.visit].patient, visits[row.visit].label): Reading(points[key])
        for key, row in wanted.items()
    }


def progress_of(session: Session, reader: str) -> dict[str, tuple[Status, int]]:
    """Status and number of cells read of a reader's standing readings, by visit id."""
    rows = session.exec(select(ReadingRow).where(ReadingRow.reader == reader)).all()
    gone = {row.supersedes for row in rows}
    have: dict[str, int] = {}
    for cell in session.exec(select(CellRow).where(CellRow.final != "")).all():
        have[cell.reading] = have.get(cell.reading, 0) + 1
    return {row.visit: (Status(row.status), have.get(row.id, 0)) for row in rows if row.id not in gone}


def marked_rows(session: Session, row: ReadingRow, marks: Marks) -> list[SQLModel]:
    """The cells of a reading with these marks, by the rule of a blinded reading."""
    rows: list[SQLModel] = []
    for (side, site), mark in marks.items():
        old = session.get(CellRow, (row.id, side.value, site.suffix))
        before = {(side, site): MarkedCell.parse(old.first, old.final)} if old else {}
        after = BlindedReading(Status(row.status), before).marked((side, site), mark).cells.get((side, site))
        first = after.first.text if after and after.first else None
        final = after.final.text if after and after.final else ""
        rows.append(CellRow(reading=row.id, side=side.value, site=site.suffix, first=first, final=final))
    return rows


def time_rows(session: Session, row: ReadingRow, spent_ms: Mapping[LimbSide, int]) -> list[SQLModel]:
    """The times of a reading with what was spent since."""
    rows: list[SQLModel] = []
    for (limb, side), ms in spent_ms.items():
        spent = session.get(TimeRow, (row.id, limb.value, side.value))
        total = int(ms) + (spent.spent_ms if spent else 0)
        rows.append(TimeRow(reading=row.id, limb=limb.value, side=side.value, spent_ms=total))
    return rows


def model_rows(key: str, visit: StoredVisit, name: str, given: Reading) -> list[SQLModel]:
    """A complete reading of a model: nobody was blinded to it, so that both values are the same."""
    reading = ReadingRow(
        id=key, visit=visit.id, reader=name, list_name="", order="", status=Status.COMPLETE, begun_at=now_text()
    )
    cells = [
        CellRow(reading=key, side=side.value, site=site.suffix, first=mark, final=mark)
        for (side, site), points in given.points.items()
        for mark in [Mark(points).text]
    ]
    return [reading, *cells]
