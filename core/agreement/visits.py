"""The order of visits in time, and the time between them, from their names.

What a name does not tell is never guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.agreement.visit_dates import THREE_NUMBERS, day_month, excel_date, iso_date, named_date

DAYS_A_YEAR = 365.25
_UNITS = {
    "day": (1.0, "d day days tag tage"),
    "week": (7.0, "w wk wks week weeks woche wochen"),
    "month": (DAYS_A_YEAR / 12, "m mo mos mth mths month months monat monate"),
    "year": (DAYS_A_YEAR, "y yr yrs year years jahr jahre"),
    "": (0.0, "v visit visits visite t tp time timepoint n no nr fu followup exam reading film"),
}
_UNIT = {word: name for name, (_, words) in _UNITS.items() for word in words.split()}
_SCREENING = frozenset(["screening", "scr", "screen", "prescreening"])
_BASELINE = frozenset(
    [
        "baseline",
        "base",
        "bl",
        "initial",
        "entry",
        "inclusion",
        "start",
        "basis",
        "ausgangswert",
        "randomisation",
        "randomization",
    ]
)
_END = frozenset(["end", "final", "last", "eos", "eot", "endofstudy", "endoftreatment", "exit", "ende"])
_WORD_AND_NUMBER = re.compile(
    r"(?P<before>[^\W\d_]*)\s*(?P<number>[+\-\u2212]?\s*\d+(?:[.,]\d+)?)\s*(?P<after>[^\W\d_]*)\.?"
)
"""Serial numbers of 1954 to 2064; no trial counts so many days, weeks or visits."""


@dataclass(frozen=True)
class Time:
    """What a name tells of a visit: its place among the others, and its day where it tells that too.

    `day` counts from 1 January of year 1 for a date, from baseline otherwise; a study has one or the other.
    """

    rank: float
    day: float | None = None
    dated: bool = False


class UnknownVisitOrder(ValueError):
    """Visits whose order in time their names do not tell; `names` are as they came."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        shown = ",".join(names[:12]) + (", ..." if names[12:] else "")
        super().__init__(
            f"the order in time of the visits {shown} is not known from their names; say it from first to last with "
            f"--visits {shown}"
        )


def visit_times(names: Sequence[str]) -> dict[str, Time] | None:
    """What the names of a study's visits tell of time, all of them together; None where the order is not known.

    Dates in the usual forms (also as serial numbers of a spreadsheet), days, weeks, months and years with or without a
    baseline, screening before it, and plain numbers. Day and month are told apart by the other dates of the study.
    """
    if not names:
        return {}
    for parse in (_dates, _numbered):
        found: dict[str, Time] | None = parse(names)
        if found is not None:
            return found
    return None


def in_order(names: Sequence[str], order: Sequence[str] | None = None) -> list[str]:
    """Names of visits from first to last: as `order` says, or as the names tell.

    Raises: UnknownVisitOrder if neither does; ValueError if `order` lacks a visit or names one twice.
    """
    names = list(dict.fromkeys(names))
    if order:
        known = [name.strip() for name in order]
        lacking = [name for name in names if name not in known]
        if lacking or len(set(known)) != len(known):
            what = f"lacks {', '.join(lacking[:6])}" if lacking else "names a visit twice"
            raise ValueError(f"the order of visits {','.join(known)} {what}; the study has {','.join(names[:12])}")
        return sorted(names, key=known.index)
    times = visit_times(names)
    if times is None:
        if len(names) > 1:
            raise UnknownVisitOrder(names)
        return names
    return sorted(names, key=lambda name: times[name].rank)


def years_between(first: str, last: str, names: Sequence[str] = ()) -> float | None:
    """Years from one visit to another, None where the names tell the order at most.

    `names` are all visits of the study. From one date to the same date of a later year is a whole number of years,
    whatever days these years have; 12 months are a year, a week is 7 days of 365.25.
    """
    times = visit_times(list(dict.fromkeys((*names, first, last))))
    if times is None:
        return None
    one, two = times[first], times[last]
    if one.day is None or two.day is None:
        return None
    return calendar_years(one.day, two.day) if one.dated else (two.day - one.day) / DAYS_A_YEAR


