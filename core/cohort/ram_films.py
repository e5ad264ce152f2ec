"""RAM-H1200 (hands) and RAM-W600 (wrists) of TokyoTechMagicYang on Hugging Face, CC BY 4.0.

What their published benchmark code and file lists confirm: H1200 keeps its scores in
`SvdH_Scoring/SvdH_BE_Scoring/<split>/ _annotation_be_scores.json` and
`SvdH_Scoring/SvdH_JSN_Scoring/<split>/_annotation_jsn_scores.json` (film name -> {"BE_MCP-I": 0, ...}, the name of a
site being that of its close-up in the folder of the film: `STT`, `SC` and `SR` are the wrist's narrowing sites at the
scaphoid), its films are BMP under `Segmentation/`; W600 keeps scores in
`SvdHBEScoreClassification/JointBE_SvdH_GT.json` (a list of {"identifier", "joints"}) and films and boxes in
`JointLocationDetection/` (`images/`, `Joints.coco.json`). Not confirmed: where the joint boxes of H1200 lie; they are
read where a `Joints.coco.json` lies anywhere in the folder. A site's name that is not known here is taken from the
user's `sites.json` in the folder, {"name in the set": "RA2 suffix"}, which also overrules the table below.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.anatomy.parts import Box
from core.cohort.own_films import OwnFilm, own_names, read_json
from core.cohort.table_text import whole_points
from core.svh import SITE_BY_SUFFIX, Cell, Limb, Reading, Side

_FINGERS = dict(zip("TIMRS", range(1, 6), strict=True))  # thumb, index, middle, ring, small
H1200_SITES: dict[str, str] = {
    **{f"BE_MCP_{f}": f"mcp_E__{k}" for f, k in _FINGERS.items()},
    **{f"BE_PIP_{f}": f"pip_E__{k}" for f, k in _FINGERS.items() if k > 1},
    "BE_IP": "mcp_E__ip", "BE_CMC_T": "wrist_E__mc1", "BE_TM": "wrist_E__mul", "BE_S": "wrist_E__nav",
    "BE_L": "wrist_E__lunate", "BE_R": "wrist_E__radius", "BE_U": "wrist_E__ulna",
    **{f"JSN_MCP_{f}": f"mcp_J__{k}" for f, k in _FINGERS.items()},
    **{f"JSN_PIP_{f}": f"pip_J__{k}" for f, k in _FINGERS.items() if k > 1},
    **{f"JSN_CMC_{f}": f"wrist_J__cmc{k}" for f, k in _FINGERS.items() if k > 2},
    "JSN_STT": "wrist_J__mna", "JSN_SC": "wrist_J__capnlun", "JSN_SR": "wrist_J__radcar",
}  # fmt: skip
W600_SITES: dict[str, str] = {
    "METACARPAL1ST": "wrist_E__mc1", "TRAPZIUM": "wrist_E__mul", "TRAPEZIUM": "wrist_E__mul",
    "SCAPHOID": "wrist_E__nav",
    "LUNATE": "wrist_E__lunate", "DISTALRADIUS": "wrist_E__radius", "DISTALULNA": "wrist_E__ulna",
}  # fmt: skip
_H1200_NAME = re.compile(r"(?P<patient>.+)_(?P<visit>[0-9]{8}_[^_]+)_(?P<side>[LR])")
_W600_NAME = re.compile(r"(?P<patient>.+)_(?P<visit>[^_]+)_(?P<side>[LR])")
_SCORES = ("_annotation_be_scores.json", "_annotation_jsn_scores.json")


def _plain(name: str) -> str:
    return name.upper().replace("-", "_")


def ram_h1200_films(folder: Path) -> Iterator[OwnFilm]:
    """One hand a film, erosion and narrowing, visit by visit; all splits.

    Raises: ValueError naming file, film, site and value for what is no score, and for a film that is not there.
    """
    sites = _sites(folder, H1200_SITES)
    scores: dict[str, dict[Cell, int | None]] = {}
    files = [path for name in _SCORES for path in sorted(folder.rglob(name))]
    if not files:
        raise ValueError(f"the folder {folder.name} holds no {_SCORES[0]}: give the folder of the whole set")
    for path in files:
        where = f"{path.parent.name}/{path.name}"
        for film, points in _object(read_json(path), where).items():
            stem = Path(film).stem
            for cell, value in _points(points, sites, _H1200_NAME, stem, where).items():
                mine = scores.setdefault(stem, {})
                if cell in mine:
                    raise ValueError(f"{where}, film {film}: {cell[1].suffix} comes twice")
                mine[cell] = value
    pictures = [p for p in folder.rglob("*_[LR].bmp") if "mask" not in str(p.relative_to(folder)).lower()]
    yield from _films(scores, _H1200_NAME, {p.stem: p for p in sorted(pictures, reverse=True)}, _boxes(folder))


def ram_w600_films(folder: Path) -> Iterator[OwnFilm]:
    """One wrist a film, six erosion sites, visit by visit.

    The films show the wrist alone: a reader that looks for whole hands may refuse them.
    Raises: ValueError as `ram_h1200_films` does.
    """
    path = folder / "SvdHBEScoreClassification" / "JointBE_SvdH_GT.json"
    sites = _sites(folder, W600_SITES)
    scores: dict[str, dict[Cell, int | None]] = {}
    rows = read_json(path)
    if not isinstance(rows, list):
        raise ValueError(f"{path.name} must be a list of films")
    for number, row in enumerate(rows, start=1):
        entry = _object(row, f"{path.name}, entry {number}")
        name = str(entry.get("identifier", ""))
        if name in scores:
            raise ValueError(f"{path.name}, entry {number}: the film {name} comes twice")
        scores[name] = _points(entry.get("joints"), sites, _W600_NAME, name, f"{path.name}, entry {number}")
    pictures = {p.stem: p for p in (folder / "JointLocationDetection" / "images").glob("*.bmp")}
    yield from _films(scores, _W600_NAME, pictures, _boxes(folder))


def _sites(folder: Path, known: Mapping[str, str]) -> dict[str, str]:
    own = own_names(folder / "sites.json")
    for name, suffix in own.items():
        if suffix not in SITE_BY_SUFFIX:
            raise ValueError(f"sites.json, {name}: {suffix!r} is no site; sites are RA2 names such as mcp_J__2")
    return {**known, **{_plain(name): suffix for name, suffix in own.items()}}


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: here must stand an object of names and values")
    return value


def _points(
    value: Any, sites: Mapping[str, str], pattern: re.Pattern[str], film: str, where: str
) -> dict[Cell, int | None]:
    named = pattern.fullmatch(film)
    if not named:
        raise ValueError(f"{where}: the film name {film!r} does not tell patient, visit and side (..._L or ..._R)")
    cells: dict[Cell, int | None] = {}
    for name, points in _object(value, f"{where}, film {film}").items():
        if _plain(name) not in sites:
            raise ValueError(
                f"{where}, film {film}: the site {name!r} is not known; say in sites.json which RA2 site it is"
            )
        site = SITE_BY_SUFFIX[sites[_plain(name)]]
        try:
            score = None if points is None else whole_points(str(points), name)
            Reading({(Side(named["side"]), site): score})
        except ValueError as error:
            raise ValueError(f"{where}, film {film}, {name}: {error}") from None
        cells[Side(named["side"]), site] = score
    return cells


def _films(
    scores: Mapping[str, Mapping[Cell, int | None]],
    pattern: re.Pattern[str],
    pictures: Mapping[str, Path],
    boxes: Mapping[str, Mapping[str, Box]],
) -> Iterator[OwnFilm]:
    for stem in sorted(scores):  # both hands of a visit stand beside each other
        named = pattern.fullmatch(stem)
        if named is None or stem not in pictures:
            raise ValueError(f"the film {stem}.bmp has scores but is not in the folder")
        side = Side(named["side"])
        reading = Reading(scores[stem])
        yield OwnFilm(
            named["patient"], named["visit"], pictures[stem], Limb.HAND, side, reading, (), boxes.get(stem, {})
        )


def _boxes(folder: Path) -> dict[str, dict[str, Box]]:
    """Joint boxes (x0, y0, x1, y1) by film and name out of a COCO file; empty where there is none."""
    path = next(iter(sorted(folder.rglob("Joints.coco.json"))), None)
    if path is None:
        return {}
    whole = _object(read_json(path), path.name)
    try:
        films = {image["id"]: Path(image["file_name"]).stem for image in whole["images"]}
        names = {category["id"]: str(category["name"]) for category in whole["categories"]}
        found: dict[str, dict[str, Box]] = {}
        for mark in whole["annotations"]:
            x, y, width, height = (float(v) for v in mark["bbox"])
            box = (x, y, x + width, y + height)
            found.setdefault(films[mark["image_id"]], {})[names[mark["category_id"]]] = box
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no COCO file of boxes ({type(error).__name__}: {error})") from None
    return found
