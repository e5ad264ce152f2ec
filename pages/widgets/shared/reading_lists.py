"""The case lists that a reader can choose: samples, the films of the Score page, the visits of the store."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from core.model_reader.case import Case
from core.phantom.foot_film import foot_film
from core.phantom.hand_film import hand_film
from core.phantom.patients import patient_grades
from core.radiograph import Radiograph
from core.store import Order, Store, StoredFilm, StoredVisit
from core.svh import SITES, Limb, Side
from pages.widgets.shared.case_steps import case_films
from pages.widgets.shared.sample_case import PATIENT, sample_files, sample_job
from pages.widgets.shared.scoring_job import wait

PHANTOM_SEEDS = (7101, 7102)
ONE_HAND, SAMPLES, SCORED, STORED = "Sample: one hand", "Sample: three patients", "Films of the Score page", "The store"


@dataclass(frozen=True)
class ReadFilm:
    """One limb to be read. `joints` in pixels of the film; they only steer the view."""

    radiograph: Radiograph
    limb: Limb
    side: Side
    joints: Mapping[str, tuple[float, float]]

    @property
    def key(self) -> str:
        """`LH`, `RF`."""
        return f"{self.side}{self.limb[0]}"


@dataclass(frozen=True)
class ListedVisit:
    """A visit of a list. `position` counts from 1, or is 0; `load` opens its films when the reader comes to it."""

    patient: str
    label: str
    position: int
    load: Callable[[], tuple[ReadFilm, ...]]


def _first_of_each(films: list[ReadFilm]) -> tuple[ReadFilm, ...]:
    chosen: dict[str, ReadFilm] = {}
    for film in films:
        chosen.setdefault(film.key, film)
    return tuple(chosen.values())


def _of_case(case: Case) -> tuple[ReadFilm, ...]:
    films = []
    for film in case.films:
        found = case.edited(film)
        limb = found.limb if found else film.radiograph.limb_name
        side = found.side if found else film.radiograph.side_name
        if limb and side and (found is None or found.scored):
            joints = {joint.name: (joint.x, joint.y) for joint in found.joints} if found else {}
            films.append(ReadFilm(film.radiograph, limb, side, joints))
    return _first_of_each(films)


def _sample() -> tuple[ReadFilm, ...]:
    outcome = wait(sample_job(), "Opening the sample case")
    return _of_case(Case(PATIENT, case_films(outcome.films, outcome.readings)))


@st.cache_resource(show_spinner="Making a digital phantom", max_entries=8)
def phantom_films(seed: int, visit: int) -> tuple[ReadFilm, ...]:
    """The films of a phantom patient at visit 1 or 2: the same bones, two thirds of the damage at the first visit."""
    rng = np.random.default_rng(seed)
    grades = {cell: points if visit == 2 else points * 2 // 3 for cell, points in patient_grades(rng).items()}
    films = []
    for limb, make in ((Limb.HAND, hand_film), (Limb.FOOT, foot_film)):
        for side in Side:
            made = make(
                np.random.default_rng([seed, visit, list(Limb).index(limb), list(Side).index(side)]),
                {site: grades[side, site] for site in SITES[limb]},
                side=side,
                mm_per_px=0.2,
                person=np.random.default_rng([seed, len(SITES[limb])]),
            )
            digest = hashlib.sha256(made.pixels.tobytes()).hexdigest()
            film = Radiograph(made.pixels, f"{side}{limb[0]}", digest, spacing_mm=made.spacing_mm)
            films.append(ReadFilm(film, limb, side, dict(made.points)))
    return tuple(films)


def read_film(store: Store, film: StoredFilm) -> ReadFilm:
    """A film of the store with its pixels.

    Raises: StoreError if they are gone or changed.
    """
    shot = Radiograph(store.pixels(film), f"{film.side}{film.limb[0]}", film.content, spacing_mm=film.spacing_mm)
    return ReadFilm(shot, film.limb, film.side, film.joints)


def stored_films(store: Store, visit: StoredVisit) -> tuple[ReadFilm, ...]:
    """The films of a visit of the store, the first of each limb and side.

    Raises: StoreError if a picture is gone or changed.
    """
    return _first_of_each([read_film(store, film) for film in store.films(visit)])


def list_names(case: Case | None) -> list[str]:
    """The lists on offer; the sample first, so that nothing is ever empty."""
    names = [ONE_HAND, SAMPLES] if sample_files() else []
    if case is not None and not case.sample and _of_case(case):
        names.append(SCORED)
    return [*names, STORED] if names else [SAMPLES, STORED]


def listed_visits(name: str, store: Store | None, case: Case | None, patient: str, label: str) -> list[ListedVisit]:
    """The visits of a list, by patient and in time.

    `patient` and `label` are what the user typed for the Score page's films.

    Raises: StoreError if the store cannot be read.
    """
    if name == ONE_HAND:
        return [ListedVisit(PATIENT, "one hand", 1, lambda: _sample()[:1])]
    if name == SCORED and case is not None:
        films = _of_case(case)
        return [ListedVisit(patient, label, 0, lambda: films)]
    if name == STORED and store is None:
        return []
    if name == STORED and store is not None:
        return [ListedVisit(v.patient, v.label, v.position, partial(stored_films, store, v)) for v in store.visits()]
    visits = [ListedVisit(PATIENT, "visit 1", 1, _sample)] if sample_files() else []
    for seed in PHANTOM_SEEDS:
        for n in (1, 2):
            visits.append(ListedVisit(f"PH{seed}", f"visit {n}", n, partial(phantom_films, seed, n)))
    return visits


def in_order(visits: list[ListedVisit], order: Order, reader: str) -> list[ListedVisit]:
    """The visits as they come before this reader: in time, or shuffled the same way each time the reader comes back."""
    visits = sorted(visits, key=lambda v: (v.patient, v.position, v.label))
    if order is Order.CHRONOLOGICAL:
        return visits
    turn = {(v.patient, v.label): hashlib.sha256(f"{reader}\n{v.patient}\n{v.label}".encode()).digest() for v in visits}
    return sorted(visits, key=lambda v: turn[v.patient, v.label])
