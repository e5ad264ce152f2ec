"""What can be explained: the scored films of the current case, or those of a phantom patient whose damage is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.cohort.labelled_film import LabelledFilm
from core.model_reader.case import Case
from core.model_reader.hands_explanation import HandFilm, hands_of_films, hands_of_visit
from core.phantom import phantom_visit
from core.svh import SITES, Damage, Limb, Side, Site
from core.svh.words import film_name


@dataclass(frozen=True)
class ExplainedFilm:
    """A film with the places of its joints. `damage` and `grades` are the truth of a phantom."""

    key: str
    name: str
    pixels: NDArray[np.float32]
    limb: Limb
    joints: Mapping[str, Point]
    worst: str
    damage: NDArray[np.uint8] | None = None
    grades: Mapping[Site, int] = field(default_factory=dict)

    def site(self, joint: str, damage: Damage) -> Site | None:
        """The site of a joint and a kind of damage, None where there is none."""
        return next((s for s in SITES[self.limb] if s.joint == joint and s.damage is damage), None)

    @property
    def scored_joints(self) -> list[str]:
        """The joints that have a place and a site, in the order of the score sheet."""
        return list(dict.fromkeys(site.joint for site in SITES[self.limb] if site.joint in self.joints))


def _worst(points: Mapping[Site, int]) -> str:
    return max(points, key=lambda site: (points[site], site.damage is Damage.EROSION)).joint if points else ""


def case_films_to_explain(case: Case) -> list[ExplainedFilm]:
    """The scored films of the case; the points of a person change nothing here, the network is explained."""
    films = []
    for film in case.films:
        found, reading = film.found, case.edited(film)
        if found is None or reading is None or not found.scored or found.limb is None:
            continue
        joints = {joint.name: (joint.x, joint.y) for joint in found.joints}
        if len(joints) < 3:
            continue
        points = {cell.site: cell.points for cell in found.cells if cell.points is not None}
        name = f"{film_name(reading.limb, reading.side)} · {film.radiograph.name}"
        films.append(ExplainedFilm(film.key, name, film.radiograph.pixels, found.limb, joints, _worst(points)))
    return films


@st.cache_resource(max_entries=3, show_spinner="Making the phantom")
def _phantom(seed: int) -> list[LabelledFilm]:
    return list(phantom_visit(seed).values())


def phantom_films_to_explain(seed: int) -> list[ExplainedFilm]:
    """The four films of a phantom patient, with the true places of joints and damage."""
    return [
        ExplainedFilm(
            f"phantom-{seed}-{film.limb.value}-{film.side.value}",
            film_name(film.limb, film.side),
            np.clip(film.pixels, 0, 1).astype(np.float32),
            film.limb,
            film.points,
            _worst(film.grades),
            film.damage_mask,
            film.grades,
        )
        for film in _phantom(seed)
    ]


def case_hands_to_explain(case: Case) -> dict[Side, HandFilm]:
    """The hands of the case that count, as the whole-hand network scored them."""
    return hands_of_visit(case.visit(), {film.radiograph.sha256: film.radiograph.pixels for film in case.films})


def phantom_hands_to_explain(seed: int) -> tuple[dict[Side, HandFilm], int]:
    """The hands of a phantom patient, and their true points."""
    films = [film for film in _phantom(seed) if film.limb is Limb.HAND]
    return hands_of_films(films), sum(sum(film.grades.values()) for film in films)
