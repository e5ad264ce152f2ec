"""Which column of a table says what.

Names as people write them, in any case of letters, below title rows if need be.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from core.cohort.grid import Row
from core.cohort.ra2_table import CELLS
from core.cohort.scores import TOTAL_LIMITS

COLUMNS = ("patient", "visit", "reader", "side", "site", "points")
_HEADER_WITHIN = 30
_WORDS = {
    "patient": "patient patientid subject subjectid usubjid subjid pat patno patientno patientnumber id",
    "visit": "visit visits timepoint visitdate visitname date time week weeks month months year day",
    "reader": "reader readers readerid readername rater observer assessor scorer",
    "side": "side limb film",
    "site": "site joint",
    "points": "points point score grade value",
    "session": "session pass readingno readingnumber readnumber reread",
    "group": "group arm treatment treatmentgroup treatmentarm trt",
    "total": "total totalscore svh svhtotal totalsvh svhscore svhs tss mtss totalsharp totalsharpscore overalltol"
    " overalltotal",
    "erosion": "erosion erosions erosionscore erosiontotal totalerosion es overallerosion",
    "jsn": "jsn jsnscore jsntotal totaljsn narrowing jointspacenarrowing jsns overallnarrowing",
    "sens": "sens",
    "hands": "hands handstotal hand handtotal",
    "feet": "feet feettotal foot foottotal",
    "LH": "lh lefthand", "RH": "rh righthand", "LF": "lf leftfoot", "RF": "rf rightfoot",
}  # fmt: skip
MEANING = {word: name for name, words in _WORDS.items() for word in words.split()}
_RANK = {word: n for words in _WORDS.values() for n, word in enumerate(words.split())}  # the first word is the surest
_TIME_UNITS = {"week": "week", "weeks": "week", "month": "month", "months": "month", "year": "year", "day": "day"}
_CELL_BY_NAME = {name.casefold(): name for name in CELLS}
_OF_READER = re.compile(r"(?P<what>[a-z]+)[ _.:-]+(?P<who>.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """Where the columns of a table are, and below which row.

    `layout` is `long` (a row a site), `ra2` (a column a site) or `totals`. `at` gives the position of each meaning,
    `cells` those of the sites, `readers` those of totals in a column a reader: (position, reader, which total). `unit`
    is the unit of time that the column of visits is called after, "" if none.
    """

    layout: str
    row: int
    names: tuple[str, ...]
    at: dict[str, int]
    cells: dict[str, int]
    readers: tuple[tuple[int, str, str], ...] = ()
    unit: str = ""


def find_header(rows: Iterator[Row], *, reader_known: bool) -> Columns:
    """The columns of a table; rows above the header are skipped, and `rows` stand behind it.

    Raises: ValueError if none of the first rows is a header, or a column is lacking or comes twice.
    """
    first: Row | None = None
    for number, cells in islice(rows, _HEADER_WITHIN):
        first = first or (number, cells)
        found = _columns(number, [cell.strip() for cell in cells], reader_known=reader_known)
        if found:
            return found
    seen = "it is empty" if first is None else f"row {first[0]} holds " + ", ".join(repr(c[:20]) for c in first[1][:6])
    raise ValueError(
        f"this is no reading table ({seen}): it needs the columns {','.join(COLUMNS)}, or patient, visit, reader and"
        " totals (total, or erosion and jsn, or hands and feet), or the 90 RA2 columns (Patient_ID, ...)"
    )


def _columns(number: int, names: list[str], *, reader_known: bool) -> Columns | None:
    at: dict[str, int] = {}
    cells: dict[str, int] = {}
    words = [re.sub(r"[\W_]+", "", name.casefold()) for name in names]
    twice = ""
    for n, (name, word) in enumerate(zip(names, words, strict=True)):
        meaning = MEANING.get(word)
        if name.casefold() in _CELL_BY_NAME:
            cell = _CELL_BY_NAME[name.casefold()]
            twice = twice or (name if cell in cells else "")
            cells[cell] = n
        elif meaning:
            twice = twice or (name if meaning in at and words[at[meaning]] == word else "")
            if meaning not in at or _RANK[word] < _RANK[words[at[meaning]]]:
                at[meaning] = n
    unit = _TIME_UNITS.get(words[at["visit"]], "") if "visit" in at else ""
    totals = [name for name in TOTAL_LIMITS if name in at]
    readers = _totals_of_readers(names, at) if "patient" in at and "reader" not in at else ()
    found: tuple[str, list[str]]
    if len(cells) >= len(CELLS) // 2:
        found = "ra2", [*(() if "patient" in at else ("Patient_ID",)), *(name for name in CELLS if name not in cells)]
    elif "site" in at or ("points" in at and "side" in at):
        needed = [name for name in COLUMNS if name not in ("visit", "reader") or not (name == "visit" or reader_known)]
        found = "long", [name for name in needed if name not in at]
    elif "patient" in at and (totals or readers):
        lacking = [] if readers or "reader" in at or reader_known else ["reader"]
        found = "totals", lacking
    elif len(at) >= 3 and {"patient", "visit", "reader"} <= at.keys():
        raise ValueError(
            f"row {number}: the table has patients, visits and readers, but no column of scores: it needs site, side"
            " and points, or total, or erosion and jsn, or hands and feet"
        )
    elif len({"patient", "visit", "side", "points"} & at.keys()) >= 3:
        found = "long", [name for name in COLUMNS if name not in at and not (name == "reader" and reader_known)]
    else:
        return None
    layout, missing = found
    if missing:
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        raise ValueError(f"row {number}: the table lacks the column {missing[0]}{more}")
    if twice:
        raise ValueError(f"row {number}: the column {twice} comes twice")
    return Columns(layout, number, tuple(names), at, cells, readers if layout == "totals" else (), unit)


def _totals_of_readers(names: Sequence[str], at: dict[str, int]) -> tuple[tuple[int, str, str], ...]:
    """Columns such as `total Anna`, `erosion_Bert` or `Reader 1`: the total of one reader."""
    found = []
    for n, name in enumerate(names):
        match = _OF_READER.fullmatch(name)
        if match is None or n in at.values():
            continue
        meaning = MEANING.get(match["what"].casefold(), "")
        if meaning in TOTAL_LIMITS:
            found.append((n, match["who"].strip(), meaning))
        elif meaning == "reader":
            found.append((n, name, "total"))
    return tuple(found) if len(found) > 1 else ()
