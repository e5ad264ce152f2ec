"""Readings written in long form, one row a site: `patient,visit,reader,side,site,points`.

`side` is LH, RH, LF or RF, `site` an RA2 column without its side (`mcp_J__2`). `NS` in `points` is a site that was
looked at and is not scorable, never 0; a site without a row was not read. Studies with groups have them in one more
column.
"""

from collections.abc import Mapping, Sequence

from core.cohort.ra2_table import CELLS
from core.cohort.scores import TOTAL_LIMITS, Scores, scores_of
from core.cohort.scores import ReadingKey as ReadingKey
from core.cohort.table_text import NOT_SCORABLE, csv_text, inert
from core.svh import Reading

COLUMNS = ("patient", "visit", "reader", "side", "site", "points")
_NAME = {cell: name.split("_", 1) for name, cell in CELLS.items()}


def write_long(readings: Mapping[ReadingKey, Reading | Scores]) -> str:
    """CSV text of the sites of readings; sites that are not scorable are `NS`."""
    whole = {key: scores_of(reading) for key, reading in readings.items()}
    groups = any(scores.group for scores in whole.values())
    table: list[Sequence[str]] = [(*COLUMNS, "group") if groups else COLUMNS]
    for (reader, patient, visit), scores in whole.items():
        for cell, value in scores.cells():
            points = NOT_SCORABLE if value is None else f"{value:.15g}"
            row = [inert(patient), inert(visit), inert(reader), *_NAME[cell], points]
            table.append([*row, inert(scores.group)] if groups else row)
    return csv_text(table)


def write_totals(readings: Mapping[ReadingKey, Reading | Scores]) -> str:
    """CSV text of the readings that came as totals; a total that was not given is empty."""
    names = list(TOTAL_LIMITS)
    table: list[Sequence[str]] = [("patient", "visit", "reader", *names, "group")]
    for (reader, patient, visit), scores in ((key, scores_of(reading)) for key, reading in readings.items()):
        if scores.totals:
            row = [f"{scores.totals[name]:.15g}" if name in scores.totals else "" for name in names]
            table.append([inert(patient), inert(visit), inert(reader), *row, inert(scores.group)])
    return csv_text(table)
