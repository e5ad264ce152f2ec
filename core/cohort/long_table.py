"""Readings in long form, one row a site: `patient,visit,reader,side,site,points`.

`side` is LH, RH, LF or RF, `site` an RA2 column without its side (`mcp_J__2`). An empty cell or `NS` in `points` is a site
that was looked at and is not scorable, never 0; a site without a row was not read.
"""

from collections.abc import Mapping, Sequence

from core.cohort.ra2_table import CELLS, read_table
from core.cohort.table_text import NOT_SCORABLE, csv_text, header, inert, plain, rows, table_text, whole_points
from core.svh import SITE_BY_SUFFIX, Cell, Reading

COLUMNS = ("patient", "visit", "reader", "side", "site", "points")
SIDES = ("LH", "RH", "LF", "RF")
ONLY_VISIT = "1"
ReadingKey = tuple[str, str, str]
"""Reader, patient, visit."""


def write_long(readings: Mapping[ReadingKey, Reading]) -> str:
    """CSV text of readings; sites that are not scorable are `NS`."""
    table: list[Sequence[str | int]] = [COLUMNS]
    for (reader, patient, visit), reading in readings.items():
        for name, cell in CELLS.items():
            if cell in reading.points:
                value = reading.points[cell]
                side, site = name.split("_", 1)
                points = NOT_SCORABLE if value is None else value
                table.append([inert(patient), inert(visit), inert(reader), side, site, points])
    return csv_text(table)


def read_long(text: str) -> dict[ReadingKey, Reading]:
    """Readings from CSV text in long form.

    Raises: ValueError naming row, column, value and limit for anything that is no score of a site, and for a site that comes
    twice; nothing is read then.
    """
    points: dict[ReadingKey, dict[Cell, int | None]] = {}
    for number, row in rows(text, COLUMNS):
        key = (plain(row["reader"]), plain(row["patient"]), plain(row["visit"]))
        for column, value in zip(("reader", "patient", "visit"), key, strict=True):
            if not value.strip():
                raise ValueError(f"row {number}: {column} is empty")
        try:
            cell, value_of = _cell(row)
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        mine = points.setdefault(key, {})
        if cell in mine:
            raise ValueError(
                f"row {number}: {row['side'].strip()} {cell[1].suffix} of this patient, visit and reader comes twice"
            )
        mine[cell] = value_of
    return {key: Reading(cells) for key, cells in points.items()}


def _cell(row: Mapping[str, str]) -> tuple[Cell, int | None]:
    side, suffix, text = row["side"].strip().upper(), row["site"].strip(), row["points"].strip()
    if side not in SIDES:
        raise ValueError(f"side holds {row['side']!r}; it takes {', '.join(SIDES)}")
    if suffix not in SITE_BY_SUFFIX:
        raise ValueError(f"site holds {suffix!r}, which is no site; sites are RA2 names such as mcp_J__2")
    cell = CELLS.get(f"{side}_{suffix}")
    if cell is None:
        raise ValueError(f"site {suffix} is no site of {side}")
    value = whole_points(text, "points") if text else None
    if value is not None and not 0 <= value <= cell[1].maximum:
        raise ValueError(f"points is {value}, but {side}_{suffix} takes 0 to {cell[1].maximum}")
    return cell, value


def read_readings(data: bytes, reader: str) -> dict[ReadingKey, Reading]:
    """Readings from the bytes of a table of either form; an RA2 table gets the reader named here and is one visit.

    Raises: ValueError as `table_text`, `read_long` and `read_table` do, and for a table of neither form.
    """
    text = table_text(data)
    names = {name.strip() for name in header(text)}
    if "Patient_ID" in names:
        return {(reader, patient, ONLY_VISIT): reading for patient, reading in read_table(text).items()}
    if names & set(COLUMNS):
        return read_long(text)
    raise ValueError(
        "this is no reading table: it needs the 90 RA2 columns (Patient_ID, ...) or the columns " + ",".join(COLUMNS)
    )


def join_readings(*tables: Mapping[ReadingKey, Reading]) -> dict[ReadingKey, Reading]:
    """One mapping of several tables.

    Raises: ValueError if two tables hold a reading of the same reader, patient and visit.
    """
    whole: dict[ReadingKey, Reading] = {}
    for table in tables:
        for key, reading in table.items():
            if key in whole:
                reader, patient, visit = key
                raise ValueError(f"reader {reader} has patient {patient}, visit {visit}, in two tables")
            whole[key] = reading
    return whole
