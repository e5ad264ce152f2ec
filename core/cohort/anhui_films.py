"""Hands with the totals of two readers, as in the private set of the ResNet-Dwise50 paper (section 3.1.1).

A table and films. The paper does not publish its table. Here it is a CSV with the columns patient, left, right (film
names), reader_1, reader_2 (points of both hands, 0-280) and, where there is more than one visit, visit. Other column
names are said in `columns.json` beside it: {"patient": "Name of the column", ...}. One film of both hands is named in
both left and right.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.cohort.own_films import OwnFilm, film_in, find_table, own_names
from core.cohort.table_text import header, plain, rows
from core.svh import Limb, Side, TotalKind

COLUMNS = ("patient", "left", "right", "reader_1", "reader_2")
HANDS_MAXIMUM = TotalKind.HANDS.maximum
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


def anhui_films(folder: Path) -> Iterator[OwnFilm]:
    """The films of each row; both carry the two readers' totals. An empty film name is a hand without a film.

    Raises: ValueError naming file, row, column and value.
    """
    given = own_names(folder / "columns.json")
    if wrong := sorted(set(given) - {*COLUMNS, "visit"}):
        raise ValueError(f"columns.json: {wrong[0]!r} is not one of {', '.join((*COLUMNS, 'visit'))}")
    column = {name: given.get(name, name) for name in (*COLUMNS, "visit")}
    file, text = find_table(folder, column["reader_1"])
    has_visit = column["visit"] in [name.strip() for name in header(text)]
    seen: set[tuple[str, str]] = set()
    try:
        for number, row in rows(text, [column[name] for name in COLUMNS]):
            patient = plain(row[column["patient"]]).strip()
            visit = plain(row[column["visit"]]).strip() if has_visit else "1"
            if not patient or not visit:
                raise ValueError(f"row {number}: {column['visit' if patient else 'patient']} is empty")
            if (patient, visit) in seen:
                raise ValueError(f"row {number}: patient {patient}, visit {visit}, comes twice")
            seen.add((patient, visit))
            totals = tuple(_points(row, column[name], number) for name in ("reader_1", "reader_2"))
            for name, side in _sides(row[column["left"]].strip(), row[column["right"]].strip(), number):
                path = film_in(folder, name, f"row {number}")
                yield OwnFilm(patient, visit, path, Limb.HAND, side, None, totals)
    except ValueError as error:
        raise ValueError(f"{file}, {error}") from None


def _sides(left: str, right: str, number: int) -> list[tuple[str, Side | None]]:
    if not left and not right:
        raise ValueError(f"row {number}: neither hand has a film")
    if left == right:
        return [(left, None)]
    return [(name, side) for name, side in ((left, Side.L), (right, Side.R)) if name]


def _points(row: Mapping[str, str], column: str, number: int) -> float:
    text = row[column].strip()
    if not _NUMBER.fullmatch(text) or float(text) > HANDS_MAXIMUM:
        raise ValueError(f"row {number}: {column} holds {text[:40]!r}, but takes 0 to {HANDS_MAXIMUM} points")
    return float(text)
