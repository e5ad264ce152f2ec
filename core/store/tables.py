"""The tables. Every row of every table but the log is also written, whole, into the log."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

SCHEMA = 1


class MetaRow(SQLModel, table=True):
    """Facts about the store itself: `schema`, and `study:NAME` with all that a study is as JSON."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str


class PatientRow(SQLModel, table=True):
    """A patient under a local pseudonym."""

    __tablename__ = "patient"
    pseudonym: str = Field(primary_key=True)


class VisitRow(SQLModel, table=True):
    """A visit. `position` orders the visits of a patient in time; `label` is what the user calls it."""

    __tablename__ = "visit"
    id: str = Field(primary_key=True)
    patient: str = Field(foreign_key="patient.pseudonym", index=True)
    label: str
    position: int


class FilmRow(SQLModel, table=True):
    """One limb on one film. `content` is the SHA-256 of the stored picture.

    `joints` JSON {name: [x, y]} in its pixels.
    """

    __tablename__ = "film"
    id: str = Field(primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    limb: str
    side: str
    content: str
    spacing_mm: float | None = None
    joints: str = Field(sa_column=Column(Text, nullable=False))


class ReaderRow(SQLModel, table=True):
    """A person or a model; `cards` JSON {weight file: SHA-256}, empty for a person."""

    __tablename__ = "reader"
    name: str = Field(primary_key=True)
    kind: str
    cards: str = Field(sa_column=Column(Text, nullable=False))


class ReadingRow(SQLModel, table=True):
    """One reading of one visit. A complete one is never touched again; a later one names it in `supersedes`."""

    __tablename__ = "reading"
    id: str = Field(primary_key=True)
    visit: str = Field(foreign_key="visit.id", index=True)
    reader: str = Field(foreign_key="reader.name", index=True)
    list_name: str
    order: str
    status: str
    begun_at: str
    supersedes: str | None = None


class CellRow(SQLModel, table=True):
    """One cell of a reading as the texts of its marks."""

    __tablename__ = "cell"
    reading: str = Field(primary_key=True, foreign_key="reading.id")
    side: str = Field(primary_key=True)
    site: str = Field(primary_key=True)
    first: str | None = None
    final: str


class TimeRow(SQLModel, table=True):
    """Milliseconds that a reading spent on a limb and side."""

    __tablename__ = "film_time"
    reading: str = Field(primary_key=True, foreign_key="reading.id")
    limb: str = Field(primary_key=True)
    side: str = Field(primary_key=True)
    spent_ms: int = Field(sa_column=Column(BigInteger, nullable=False))


class LogRow(SQLModel, table=True):
    """One entry of the log: `digest` is the SHA-256 of `previous`, a line end, and `entry` (canonical JSON)."""

    __tablename__ = "log"
    sequence: int = Field(primary_key=True)
    request: str = Field(unique=True)
    previous: str
    entry: str = Field(sa_column=Column(Text, nullable=False))
    digest: str


# In an order in which rows can be written: what is pointed at comes first.
TABLES: dict[str, type[SQLModel]] = {
    str(table.__tablename__): table
    for table in (MetaRow, PatientRow, VisitRow, FilmRow, ReaderRow, ReadingRow, CellRow, TimeRow)
}


def table_name(row: SQLModel) -> str:
    """Under which name the log knows the table of a row."""
    return str(type(row).__tablename__)


def row_key(name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The table's name and primary key of a row given as a dict."""
    return (name, *(str(values[column.name]) for column in TABLES[name].__table__.primary_key))  # type: ignore[attr-defined]