def calendar_years(first: float, last: float) -> float:
    """Years between two days, counted from day 1 of year 1.

    Whole years by the calendar and the share of the next one.
    """
    if last < first:
        return -calendar_years(last, first)
    one, two = date.fromordinal(int(first)), date.fromordinal(int(last))
    whole = two.year - one.year - ((two.month, two.day) < (one.month, one.day))
    start = _years_later(one, whole)
    if start > two:  # 29 February
        whole, start = whole - 1, _years_later(one, whole - 1)
    return whole + (two - start).days / (_years_later(one, whole + 1) - start).days


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def _dates(names: Sequence[str]) -> dict[str, Time] | None:
    for parse in (iso_date, named_date, excel_date):
        days = [parse(name.strip()) for name in names]
        if all(day is not None for day in days):
            return {name: _dated(float(day.toordinal())) for name, day in zip(names, days, strict=True) if day}
    mixed = [iso_date(name.strip()) or named_date(name.strip()) for name in names]
    threes = [THREE_NUMBERS.fullmatch(name.strip()) for name in names]
    if not all(day or three for day, three in zip(mixed, threes, strict=True)):
        return None
    readings = []
    for day_first in (True, False):
        days = [day or day_month(three, day_first) for day, three in zip(mixed, threes, strict=True)]
        if all(day is not None for day in days):
            readings.append([float(day.toordinal()) for day in days if day])
    if not readings:
        return None
    dots = all(
        three is None or three[2] == "." for three in threes
    )  # 01.03.2024 is the first of March wherever it is written
    if len(readings) == 1 or dots or readings[0] == readings[1]:
        return {name: _dated(day) for name, day in zip(names, readings[0], strict=True)}
    ranks = [sorted(range(len(names)), key=days.__getitem__) for days in readings]
    if ranks[0] != ranks[1]:
        return None
    return {names[n]: Time(float(rank)) for rank, n in enumerate(ranks[0])}


def _dated(day: float) -> Time:
    return Time(day, day, dated=True)


def _numbered(names: Sequence[str]) -> dict[str, Time] | None:
    """Words for the first and the last visit, and numbers with or without one unit of time."""
    plain = {name: _bare(name) for name in names}
    hyphens = all(re.search(r"[^\W\d_]\s*-\s*\d", text) for text in plain.values() if re.search(r"\d", text))
    numbers: dict[str, tuple[str, float]] = {}
    ends: dict[str, float] = {}
    unknown = []
    for name, text in plain.items():
        word = re.sub(r"[\W_]+", "", text)
        if word in _SCREENING or word in _BASELINE or word in _END:
            ends[name] = -2 if word in _SCREENING else -1 if word in _BASELINE else 1
        elif number := _number(text, hyphens):
            numbers[name] = number
        else:
            unknown.append(name)
    begins = any(place < 0 for place in ends.values())
    if len(unknown) > 1 or (unknown and (numbers or not begins)) or list(ends.values()).count(1) > 1:
        return None  # one word beside a baseline comes after it; of two nobody knows which is first
    return _placed(numbers, ends, unknown)


def _placed(
    numbers: dict[str, tuple[str, float]], ends: dict[str, float], unknown: list[str]
) -> dict[str, Time] | None:
    """Times of visits by their numbers; `ends` says -2 for screening, -1 for baseline and 1 for the end."""
    units = {unit for unit, value in numbers.values() if unit or value}
    timed = "" not in units and bool(units)
    lowest = min((value for _, value in numbers.values()), default=1.0)
    if ("" in units and len(units) > 1) or (not timed and lowest <= 0 and -1 in ends.values()):
        return None  # V2 beside week 24, or a baseline beside a visit 0
    found = {}
    for name, (unit, value) in numbers.items():
        days = value * _UNITS[unit][0]
        found[name] = Time(days, days) if timed else Time(value)
    least = min((time.rank for time in found.values()), default=0.0)
    most = max((time.rank for time in found.values()), default=0.0)
    start = 0.0 if timed else min(least, 0.0) - 1
    for name, place in ends.items():
        known = timed and place == -1
        rank = start if place == -1 else min(least, start) - 1 if place == -2 else most + 2
        found[name] = Time(rank, rank if known else None)
    return found | {name: Time(most + 1) for name in unknown}


def _bare(name: str) -> str:
    """The name in small letters without a remark in brackets (`week 0 (baseline)`) and `visit` behind a word."""
    text = re.sub(r"\s*\([^)]*\)\s*", " ", name.strip().casefold()).strip() or name.strip().casefold()
    return re.sub(r"^(baseline|screening|bl|final|end|last|initial)[ _-]+(visit|visite|film|films)$", r"\1", text)


def _number(text: str, hyphens: bool) -> tuple[str, float] | None:
    text = text.replace("_", " ").replace("\u2212", "-").strip()
    if hyphens:
        text = re.sub(r"(?<=[^\W\d_])\s*-\s*(?=\d)", " ", text)
    text = re.sub(r"^follow[ -]?up", "fu", text)
    match = _WORD_AND_NUMBER.fullmatch(text)
    if not match:
        return None
    words = [word for word in (match["before"], match["after"]) if word]
    if len(words) == 2 and words[0] in ("fu", "v", "visit", "at", "after", "post"):
        words = words[1:]
    if len(words) > 1 or (words and words[0] not in _UNIT):
        return None
    return (_UNIT[words[0]] if words else "", float(match["number"].replace(" ", "").replace(",", ".")))
