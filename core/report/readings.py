"""`readings.json` (version 1) and `readings.csv` (the columns of the RA2 table)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from core.cohort.ra2_table import write_table
from core.measure import JointWidth
from core.model_reader.codes import FilmStatus
from core.model_reader.evidence import FilmReading, VisitReading
from core.radiograph.film import FilmError
from core.svh import INTENDED_USE, Total, TotalKind

VERSION = 1


def film_row(film: FilmReading, visit: str = "") -> dict[str, Any]:
    """One film of the JSON; coordinates in pixels of the film as it was read (upright, with square pixels)."""
    return {
        "file": film.file,
        "folder": film.folder,
        "visit": visit,
        "sha256": film.sha256,
        "region": list(film.region) if film.region else None,
        "status": film.status,
        "code": film.code or "",
        "reason": film.reason,
        "limb": film.limb.value if film.limb else None,
        "side": film.side.value if film.side else None,
        "side_source": film.side_source,
        "side_question": film.ask_side,
        "side_confirmed": film.side is not None and not film.side_open,
        "turned_deg": film.turned_deg,
        "width": film.width,
        "height": film.height,
        "parts": [{"name": p.name, "box": list(p.box), "confidence": p.confidence} for p in film.parts],
        "joints": [{"name": j.name, "x": j.x, "y": j.y, "confidence": j.confidence} for j in film.joints],
        "cells": [
            {
                "site": c.site.suffix,
                "points": c.points,
                "low": c.low,
                "high": c.high,
                "estimate": c.estimate,
                "scorable": c.scorable,
                "unscored": c.why_unscored,
            }
            for c in film.cells
        ],
        "erosion": film.erosion,
        "jsn": film.jsn,
        "missing": list(film.missing),
        "joint_spaces": [width_row(width) for width in film.widths],
        "flags": [flag.text for flag in film.flags],
        "flag_codes": [flag.code for flag in film.flags],
        "notes": [{"kind": note.kind.value, "text": note.text} for note in film.notes],
    }


def width_row(width: JointWidth) -> dict[str, Any]:
    """One joint space of the JSON; lengths in mm are null where the film tells no pixel spacing."""
    row = asdict(width)
    return {**row, "near": [list(point) for point in width.near], "far": [list(point) for point in width.far]}


def refused_row(error: FilmError) -> dict[str, Any]:
    """A file that could not be read, in the shape of a film."""
    return {
        "file": error.file,
        "folder": error.folder,
        "visit": error.visit,
        "sha256": None,
        "region": None,
        "status": FilmStatus.REFUSED,
        "code": error.code,
        "reason": error.message,
        "limb": None,
        "side": None,
        "side_source": "",
        "side_question": "",
        "side_confirmed": False,
        "turned_deg": 0.0,
        "width": None,
        "height": None,
        "parts": [],
        "joints": [],
        "cells": [],
        "erosion": None,
        "jsn": None,
        "missing": [],
        "joint_spaces": [],
        "flags": [],
        "flag_codes": [],
        "notes": [],
    }


def visit_row(visit: VisitReading) -> dict[str, Any]:
    """One visit of the JSON: totals over its scored films (null where nothing is scored), columns without points."""
    reading, totals = visit.reading, visit.totals
    return {
        "patient": visit.patient,
        "films": [film.file for film in visit.films],
        **{kind.value: totals[kind].points for kind in TotalKind},
        "totals": {kind.value: total_row(totals[kind]) for kind in TotalKind},
        "missing": [f"{side.value}{limb_letter(site.limb)}_{site.suffix}" for side, site in reading.missing()],
    }


def total_row(total: Total) -> dict[str, Any]:
    """A total with its interval, its maximum, and how many of its sites are missing."""
    return {
        "points": total.points,
        "low": total.low,
        "high": total.high,
        "maximum": total.maximum,
        "missing": total.missing,
        "sites": total.cells,
        "incomplete": total.incomplete,
    }


def limb_letter(limb: str) -> str:
    """H or F, as in the names of the RA2 columns (LH_mcp_J__2)."""
    return limb[0]


def readings_pieces(
    weights: Mapping[str, Any],
    films: Iterable[Mapping[str, Any]],
    visits: Iterable[Mapping[str, Any]],
    grouping: Iterable[str] = (),
) -> Iterator[str]:
    """The text of `readings.json` piece by piece: rows of films, then rows of visits, each taken when its turn comes.

    `grouping` says which files were joined or split against their folders.
    """
    head = {"version": VERSION, "intended_use": INTENDED_USE, "weights": dict(weights), "grouping": list(grouping)}
    yield _json(head)[:-2] + ",\n"
    yield from _list("films", films)
    yield ",\n"
    yield from _list("visits", visits)
    yield "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def _list(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield f' "{name}": ['
    between = "\n  "
    for row in rows:
        yield between + _json(row).replace("\n", "\n  ")
        between = ",\n  "
    yield "]" if between.startswith("\n") else "\n ]"


def readings_json(
    visits: Sequence[VisitReading],
    weights: Mapping[str, Any],
    refused: Sequence[FilmError] = (),
    *,
    cases: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> str:
    """The whole result as JSON text, the same for the same films; `cases` holds visit, reader and status by patient."""
    films = [film_row(film, visit.patient) for visit in visits for film in visit.films]
    films += [refused_row(error) for error in refused]
    return "".join(
        readings_pieces(
            weights,
            films,
            [{**visit_row(v), "case": dict(cases[v.patient])} if v.patient in cases else visit_row(v) for v in visits],
        )
    )


def readings_csv(visits: Sequence[VisitReading], cases: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> str:
    """The visits as an RA2 table, one row a patient; visit, reader and status behind it where `cases` has them."""
    return write_table({visit.patient: visit.reading for visit in visits}, cases)


def table_head() -> str:
    """The line of column names of `readings.csv`."""
    return write_table({})


def table_rows(visits: Sequence[VisitReading]) -> str:
    """The lines of visits in `readings.csv`."""
    return write_table({visit.patient: visit.reading for visit in visits}).removeprefix(table_head())
