"""The RA2-DREAM table (Synapse syn20545111): 90 columns, one row a patient, read and written without loss.

A site that was looked at and is not scorable is "NS", a site without a film is empty.
"""

import csv
import io
from collections.abc import Mapping

from core.svh import FOOT_EROSION, FOOT_JSN, HAND_EROSION, HAND_JSN, Cell, Reading, Side

NOT_SCORABLE = "NS"
TOTALS = ("Overall_Tol", "Overall_erosion", "Overall_narrowing")
CELLS: dict[str, Cell] = {
    f"{side.value}{sites[0].limb.value[0]}_{site.suffix}": (side, site)
    for hand, foot in ((HAND_EROSION, FOOT_EROSION), (HAND_JSN, FOOT_JSN))
    for sites in (hand, foot)
    for side in Side
    for site in sites
}
COLUMNS: tuple[str, ...] = ("Patient_ID", *TOTALS, *CELLS)
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


def write_table(readings: Mapping[str, Reading]) -> str:
    """CSV text of readings by patient."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for patient, reading in readings.items():
        row: list[str | int] = [_safe(patient), reading.svh, reading.erosion, reading.jsn]
        for cell in CELLS.values():
            value = reading.points.get(cell)
            row.append(value if value is not None else NOT_SCORABLE if cell in reading.points else "")
        writer.writerow(row)
    return out.getvalue()


def _safe(text: str) -> str:
    """A leading = + - @ would be run as a formula by spreadsheets; a leading ' is doubled so that `_plain` undoes it."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_GUARDED) else text


def read_table(text: str) -> dict[str, Reading]:
    """Readings by patient from CSV text; columns may come in any order.

    Raises: ValueError naming row and column for a missing column, a patient that comes twice, a value that is no score, or
    totals that are not the sums of the cells.
    """
    rows = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise ValueError(
            f"the table lacks the column {missing[0]}" + (f" and {len(missing) - 1} more" if missing[1:] else "")
        )
    readings: dict[str, Reading] = {}
    for number, row in enumerate(rows, start=2):
        patient = _plain(row["Patient_ID"] or "")
        if patient in readings:
            raise ValueError(f"row {number}: the patient {patient} comes twice")
        try:
            reading = Reading(
                {cell: _points(row[name] or "", name) for name, cell in CELLS.items() if (row[name] or "").strip()}
            )
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        sums = (reading.svh, reading.erosion, reading.jsn)
        for column, total in zip(TOTALS, sums, strict=True):
            written = (row[column] or "").strip()
            if written and written not in (str(total), f"{total}.0"):
                raise ValueError(f"row {number}: {column} is {written}, but its cells sum to {total}")
        readings[patient] = reading
    return readings


def _points(text: str, column: str) -> int | None:
    text = text.strip()
    if text == NOT_SCORABLE:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{column} holds {text!r}, which is no score") from None
    if not value.is_integer():
        raise ValueError(f"{column} takes whole points, not {text}")
    return int(value)
