"""Limbs as disease leaves them, and limbs of which only a part is on the film.

Are they found, and scored alike at any scale?
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.anatomy.parts import JOINTS, PART_JOINTS
from core.cohort.labelled_film import LabelledFilm
from core.cohort.marked_films import marked_films
from core.evaluation.detection import FoundFilm, detection_figures, true_boxes
from core.evaluation.erosive_films import LABELS, erosive_figures, erosive_films, read_erosive
from core.evaluation.scores import CellPair, site_figures
from core.evaluation.study import pairs, phantom_films, read_one, simulated_cells, simulated_films
from core.model_reader import ModelReader
from core.phantom import foot_film, hand_film
from core.phantom.pieces import cut_film, inside
from core.phantom.plate import place
from core.svh import SITES, Limb, Side

SEED = 5_000_000
SCALE_ERRORS = (-0.25, -0.125, 0.0, 0.125, 0.25)  # of the size at which close-ups are cut
WRISTS = "ra_wrist"  # folder of wrists with the disease, with its table, among the real films
NEAR = 0.05  # a joint is found when it lies within this share of the long side of its part


def severe_film(number: int, limb: Limb) -> LabelledFilm:
    """A phantom with every site from 3 points to its maximum, drift, dislocation and collapse, on a plate."""
    rng = np.random.default_rng([SEED, number, list(Limb).index(limb)])
    side = Side.L if rng.random() < 0.5 else Side.R
    grades = {site: int(rng.integers(3, site.maximum + 1)) for site in SITES[limb]}
    make = hand_film if limb is Limb.HAND else foot_film
    film = make(rng, grades, side=side, deformity=float(rng.uniform(0.3, 1.0)), film_id=f"severe {limb.value} {number}")
    return place(rng, [film], longest_px=1600).films[0]


def pieces(films: Iterator[LabelledFilm], seed: int) -> Iterator[LabelledFilm]:
    """Random pieces of films; what shows fewer than three joints is left out."""
    for number, film in enumerate(films):
        rng = np.random.default_rng([SEED, seed, number])
        cut = cut_film(rng, film, longest_px=1200)
        if cut is not film and sum(inside(cut, cut.points[n]) for n in JOINTS[cut.limb] if n in cut.points) >= 3:
            yield replace(cut, film_id=f"{film.film_id} cut")


def severe_figures(reader: ModelReader, films: int, log: Callable[[str], None] = print) -> dict[str, Any]:
    """AP at IoU 0.6 of hands and feet, and how many are refused."""
    figures: dict[str, Any] = {}
    for limb in Limb:
        made = [severe_film(n, limb) for n in range(films)]
        found = [FoundFilm(film, read_one(reader, film)) for film in made]
        figures[limb.value.lower()] = detection_figures(found, limb) | {
            "refused": sum(f.reading is None or not f.reading.scored for f in found),
            "other_limb": sum(f.reading is not None and f.reading.scored and f.reading.limb is not limb for f in found),
        }
        log(f"severe {limb.value.lower()}: {json.dumps(figures[limb.value.lower()])}")
    return figures


def piece_figures(reader: ModelReader, films: list[LabelledFilm]) -> dict[str, Any]:
    """Of the joints on pieces of limbs: the share found within 5 % of the part.

    Of the pieces: those with a joint off the film.
    """
    near = there = invented = refused = other = 0
    for film in films:
        reading = read_one(reader, film)
        on = [n for n in JOINTS[film.limb] if n in film.points and inside(film, film.points[n])]
        there += len(on)
        refused += not reading.scored
        if not reading.scored:
            continue
        other += reading.limb is not film.limb
        at = {joint.name: (joint.x, joint.y) for joint in reading.joints} if reading.limb is film.limb else {}
        sizes = _part_sizes(film)
        near += sum(n in at and np.hypot(*np.subtract(at[n], film.points[n])) < NEAR * sizes[n] for n in on)
        invented += any(n in at and n in film.points and not inside(film, film.points[n]) for n in JOINTS[film.limb])
    return {
        "pieces": len(films), "refused": refused, "other_limb": other, "joints": there,
        "joints_found": round(float(near) / max(there, 1), 3),
        "pieces_without_invented_joints": round(1 - invented / max(len(films) - refused, 1), 3),
    }  # fmt: skip


def _part_sizes(film: LabelledFilm) -> dict[str, float]:
    """Long side in pixels of the part of each joint.

    Of joints whose part has no box that of the palm's or forefoot's width.
    """
    sizes = {name: max(box[2] - box[0], box[3] - box[1]) for name, box in true_boxes(film).items()}
    a, b = ("MCP2", "MCP5") if film.limb is Limb.HAND else ("MTP1", "MTP5")
    width = float(np.hypot(*np.subtract(film.points[a], film.points[b])))
    of = {joint: part for part, joints in PART_JOINTS[film.limb].items() for joint in joints}
    return {joint: sizes.get(of[joint], width) for joint in JOINTS[film.limb]}


def scale_figures(
    reader: ModelReader, films_folder: Path | None, patients: int, log: Callable[[str], None] = print
) -> dict[str, Any]:
    """What an error of the pose's scale costs: quadratic kappa and AUC for each of `SCALE_ERRORS`.

    Kappa on `patients` phantoms and, where the folder is given, on the real validation films with simulated damage; AUC
    of the points on erosive wrists where that folder has them.
    """
    phantoms = list(phantom_films(patients))
    painted, wrists = [], []
    if films_folder is not None:
        painted = list(simulated_films(marked_films(films_folder, split="validation", small=False)))
        wrists = erosive_films(films_folder / WRISTS) if (films_folder / WRISTS / LABELS).exists() else []
    curve: dict[str, Any] = {}
    try:
        for error in SCALE_ERRORS:
            reader.scorer.zoom = 1 + error
            cells = [pair for name, film in phantoms for pair in pairs(film, read_one(reader, film), name)]
            found = _kappas("phantom", cells)
            if painted:
                found |= _kappas("simulated", simulated_cells(reader, painted))
            if wrists:
                figures = erosive_figures(read_erosive(reader, wrists, log))
                found |= {f"auc_{kind}": figures[f"{kind}_points"]["auc"] for kind in ("erosion", "jsn", "both")}
            curve[f"{error:+.0%}"] = found
            log(f"scale {error:+.0%}: {json.dumps(found)}")
    finally:
        reader.scorer.zoom = 1.0
    return curve


def _kappas(films: str, cells: list[CellPair]) -> dict[str, float]:
    figures = site_figures(cells)
    return {f"{films}_{name}": figures[name] for name in ("erosion_kappa", "jsn_kappa") if name in figures}


def evaluate_disease(
    reader: ModelReader, *, films: int, films_folder: Path | None = None, log: Callable[[str], None] = print
) -> dict[str, Any]:
    """All of it, on phantoms that nothing was trained on or chosen by, and on real films where there is a folder."""
    figures: dict[str, Any] = {"severe": severe_figures(reader, films, log)}
    cut = list(pieces((as_piece(n, limb) for limb in Limb for n in range(films)), 1))
    figures["pieces"] = piece_figures(reader, cut)
    log(f"pieces: {json.dumps(figures['pieces'])}")
    figures["scale"] = scale_figures(reader, films_folder, max(2, films // 16), log)
    return figures


def as_piece(number: int, limb: Limb) -> LabelledFilm:
    """A phantom film to cut: mild and severe disease by turns."""
    if number % 2:
        return severe_film(number, limb)
    rng = np.random.default_rng([SEED, 9, number, list(Limb).index(limb)])
    grades = {site: int(rng.random() < 0.3) * int(rng.integers(1, site.maximum + 1)) for site in SITES[limb]}
    film = (hand_film if limb is Limb.HAND else foot_film)(rng, grades, side=Side.L if rng.random() < 0.5 else Side.R)
    return place(rng, [film], longest_px=1600).films[0]
