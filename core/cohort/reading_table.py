"""Tables of readings as trials keep them, to scores: a row a site, a column a site (RA2), or totals alone.

A table is read whole, or refused with row, column, value and remedy. Names are trimmed and have one form of Unicode
(NFC), so that a blank or another way to write an umlaut makes no other patient.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.cohort.grid import Row, grids
from core.cohort.reading_columns import Columns, find_header
from core.cohort.reading_rows import read_long, read_totals, read_wide, tidy
from core.cohort.scores import ReadingKey, Scores


@dataclass(frozen=True)
class ReadTable:
    """Scores by reader, patient and visit, and `notes`: sentences on what a reader of the figures has to know."""

    readings: Mapping[ReadingKey, Scores]
    notes: tuple[str, ...] = ()


def read_readings(data: bytes, reader: str = "") -> ReadTable:
    """Readings from the bytes of a CSV or xlsx table of any layout.

    `reader` is who read a table without a column of readers, "" if that is not known.
    Raises: ValueError naming row, column and value for anything that is no score, and for a table of no known layout;
    nothing is read then.
    """
    refused = ""
    for sheet, rows in grids(data):
        try:
            columns = find_header(rows, reader_known=bool(reader))
        except ValueError as error:
            refused = refused or str(error)
            continue
        readings, notes = _body(rows, columns, tidy(reader))
        if sheet and refused:
            notes = [f"The sheet {sheet!r} was read, the first with a table of readings.", *notes]
        return ReadTable(readings, tuple(notes))
    raise ValueError(refused)


def join_readings(*tables: Mapping[ReadingKey, Scores]) -> dict[ReadingKey, Scores]:
    """One mapping of several tables.

    Raises: ValueError if two tables hold a reading of the same reader, patient and visit.
    """
    whole: dict[ReadingKey, Scores] = {}
    for table in tables:
        for key, scores in table.items():
            if key in whole:
                reader, patient, visit = key
                raise ValueError(
                    f"reader {reader} has patient {patient}, visit {visit}, in two tables; give the tables other"
                    " readers (NAME=FILE) or a column visit"
                )
            whole[key] = scores
    return whole


def _body(rows: Iterator[Row], columns: Columns, reader: str) -> tuple[dict[ReadingKey, Scores], list[str]]:
    checked = _whole_rows(rows, columns)
    if columns.layout == "long":
        return read_long(checked, columns, reader), []
    if columns.layout == "ra2":
        return read_wide(checked, columns, reader)
    return read_totals(checked, columns, reader), []


def _whole_rows(rows: Iterator[Row], columns: Columns) -> Iterator[Row]:
    """Rows as wide as the header; empty cells behind the last column are a spreadsheet's."""
    width = len(columns.names)
    for number, cells in rows:
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            cells = cells[:width]
        if len(cells) != width:
            raise ValueError(f"row {number} has {len(cells)} cells, but the header has {width} columns")
        yield number, cells
