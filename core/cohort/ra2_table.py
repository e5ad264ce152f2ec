"""The RA2-DREAM table (Synapse syn20545111): 90 columns, one row a patient, read and written without loss.

A site that was looked at and is not scorable is "NS", a site without a film is empty, and so is a total without any
score.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from core.cohort.table_text import NOT_SCORABLE, csv_text, inert, plain, rows, whole_points
from core.svh import FOOT_EROSION, FOOT_JSN, HAND_EROSION, HAND_JSN, Cell, Reading, Side

TOTALS = ("Overall_Tol", "Overall_erosion", "Overall_narrowing")
CELLS: dict[str, Cell] = {
    f"{side.value}{sites[0].limb.value[0]}_{site.suffix}": (side, site)
    for hand, foot in ((HAND_EROSION, FOOT_EROSION), (HAND_JSN, FOOT_JSN))
    for sites in (hand, foot)
    for side in Side
    for site in sites
}
COLUMNS: tuple[str, ...] = ("Patient_ID", *TOTALS, *CELLS)


def write_table(readings: Mapping[str, Reading], more: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> str:
    """CSV text of readings by patient, without a line of research use.

    The form is the challenge's, its tools read row 1.
    `more` holds further columns by patient, which stand behind those of the challenge.
    """
    further = list(dict.fromkeys(name for columns in more.values() for name in columns))
    table: list[Sequence[str | int]] = [(*COLUMNS, *further)]
    for patient, reading in readings.items():
        totals = ("" if total is None else total for total in (reading.svh, reading.erosion, reading.jsn))
        row: list[str | int] = [inert(patient), *totals]
        for cell in CELLS.values():
            value = reading.points.get(cell)
            row.append(value if value is not None else NOT_SCORABLE if cell in reading.points else "")
        row += [inert(more.get(patient, {}).get(name, "")) for name in further]
        table.append(row)
    return csv_text(table, research_line=False)


def read_table(text: str) -> dict[str, Reading]:
    """Readings by patient from CSV text; columns may come in any order.

    Raises: ValueError naming row and column for a missing column, a patient that comes twice, a value that is no score,
    or totals that are not the sums of the cells.
    """
    readings: dict[str, Reading] = {}
    for number, row in rows(text, COLUMNS):
        patient = plain(row["Patient_ID"])
        if patient in readings:
            raise ValueError(f"row {number}: the patient {patient} comes twice")
        try:
            reading = Reading(
                {cell: whole_points(row[name], name) for name, cell in CELLS.items() if row[name].strip()}
            )
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from None
        sums = (reading.svh, reading.erosion, reading.jsn)
        for column, total in zip(TOTALS, sums, strict=True):
            written, sums_to = row[column].strip(), total or 0  # without any score: empty, or 0 by other programs
            if written and written not in (str(sums_to), f"{sums_to}.0"):
                raise ValueError(f"row {number}: {column} is {written}, but its cells sum to {sums_to}")
        readings[patient] = reading
    return readings
