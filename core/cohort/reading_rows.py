"""Rows of a table as readings: a cell a row, the 86 cells of RA2 in a row, or totals alone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from core.cohort.grid import Row
from core.cohort.ra2_table import CELLS, TOTALS
from core.cohort.reading_columns import Columns
from core.cohort.scores import NOT_SCORED, POSITION, TOTAL_LIMITS, ReadingKey, Scores, nothing_read, with_sums
from core.cohort.table_text import plain
from core.svh import SITE_BY_SUFFIX

SIDES = ("LH", "RH", "LF", "RF")


ONLY_VISIT = "1"


NOT_SCORABLE_WORDS = frozenset(
    [
        "",
        "ns",
        "na",
        "n/a",
        "#n/a",
        "nan",
        ".",
        "-",
        "--",
        "nd",
        "missing",
        "not scorable",
        "not scoreable",
        "not readable",
    ]
)


_NUMBER = re.compile(r"[+-]?[0-9]{1,9}([.,][0-9]{1,15})?")


_FIRST_SESSION = frozenset(["", "1", "1.0", "first", "1st", "a"])


_INVISIBLE = "\u200b\u200c\u200d\ufeff"


_MAXIMA = [site.maximum for _, site in CELLS.values()]


_NAMES = list(CELLS)


def tidy(name: str) -> str:
    """A name without blanks around it, in the composed form of Unicode."""
    return unicodedata.normalize("NFC", name.strip().strip(_INVISIBLE).strip())


def score_in(text: str, column: str) -> float | None:
    """The number in a cell, with a point or a decimal comma; None for `NS`, `NA` and other words for not scorable.

    Raises: ValueError naming the column and the value for what is no number.
    """
    text = text.strip()
    if text.casefold() in NOT_SCORABLE_WORDS:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(
            f"{column} holds {text[:40]!r}, which is no score; write a number, or NS where none can be given"
        )
    return float(text.replace(",", "."))


class _Keys:
    """Who, whom and when of a row, kept from the row before while they stay."""

    def __init__(self, columns: Columns, reader: str) -> None:
        at = columns.at
        self.at = [at.get(name, -1) for name in ("reader", "patient", "visit", "session", "group")]
        self.reader, self.unit = reader, columns.unit
        self.seen: dict[tuple[str, ...], tuple[ReadingKey, str, str]] = {}

    def of(self, number: int, row: Sequence[str], reader: str = "") -> tuple[ReadingKey, str, str]:
        """The key, the group and the reader who is read again, of a row."""
        raw = (reader, *(row[n] if n >= 0 else "" for n in self.at))
        known = self.seen.get(raw)
        if known is None:
            known = self.seen[raw] = self._new(number, raw)
        return known

    def twice(self, row: Sequence[str], key: ReadingKey) -> str:
        """Why a row may come twice: other spellings of one name, or a column that is not there."""
        first = next(raw for raw, (known, _, _) in self.seen.items() if known == key)
        raw = ("", *(row[n] if n >= 0 else "" for n in self.at))
        for name, here, before in zip(("reader", "patient", "visit"), raw[1:], first[1:], strict=False):
            if here != before:
                return f"comes twice: {here!r} and {before!r} are one {name}; a second reading needs a column session"
        lacking = "visit" if self.at[2] < 0 else "session"
        return f"comes twice; if that is meant, the table needs a column {lacking}"

    def _new(self, number: int, raw: tuple[str, ...]) -> tuple[ReadingKey, str, str]:
        given, reader, patient, visit, session, group = (tidy(plain(text)) for text in raw)
        for n, (name, value) in enumerate(zip(("reader", "patient", "visit"), (reader, patient, visit), strict=True)):
            if self.at[n] >= 0 and not value:
                raise ValueError(f"row {number}: {name} is empty")
        reader = given or reader or self.reader
        visit = visit or ONLY_VISIT
        if self.unit and re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", visit):
            visit = f"{self.unit} {visit}"
        if session.casefold() in _FIRST_SESSION:
            return (reader, patient, visit), group, ""
        return (f"{reader}, session {session}", patient, visit), group, reader


def read_long(rows: Iterator[Row], columns: Columns, reader: str) -> dict[ReadingKey, Scores]:
    """Readings of a table with a cell a row.

    Raises: ValueError naming row, column and value for what is no score, or a cell given twice.
    """
    at = columns.at
    side_at, site_at, points_at = at["side"], at["site"], at["points"]
    keys, readings = _Keys(columns, reader), dict[ReadingKey, Scores]()
    places: dict[tuple[str, str], int] = {}
    values: dict[tuple[int, str], float] = {}
    for number, row in rows:
        key, group, rereads = keys.of(number, row)
        where, text = (row[side_at], row[site_at]), row[points_at]
        try:
            if where not in places:
                places[where] = _place(*where)
            place = places[where]
            if (place, text) not in values:
                values[place, text] = _points(text, "points", place)
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        scores = readings.get(key)
        if scores is None:
            scores = readings[key] = Scores(nothing_read(), group=group, rereads=rereads)
        if scores.points[place] == scores.points[place]:  # not NaN: there already
            side, site = _NAMES[place].split("_", 1)
            raise ValueError(f"row {number}: {side} {site} of this patient, visit and reader {keys.twice(row, key)}")
        scores.points[place] = values[place, text]
    return readings


def _place(side: str, site: str) -> int:
    side, suffix = side.strip().upper(), site.strip()
    if side not in SIDES:
        raise ValueError(f"side holds {side!r}; it takes {', '.join(SIDES)}")
    suffix = _SUFFIXES.get(suffix.casefold(), suffix)
    if suffix not in SITE_BY_SUFFIX:
        raise ValueError(f"site holds {suffix!r}, which is no site; sites are RA2 names such as mcp_J__2")
    cell = CELLS.get(f"{side}_{suffix}")
    if cell is None:
        raise ValueError(f"site {suffix} is no site of {side}")
    return POSITION[cell]


_SUFFIXES = {suffix.casefold(): suffix for suffix in SITE_BY_SUFFIX}


def _points(text: str, column: str, place: int) -> float:
    value = score_in(text, column)
    if value is None:
        return NOT_SCORED
    if not 0 <= value <= _MAXIMA[place]:
        raise ValueError(f"{column} is {value:g}, but {_NAMES[place]} takes 0 to {_MAXIMA[place]}")
    return value


def read_wide(rows: Iterator[Row], columns: Columns, reader: str) -> tuple[dict[ReadingKey, Scores], list[str]]:
    """Readings of a table with all cells of a visit in a row (RA2), and what is to be said of its own totals.

    Raises: ValueError naming row, column and value for what is no score, or a visit given twice.
    """
    keys, readings = _Keys(columns, reader), dict[ReadingKey, Scores]()
    own_totals = 0
    for number, row in rows:
        key, group, rereads = keys.of(number, row)
        if key in readings:
            raise ValueError(f"row {number}: the patient {key[1]} {keys.twice(row, key)}")
        scores = Scores(nothing_read(), group=group, rereads=rereads)
        try:
            for name, n in columns.cells.items():
                if row[n].strip():
                    scores.points[POSITION[CELLS[name]]] = _points(row[n], name, POSITION[CELLS[name]])
            own_totals += not _totals_are_sums(row, columns, scores)
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        readings[key] = scores
    if not own_totals:
        return readings, []
    return readings, [
        f"The overall columns of {reader or 'this table'} are not the sums of the cells in {own_totals} rows: they are "
        "predictions of their own and are not used; all totals here are sums of cells."
    ]


def _totals_are_sums(row: Sequence[str], columns: Columns, scores: Scores) -> bool:
    """Whether the overall columns are the sums of the cells. In a table of whole points they have to be."""
    whole = bool((scores.values[scores.points >= 0] % 1 == 0).all())
    kept = dict.fromkeys(("total", "erosion", "jsn"), 0.0)
    for place, value in enumerate(scores.points.tolist()):
        if value > 0:
            kept["total"] += value
            kept["erosion" if "_E__" in _NAMES[place] else "jsn"] += value
    right = True
    for column, name in zip(TOTALS, ("total", "erosion", "jsn"), strict=True):
        written = score_in(row[columns.at[name]], column) if name in columns.at else None
        if written is not None and abs(written - kept[name]) > (1e-9 if whole else 0.051):
            if whole:
                raise ValueError(f"{column} is {written:g}, but its cells sum to {kept[name]:g}")
            right = False
    return right


def read_totals(rows: Iterator[Row], columns: Columns, reader: str) -> dict[ReadingKey, Scores]:
    """Readings of a table of totals, without cells.

    Raises: ValueError naming row, column and value for what is no total, or a visit given twice.
    """
    keys, readings = _Keys(columns, reader), dict[ReadingKey, Scores]()
    own = [("", [(n, name) for name, n in columns.at.items() if name in TOTAL_LIMITS])]
    names = list(dict.fromkeys(who for _, who, _ in columns.readers))
    own += [(who, [(n, name) for n, other, name in columns.readers if other == who]) for who in names]
    own = [(who, places) for who, places in own if places]
    for number, row in rows:
        for who, places in own:
            key, group, rereads = keys.of(number, row, who)
            totals = {}
            try:
                for n, name in places:
                    value = score_in(row[n], columns.names[n])
                    if value is not None:
                        if not 0 <= value <= TOTAL_LIMITS[name]:
                            raise ValueError(f"{columns.names[n]} is {value:g}, but it takes 0 to {TOTAL_LIMITS[name]}")
                        totals[name] = value
                totals = with_sums(totals)
            except ValueError as error:
                raise ValueError(f"row {number}: {error}") from None
            if key in readings:
                name, patient, visit = key
                raise ValueError(
                    f"row {number}: patient {patient}, visit {visit} of reader {name} {keys.twice(row, key)}"
                )
            readings[key] = Scores(nothing_read(), totals, group, rereads)
    return readings
