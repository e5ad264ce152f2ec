"""A structured report of `core.report.structured_report` back as a reading."""

import io
from collections.abc import Iterator

import pydicom

from core.report.structured_report import DAMAGE_CODE, LIMB_CODE, NOT_SCORABLE, SIDE_CODE
from core.svh import SITES, Cell, Reading

_GROUP, _SITE, _LATERALITY, _MODIFIER = "125007", "363698007", "272741003", "106233006"


def reading_from_sr(data: bytes) -> Reading:
    """The reading in a structured report that this module wrote.

    Raises: ValueError saying what is wrong: no DICOM report, an unknown code, a cell given twice, or points that are no
    score.
    """
    try:
        dataset = pydicom.dcmread(io.BytesIO(data))
        root = list(dataset.ContentSequence)
    except (pydicom.errors.InvalidDicomError, AttributeError, EOFError) as error:
        raise ValueError("this is no DICOM structured report") from error
    points: dict[Cell, int | None] = {}
    for group in (item for top in root for item in top.get("ContentSequence", [])):
        if _name(group) == _GROUP:
            for cell, value in _group_points(list(group.get("ContentSequence", []))):
                if cell in points:
                    raise ValueError(f"the report gives {cell[0].value} {cell[1].suffix} twice")
                points[cell] = value
    return Reading(points)


def _group_points(items: list[pydicom.Dataset]) -> Iterator[tuple[Cell, int | None]]:
    """Cells and points of one measurement group."""
    side_by = {code.value: side for side, code in SIDE_CODE.items()}
    limb_by = {code.value: limb for limb, code in LIMB_CODE.items()}
    damage_by = {code.value: damage for damage, code in DAMAGE_CODE.items()}
    where = next((item for item in items if _name(item) == _SITE), None)
    if where is None:
        raise ValueError("a measurement group of the report names no finding site")
    more = {_name(item): _code(item) for item in where.get("ContentSequence", [])}
    limb, side = limb_by.get(_code(where)), side_by.get(more.get(_LATERALITY, ""))
    joint = more.get(_MODIFIER, "")
    for item in items:
        damage = damage_by.get(_name(item))
        if damage is None:
            continue
        sites = SITES[limb] if limb else ()
        site = next((s for s in sites if s.joint == joint and s.damage is damage), None)
        if site is None or side is None:
            raise ValueError(f"the report names the joint {joint!r} on a limb or side that the method does not have")
        if item.ValueType == "NUM":
            value = float(item.MeasuredValueSequence[0].NumericValue)
            if not value.is_integer():
                raise ValueError(f"{side.value} {site.suffix} takes whole points, not {value}")
            yield (side, site), int(value)
        elif _code(item) == NOT_SCORABLE.value:
            yield (side, site), None


def _name(item: pydicom.Dataset) -> str:
    concept = item.get("ConceptNameCodeSequence")
    return str(concept[0].CodeValue) if concept else ""


def _code(item: pydicom.Dataset) -> str:
    concept = item.get("ConceptCodeSequence")
    return str(concept[0].CodeValue) if concept else ""
