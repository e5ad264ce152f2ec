"""Real films with marked joints: FracAtlas (Abedeen et al. 2023, CC BY 4.0), marks of this project.

The marks are `marked_films.json`; the films have to be fetched by whoever repeats the training.
"""

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.cohort.labelled_film import LabelledFilm, read_grey, unit
from core.svh import SITES, Limb, Side, Site

MARKS = Path(__file__).with_name("marked_films.json")
# What the notes of the marks say of joints that are not healthy: they are no zeros.
NOT_HEALTHY: dict[str, frozenset[str]] = {
    "IMG0000032": frozenset({"IP1"}),
    "IMG0000071": frozenset({"MTP1"}),
    "IMG0002311": frozenset({"RAD", "RADCAR"}),
    "IMG0002364": frozenset({"IP1", "RAD", "ULN", "RADCAR"}),
    "IMG0000206": frozenset(
        {"MUL", "NAV", "MC1BASE", "STT", "CMC1", "CAPNLUN", "RADCAR", "LUN", "RAD", "ULN", "CMC3", "CMC4", "CMC5"}
    ),
    "IMG0002315": frozenset(site.joint for limb in Limb for site in SITES[limb]),
}


@cache
def marks() -> Mapping[str, Mapping[str, Any]]:
    """The rows of the marks by file name."""
    rows: Mapping[str, Mapping[str, Any]] = json.loads(MARKS.read_text())
    return rows


def marked_films(folder: Path, *, split: str, small: bool) -> list[LabelledFilm]:
    """Films of a split: the large plates, or the small ones that are for detection alone.

    "train" films teach, "validation" films choose checkpoints and calibrate, "test" films are looked at once, for the
    figures (the networks of the papers saw them before they were set aside).

    Untouched joints have grade 0; on a small plate little damage would show anyway.
    Raises: FileNotFoundError if a film is not in `folder`.
    """
    films = []
    for name, row in marks().items():
        if row["split"] != split or row["file"].startswith("hand_small/") != small:
            continue
        pixels = read_grey(folder / row["file"])
        stem, limb = Path(name).stem, Limb(row["limb"])
        uncertain = frozenset(row.get("uncertain_points") or ())
        points = {point: (float(x), float(y)) for point, (x, y) in row["points"].items()}
        films.append(
            LabelledFilm(
                pixels=unit(pixels),
                limb=limb,
                side=Side(row["side_anatomy"] or row["side"] or "R"),
                points=points,
                grades=undamaged(limb, points, uncertain | NOT_HEALTHY.get(stem, frozenset())),
                film_id=stem,
                source="fracatlas",
                uncertain=uncertain,
            )
        )
    return films


def found_films(folder: Path) -> list[LabelledFilm]:
    """Small plates of undamaged hands and feet of the training half whose joints an earlier detector found.

    `found_films.json`.

    Raises: FileNotFoundError if a film is not in `folder`.
    """
    films = []
    for name, row in json.loads(MARKS.with_name("found_films.json").read_text()).items():
        limb = Limb(row["limb"])
        points = {point: (float(x), float(y)) for point, (x, y) in row["points"].items()}
        pixels = unit(read_grey(folder / name))
        grades = undamaged(limb, points)
        films.append(
            LabelledFilm(pixels, limb, Side(row["side"]), points, grades, Path(name).stem, "fracatlas, joints found")
        )
    return films


def undamaged(limb: Limb, points: Collection[str], without: frozenset[str] = frozenset()) -> dict[Site, int]:
    """Grade 0 for every site whose joint is among the points of a film and not among those that are not healthy."""
    return {site: 0 for site in SITES[limb] if site.joint in points and site.joint not in without}
