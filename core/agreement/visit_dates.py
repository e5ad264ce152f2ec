"""Dates in the forms that tables write them in; what could be two dates is none."""

import re
from datetime import date, timedelta

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)")
THREE_NUMBERS = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(r"(?:(\d{1,2})[-. ]*)?([A-Za-z]{3,9})[-., ]*(?:(\d{1,2}),? )?[-., ]*(\d{4})")
_EXCEL_FIRST, _EXCEL_LAST = 20_000, 60_000


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_date(name: str) -> date | None:
    """2024-03-01, 2024/3/1, 20240301, with or without a time of day."""
    match = _ISO.fullmatch(name) or _PACKED.fullmatch(name)
    return _made(int(match[1]), int(match[2]), int(match[3])) if match else None


def named_date(name: str) -> date | None:
    """1 Mar 2024, Mar 2024, March 1, 2024."""
    match = _NAMED.fullmatch(name)
    if not match or match[2].casefold()[:3] not in _MONTHS or (match[1] and match[3]):
        return None
    return _made(int(match[4]), _MONTHS.index(match[2].casefold()[:3]) + 1, int(match[1] or match[3] or 1))


def excel_date(name: str) -> date | None:
    """The serial number of a day as spreadsheets count them, 45352 for 1 March 2024."""
    text = name.removesuffix(".0")
    if not text.isdecimal() or not _EXCEL_FIRST <= int(text) <= _EXCEL_LAST:
        return None
    return date(1899, 12, 30) + timedelta(days=int(text))


def day_month(match: re.Match[str] | None, day_first: bool) -> date | None:
    """The date that a match of `THREE_NUMBERS` is with the day first, or with the month first."""
    if match is None:
        return None
    day, month = (int(match[1]), int(match[3])) if day_first else (int(match[3]), int(match[1]))
    year = int(match[4])
    return _made(year if len(match[4]) == 4 else year + (1900 if year > 69 else 2000), month, day)
