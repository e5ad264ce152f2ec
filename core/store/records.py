"""What the store hands out: visits, films and readings, made from rows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session, select

from core.agreement.visits import visit_times
from core.store.blinded_reading import BlindedReading, Status
from core.store.errors import StoreError
from core.store.marks import MarkedCell
from core.store.tables import CellRow, FilmRow, ReadingRow, TimeRow, VisitRow
from core.svh import SITE_BY_SUFFIX, Cell, Limb, Side

Points = Mapping[str, tuple[float, float]]
LimbSide = tuple[Limb, Side]


class Order(StrEnum):
    """How visits came before the reader: in time, or shuffled with patient and date hidden."""

    CHRONOLOGICAL = "chronological"
    BLINDED = "blinded"


@dataclass(frozen=True)
class StoredVisit:
    """A visit; `position` counts the visits of a patient in time from 1."""

    id: str
    patient: str
    label: str
    position: int


def id_of(*parts: str) -> str:
    """The id that follows from what it names: the same asked again is the same row."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def in_time(visits: Iterable[StoredVisit]) -> list[StoredVisit]:
    """Visits of one patient from the first to the last, numbered anew: their names come before the order of entry."""
    given = sorted(visits, key=lambda v: (v.position, v.label))
    times = visit_times([visit.label for visit in given])
    ordered = sorted(given, key=lambda v: times[v.label].rank) if times else given
    return [replace(visit, position=place) for place, visit in enumerate(ordered, start=1)]


@dataclass(frozen=True)
class StoredFilm:
    """One limb of a stored film. `joints` in pixels of the picture, `content` the SHA-256 of the picture."""

    id: str
    limb: Limb
    side: Side
    content: str
    spacing_mm: float | None
    joints: Points


@dataclass(frozen=True)
class OpenReading:
    """A reading as far as it has come; `spent_ms` by limb and side."""

    id: str
    visit: StoredVisit
    reader: str
    order: Order
    values: BlindedReading
    spent_ms: Mapping[LimbSide, int]


@contextmanager
def known_rows() -> Iterator[None]:
    """Rows become what the store hands out; one that this program cannot have written is told in words.

    Raises: StoreError.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise StoreError(
            "A row of the store was changed by something else than this program. Run `python -m core store verify` and"
            " restore a backup."
        ) from error


def cell_of(row: CellRow) -> Cell:
    """Side and site of a row."""
    return Side(row.side), SITE_BY_SUFFIX[row.site]


def visit_of(row: VisitRow) -> StoredVisit:
    """A visit out of its row in the store."""
    return StoredVisit(row.id, row.patient, row.label, row.position)


def film_of(row: FilmRow) -> StoredFilm:
    """A film out of its row in the store; its joints are kept as JSON."""
    joints = {name: (x, y) for name, (x, y) in json.loads(row.joints).items()}
    return StoredFilm(row.id, Limb(row.limb), Side(row.side), row.content, row.spacing_mm, joints)


def open_reading(session: Session, row: ReadingRow) -> OpenReading:
    """A reading with its visit, cells and times.

    Raises: StoreError if its visit is not there.
    """
    visit = session.get(VisitRow, row.visit)
    if visit is None:
        raise StoreError("The visit of this reading is not in the store. Run `python -m core store verify`.")
    cells = session.exec(select(CellRow).where(CellRow.reading == row.id)).all()
    times = session.exec(select(TimeRow).where(TimeRow.reading == row.id)).all()
    return OpenReading(
        id=row.id,
        visit=visit_of(visit),
        reader=row.reader,
        order=Order(row.order),
        values=BlindedReading(
            Status(row.status),
            {cell_of(c): MarkedCell.parse(c.first, c.final) for c in cells if c.first or c.final},
        ),
        spent_ms={(Limb(t.limb), Side(t.side)): t.spent_ms for t in times},
    )
