"""The bytes of tables as rows.

Workbooks, whose formulas never run and whose packages are looked at before they are read.
"""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from core.cohort.reading_table import read_readings


def workbook(*sheets: list[list[object]], formula: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for n, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{n}")
        for row in rows:
            sheet.append(row)
        if formula:
            sheet["D3"] = formula
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS: list[list[object]] = [
    ["patient", "visit", "reader", "total"],
    ["P1", datetime(2024, 3, 1), "A", 12.0],
    ["P1", datetime(2025, 3, 1), "A", 12.5],
    ["P2", datetime(2024, 3, 1), "A", None],
]


def test_a_workbook_is_read_from_the_first_sheet_with_a_table() -> None:
    found = read_readings(workbook([["notes"]], [["Study 17"], [], *ROWS]))
    assert {key[1:]: dict(s.totals) for key, s in found.readings.items()} == {
        ("P1", "2024-03-01"): {"total": 12}, ("P1", "2025-03-01"): {"total": 12.5}, ("P2", "2024-03-01"): {},
    }  # fmt: skip
    assert "'S1' was read" in found.notes[0]


def test_a_formula_without_a_stored_value_is_no_blank() -> None:
    with pytest.raises(ValueError, match="row 3, column 4 holds a formula without a stored value; open the workbook"):
        read_readings(workbook(ROWS, formula="=1+1"))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_workbook_that_declares_entities_is_not_read(part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(ROWS))) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            new.writestr(member.filename, b"<!DOCTYPE x>" + data if member.filename == part else data)
    with pytest.raises(ValueError, match="declares entities"):
        read_readings(out.getvalue())


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    out = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/zeros.bin", "w") as part:
        for _ in range(520):
            part.write(bytes(2**20))
    with pytest.raises(ValueError, match="unpacks to more than 512 MB"):
        read_readings(out.getvalue())


def test_a_zip_of_other_things_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("film.dcm", "x")
    with pytest.raises(ValueError, match="no xlsx workbook"):
        read_readings(out.getvalue())
