"""Tables as people send them: bytes to rows, cells to points, and text that no spreadsheet runs as a formula.

Nothing is guessed where a guess could be wrong: a table is read whole, or refused with the row, the column and the
reason.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from core.svh import INTENDED_USE

NOT_SCORABLE = "NS"
RESEARCH_LINE = f"# {INTENDED_USE}"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?")
_FIRST_LINE = re.compile(r"\A[^\r\n]*(\r\n|\r|\n|\Z)")
_QUOTE = re.compile(r"[,;\"\t\r\n]")
_MAX_BYTES = 64 * 2**20
_MAX_CELL = 10_000


def inert(text: str) -> str:
    """The text with a ' before a leading = + - @ tab or CR, which spreadsheets would run; a leading ' is doubled."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def plain(text: str) -> str:
    """Undo `inert`; a ' that another program wrote before anything else stays."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_GUARDED) else text


def csv_text(table: Iterable[Sequence[str | int | float]], *, research_line: bool = True) -> str:
    """CSV text of rows of cells below `RESEARCH_LINE`, which `header` and `rows` skip.

    Unlike the csv module it quotes a lone CR, which would end the row when read again.
    """
    lines = [",".join(_quoted(str(cell)) for cell in row) for row in table]
    return "".join(f"{line}\n" for line in ([RESEARCH_LINE] * research_line + lines))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTE.search(cell) else cell


def table_text(data: bytes) -> str:
    """The text of a CSV file: UTF-8, or UTF-16 with its mark.

    Raises: ValueError if the bytes are a workbook, too many, or in another encoding.
    """
    if len(data) > _MAX_BYTES:
        raise ValueError(f"the table has {len(data) // 2**20} MB, more than the {_MAX_BYTES // 2**20} MB that are read")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ValueError("this is a spreadsheet workbook; save it as CSV UTF-8 first")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise ValueError(f"row {row}: the text is not UTF-8; save the table as CSV UTF-8") from None
    if "\0" in text:
        raise ValueError(f"row {text[: text.index(chr(0))].count(chr(10)) + 1}: holds a zero byte, so it is no CSV")
    return text


def header(text: str) -> list[str]:
    """The column names of a table."""
    text, _ = _below_line(text)
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), [])


def rows(text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row as a dict, with its number as a spreadsheet counts; empty lines are skipped.

    Commas, semicolons and tabs separate. Columns may come in any order, and others may stand beside them.
    Raises: ValueError for a column that is lacking or comes twice, or a row that has more or fewer cells than the
    header.
    """
    text, first = _below_line(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    names: list[str] | None = None
    number = first - 1
    try:
        for number, cells in enumerate(reader, start=first):
            if names is None:
                names = [name.strip() for name in cells]
                _check_header(names, columns)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise ValueError(f"row {number} has {len(cells)} cells, but the header has {len(names)} columns")
            for name, cell in zip(names, cells, strict=True):
                if len(cell) > _MAX_CELL:
                    raise ValueError(f"row {number}: {name} holds {len(cell)} characters, more than {_MAX_CELL}")
            yield number, dict(zip(names, cells, strict=True))
    except csv.Error:
        raise ValueError(f"row {number + 1} cannot be read as CSV: look for a quote that is not closed") from None
    if names is None:
        _check_header([], columns)


def _below_line(text: str) -> tuple[str, int]:
    """The table without our own line above it, as a spreadsheet may have saved it, and the row of the header."""
    if text.startswith((RESEARCH_LINE, f'"{RESEARCH_LINE}')):
        return _FIRST_LINE.sub("", text, count=1), 2
    return text, 1


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _check_header(names: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in names]
    if missing:
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise ValueError(f"the table lacks the column {missing[0]}{more}")
    twice = [column for column in columns if names.count(column) > 1]
    if twice:
        raise ValueError(f"the column {twice[0]} comes twice")


def whole_points(text: str, column: str) -> int | None:
    """The points of a cell; None for `NS`, which is looked at and not scorable.

    Raises: ValueError naming the column and the value for what is no whole number.
    """
    text = text.strip()
    if text == NOT_SCORABLE:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{column} holds {text[:40]!r}, which is no score")
    value = float(text)
    if not value.is_integer():
        raise ValueError(f"{column} takes whole points, not {text}")
    return int(value)
