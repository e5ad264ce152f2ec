"""The case lists that a reader can choose: samples, the films of the Score page, the visits of the store."""

import hashlib
from functools import partial

import numpy as np
import streamlit as st

from core.model_reader.case import Case
from core.phantom.foot_film import foot_film
from core.phantom.hand_film import hand_film
from core.phantom.patients import patient_grades
from core.radiograph import Radiograph
from core.reading_desk import ListedVisit, ReadFilm, first_of_each, stored_films
from core.store import Store
from core.svh import SITES, Limb, Side
from pages.widgets.shared.case_steps import case_films
from pages.widgets.shared.sample_case import PATIENT, sample_files, sample_job
from pages.widgets.shared.scoring_job import wait

PHANTOM_SEEDS = (7101, 7102)
ONE_HAND, SAMPLES, SCORED, STORED = "Sample: one hand", "Sample: three patients", "Films of the Score page", "The store"


def _of_case(case: Case) -> tuple[ReadFilm, ...]:
    films = []
    for film in case.films:
        found = case.edited(film)
        limb = found.limb if found else film.radiograph.limb_name
        side = found.side if found else film.radiograph.side_name
        if limb and side and (found is None or found.scored):
            joints = {joint.name: (joint.x, joint.y) for joint in found.joints} if found else {}
            films.append(ReadFilm(film.radiograph, limb, side, joints))
    return first_of_each(films)


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
