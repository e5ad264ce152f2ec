"""Joint-space widths as a table of their own, and as measurements of a structured report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from highdicom import sr
from pydicom.sr.coding import Code

from core.cohort.table_text import csv_text, inert
from core.measure import JointWidth
from core.model_reader.codes import FilmStatus
from core.model_reader.evidence import VisitReading
from core.report.readings import width_row

COLUMNS = (
    "patient", "side", "limb", "joint", "mean_mm", "low_mm", "high_mm", "minimum_mm", "radial_mm", "ulnar_mm",
    "percent", "unmeasured",
)  # fmt: skip
LENGTHS = {
    "mean_mm": "Joint-space width, mean of the central 60 %",
    "low_mm": "Joint-space width, lower end of the 90 % interval",
    "high_mm": "Joint-space width, upper end of the 90 % interval",
    "minimum_mm": "Joint-space width, minimum",
    "radial_mm": "Joint-space width, half towards the thumb or great toe",
    "ulnar_mm": "Joint-space width, half away from the thumb or great toe",
}
MILLIMETRE = Code("mm", "UCUM", "millimeter")


def lengths(width: JointWidth) -> dict[str, float]:
    """The lengths of a joint space in mm by name; none where there is no width or no pixel spacing."""
    values = (width.mean_mm, width.low_mm, width.high_mm, width.minimum_mm, width.radial_mm, width.ulnar_mm)
    return {name: value for name, value in zip(LENGTHS, values, strict=True) if value is not None}


def spaces_csv(visits: Sequence[VisitReading]) -> str:
    """One row a joint of the films that count, under the line of research use; empty cells where nothing is."""
    return spaces_text(
        (visit.patient, film.side or "", film.limb or "", width_row(width))
        for visit in visits
        for film in visit.counted
        for width in film.widths
    )


Space = tuple[str, str, str, Mapping[str, Any]]  # patient, side, limb, the joint space as in `readings.json`


def counted_rows(films: Iterable[Mapping[str, Any]]) -> Iterator[Space]:
    """The joint spaces of the films of one visit of `readings.json` that count: the first scored of a limb and side."""
    taken: set[tuple[str, str]] = set()
    for film in films:
        key = film["side"], film["limb"]
        if film["status"] == FilmStatus.SCORED and all(key) and key not in taken:
            taken.add(key)
            yield from ((film["visit"], *key, row) for row in film["joint_spaces"])


def spaces_text(spaces: Iterable[Space]) -> str:
    """The table of joint spaces, one row each."""
    table: list[Sequence[str | int]] = [COLUMNS]
    for patient, side, limb, row in spaces:
        values = ("" if row[name] is None else row[name] for name in COLUMNS[3:])
        table.append((inert(patient), side, limb, *values))
    return csv_text(table)


def spaces_words(visit: VisitReading) -> list[str]:
    """The mean widths of the films that count, `L MTP2 1.50 (1.25-1.75)`: those in mm, side by side."""
    return [
        f"{film.side} {width.joint} {width.mean_mm:.2f} ({width.low_mm:.2f}\N{EN DASH}{width.high_mm:.2f})"
        for film in visit.counted
        for width in film.widths
        if width.mean_mm is not None
    ]


def space_measurements(width: JointWidth | None, scheme: str) -> list[sr.Measurement]:
    """The lengths as measurements in mm (UCUM); their names have no code in DICOM and take `scheme`."""
    found = lengths(width) if width else {}
    return [
        sr.Measurement(Code(f"jsw_{name.removesuffix('_mm')}", scheme, LENGTHS[name]), value, MILLIMETRE)
        for name, value in found.items()
    ]
