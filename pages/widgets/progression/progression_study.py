"""Readings over time: what the page shows, and its sample (40 phantom patients, two simulated readers, 3 visits)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.agreement import Study, study_of
from core.agreement.results import is_model
from core.cohort.scores import ReadingKey, Scores, scores_of
from core.phantom import foot_film, hand_film, patient_grades
from core.phantom.worsening import misread, worsened
from core.radiograph import Radiograph
from core.svh import SITES, Cell, Limb, Reading, Side
from pages.widgets.shared.case_store import stored_film
from pages.widgets.shared.study_source import STORE

STUDY = "progression_study"
VISITS = ("2024-03-04", "2025-03-03", "2026-03-02")
YEARLY = {"Group A": 7.0, "Group B": 1.5}  # mean points a year
SEED, PATIENTS, FILM_MM_PER_PX, MISREAD = 1998, 40, 0.2, 0.03


@dataclass(frozen=True)
class ProgressionStudy:
    """A study over time; `film` gives the film of a patient, visit, limb and side, or None."""

    study: Study
    film: Callable[[str, str, Limb, Side], Radiograph | None] | None = None

    @property
    def readers(self) -> list[str]:
        """Names of the readers; models and second readings stand last."""
        return sorted(self.study.readers, key=lambda name: (is_model(name), name in self.study.rereads, name))

    @property
    def people(self) -> list[str]:
        """The readers who are no model, without their second readings."""
        return [name for name in self.readers if not is_model(name) and name not in self.study.rereads]

    @property
    def patients(self) -> list[str]:
        """Pseudonyms."""
        return sorted(self.study.patients)

    def visits(self, reader: str, patient: str) -> list[str]:
        """The visits of a patient that a reader scored, in order."""
        p = self.study.patients.index(patient)
        return [name for name in self.study.visit_names[p] if (reader, patient, name) in self.study.readings]

    def scores(self, reader: str, patient: str, visit: str) -> Scores:
        """What a reader gave to a visit."""
        return scores_of(self.study.readings[reader, patient, visit])

    def years(self, patient: str, first: str, last: str) -> float | None:
        """Years between two visits of a patient; None where their names do not tell."""
        p = self.study.patients.index(patient)
        names = self.study.visit_names[p]
        return self.study.years(p, names.index(first), names.index(last))


@st.cache_resource(show_spinner=False)
def _truth() -> dict[tuple[str, str], dict[Cell, int]]:
    truth: dict[tuple[str, str], dict[Cell, int]] = {}
    for number in range(1, PATIENTS + 1):
        rng = np.random.default_rng([SEED, number])
        grades: dict[Cell, int] = patient_grades(rng)
        yearly = YEARLY[list(YEARLY)[(number + 1) % 2]]
        for visit in VISITS:
            truth[f"P{number:03}", visit] = grades
            grades = worsened(rng, grades, points=int(rng.negative_binomial(1, 1 / (1 + yearly))))
    return truth


def _sample_film(patient: str, visit: str, limb: Limb, side: Side) -> Radiograph:
    """One film of the sample, computed when it is looked at; the same patient has the same bones at every visit."""
    grades = _truth()[patient, visit]
    number = int(patient[1:])
    film = (hand_film if limb is Limb.HAND else foot_film)(
        np.random.default_rng([SEED, number, list(Side).index(side)]),
        {site: grades[side, site] for site in SITES[limb]},
        side=side,
        mm_per_px=FILM_MM_PER_PX,
        person=np.random.default_rng([SEED, number, 7]),
    )
    name = f"{patient}-{visit}-{side.value}{limb.value[0]}"
    digest = hashlib.sha256(film.pixels.tobytes()).hexdigest()
    return Radiograph(np.ascontiguousarray(film.pixels), name, digest, spacing_mm=FILM_MM_PER_PX)


@st.cache_resource(show_spinner=False)
def sample_progression() -> ProgressionStudy:
    """The same sample for every session: nobody's data."""
    readings: dict[ReadingKey, Reading | Scores] = {}
    for (patient, visit), grades in _truth().items():
        for number, reader in enumerate(("Reader 1", "Reader 2")):
            rng = np.random.default_rng([SEED, int(patient[1:]), VISITS.index(visit), number])
            points = scores_of(Reading(misread(rng, grades, share=MISREAD))).points
            readings[reader, patient, visit] = Scores(points, group=list(YEARLY)[(int(patient[1:]) + 1) % 2])
    return ProgressionStudy(study_of(readings), st.cache_data(max_entries=24, show_spinner=False)(_sample_film))


def study_in_view() -> ProgressionStudy:
    """The session's study, or the sample."""
    study: ProgressionStudy = st.session_state.get(STUDY) or sample_progression()
    return study


def use_readings(
    readings: Mapping[ReadingKey, Reading | Scores] | None,
    source: str,
    visits: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Show other readings, their visits in this order; None is the sample. `notes` stand on Reader agreement.

    Raises: ValueError for no readings; UnknownVisitOrder if the order of visits has to be told.
    """
    study = None if readings is None else study_of(readings, visits)
    for key in [name for name in st.session_state if str(name).startswith("progression_")]:
        del st.session_state[key]
    if study is not None:
        film = _stored_radiograph if source == STORE else None
        st.session_state[STUDY], st.session_state[f"{STUDY}_source"] = ProgressionStudy(study, film), source
    # Said and not left to the default: a box whose options change keeps showing the name that was in it.
    shown = study_in_view()
    patient = shown.patients[0]
    reader = next(name for name in shown.readers if shown.visits(name, patient))
    st.session_state["progression_patient"], st.session_state["progression_reader"] = patient, reader
    st.session_state["progression_first"] = shown.visits(reader, patient)[0]


def _stored_radiograph(patient: str, visit: str, limb: Limb, side: Side) -> Radiograph | None:
    film = stored_film(patient, visit, limb, side)
    return film.radiograph if film else None
