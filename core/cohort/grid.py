"""The bytes of a table as rows of text: CSV as spreadsheets save it, or a workbook (xlsx), whose formulas never run."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

MAX_BYTES = 128 * 2**20
_MAX_UNPACKED = 512 * 2**20
_MAX_CELL = 10_000
_MAX_SHEETS = 50
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEP = re.compile(r'\A"?sep=(.)"?[,;\t]*\s*\Z', re.IGNORECASE)
_FORMULA = re.compile(rb"<f[ >/]")
Row = tuple[int, list[str]]
"""The number of a row as a spreadsheet counts, and its cells."""


def grids(data: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    """The name of each sheet and its rows; a CSV is one sheet without a name. Rows without any text are left out.

    Raises: ValueError for bytes that are no table, too many, in another encoding, or a workbook that cannot be read.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"the table has {len(data) // 2**20} MB, more than the {MAX_BYTES // 2**20} MB that are read")
    if data.startswith(_OLD_WORKBOOK):
        raise ValueError(
            "this is a workbook of the old form (xls) or with a password; save it as xlsx or CSV UTF-8 first"
        )
    if data.startswith(_WORKBOOK):
        yield from _workbook(data)
    else:
        yield "", _csv(data)


def _csv(data: bytes) -> Iterator[Row]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    _check_text(data, encoding)
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    head = list(islice(io.TextIOWrapper(io.BytesIO(data), encoding), 30))
    told = _SEP.match(head[0].strip()) if head else None
    reader = csv.reader(lines, delimiter=told[1] if told else _delimiter(head), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(map(str.strip, cells)) and not (number == 1 and told):
                if max(map(len, cells)) > _MAX_CELL:
                    raise ValueError(f"row {number}: a cell holds more than {_MAX_CELL} characters")
                yield number, cells
    except csv.Error:
        raise ValueError(f"row {number + 1} cannot be read as CSV: look for a quote that is not closed") from None


def _check_text(data: bytes, encoding: str) -> None:
    """Refuse other encodings with the row, without keeping the text of the whole table."""
    row = 1
    try:
        if encoding == "utf-16":
            text = data.decode(encoding)
            if "\0" in text:
                raise ValueError(
                    f"row {text[: text.index(chr(0))].count(chr(10)) + 1}: holds a zero byte, so it is no CSV"
                )
            return
        for line in io.BytesIO(data):
            line.decode("utf-8")
            if 0 in line:
                raise ValueError(f"row {row}: holds a zero byte, so it is no CSV")
            row += 1
    except UnicodeDecodeError as error:
        where = row if encoding != "utf-16" else data[: error.start].count(b"\n") + 1
        raise ValueError(f"row {where}: the text is not UTF-8; save the table as CSV UTF-8") from None


def _delimiter(head: list[str]) -> str:
    """The separator of most cells in the first rows.

    A decimal comma in a table of semicolons does not count for more.
    """
    width = {mark: max((line.count(mark) for line in head), default=0) for mark in ";\t,"}
    header = next((line for line in head if line.strip() and line.lstrip('"')[:1] != "#"), "")
    best = max(";\t,", key=header.count)
    return best if header.count(best) else max(width, key=lambda mark: width[mark])


def _workbook(data: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    import openpyxl

    formulas = _check_package(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations, which are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            written = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False) if formulas else None
    except Exception as error:  # the library raises many kinds for damaged files
        raise ValueError(f"this workbook cannot be read ({type(error).__name__}); save it as CSV UTF-8") from None
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) > _MAX_SHEETS:
        raise ValueError(f"the workbook has {len(sheets)} sheets, more than {_MAX_SHEETS}")
    for sheet in sheets:
        yield str(sheet.title), _sheet(sheet, written[sheet.title] if written else None)


def _check_package(data: bytes) -> bool:
    """Whether there are formulas.

    A package that unpacks to too much, or declares entities, is refused before it is read.
    """
    formulas = False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise ValueError("this is no xlsx workbook; save the table as xlsx or CSV UTF-8")
            if sum(member.file_size for member in members) > _MAX_UNPACKED or len(members) > 2000:
                raise ValueError(f"the workbook unpacks to more than {_MAX_UNPACKED // 2**20} MB; save it as CSV UTF-8")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with package.open(member) as part:
                        before, size = b"", 0
                        while block := part.read(2**20):
                            size += len(block)
                            if (
                                size > member.file_size
                                or b"<!DOCTYPE" in before + block
                                or b"<!ENTITY" in before + block
                            ):
                                raise ValueError("the workbook declares entities or a false size, so it is not read")
                            if member.filename.startswith("xl/worksheets/"):
                                formulas = formulas or bool(_FORMULA.search(before + block))
                            before = block[-16:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"this workbook is damaged or has a password ({type(error).__name__})") from None
    return formulas


def _sheet(sheet: Any, written: Any) -> Iterator[Row]:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    formulas = written.iter_rows(values_only=True) if written is not None else None
    if written is not None:
        written.reset_dimensions()
    number = width = 0
    try:
        for number, values in enumerate(rows, start=1):
            cells = [_cell_text(value) for value in values]
            if formulas is not None:
                for column, (text, formula) in enumerate(zip(cells, next(formulas, ()), strict=False), start=1):
                    if not text and isinstance(formula, str) and formula.startswith("="):
                        raise ValueError(
                            f"row {number}, column {column} holds a formula without a stored value; open the workbook"
                            " once and save it, or save it as CSV UTF-8"
                        )
            width = max(width, len(cells))
            cells += [""] * (width - len(cells))  # a workbook does not store the empty cells at the end of a row
            if any(map(str.strip, cells)):
                if max(map(len, cells)) > _MAX_CELL:
                    raise ValueError(f"row {number}: a cell holds more than {_MAX_CELL} characters")
                yield number, cells
    except ValueError:
        raise
    except Exception as error:  # the library raises many kinds for damaged sheets
        raise ValueError(f"row {number + 1} of the workbook cannot be read ({type(error).__name__})") from None


def _cell_text(value: Any) -> str:
    """What a cell of a workbook says; a date as ISO date, a whole number without decimals."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
