"""Readings over time: what the page shows, and its sample (40 phantom patients, two simulated readers, three visits)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import streamlit as st

from core.agreement.change import cell_changes
from core.agreement.coefficients import pair, smallest_change
from core.agreement.progression import years_between
from core.agreement.results import is_model
from core.agreement.study import in_order
from core.cohort.long_table import ReadingKey
from core.phantom import foot_film, hand_film, patient_grades
from core.phantom.worsening import misread, worsened
from core.radiograph import Radiograph
from core.svh import SITES, Cell, Limb, Reading, Side
from pages.widgets.shared.case_store import stored_film
from pages.widgets.shared.study_source import STORE

STUDY = "progression_study"
VISITS = ("2024-03-04", "2025-03-03", "2026-03-02")
YEARLY = {"Group A": 7.0, "Group B": 1.5}  # mean points a year
SEED, PATIENTS, FILM_MM_PER_PX, MISREAD = 1998, 40, 0.3, 0.03


@dataclass(frozen=True)
class ProgressionStudy:
    """Readings by reader, patient and visit (a visit's name is its ISO date where it is known), and patients' groups.

    `film` gives the film of a patient, visit, limb and side, or None.
    """

    readings: Mapping[tuple[str, str, str], Reading]
    groups: Mapping[str, str] = field(default_factory=dict)
    film: Callable[[str, str, Limb, Side], Radiograph | None] | None = None

    @property
    def readers(self) -> list[str]:
        """Names of the readers."""
        return sorted({reader for reader, _, _ in self.readings})

    @cached_property
    def visit_order(self) -> list[str]:
        """Names of all visits in time, as far as the names or the readings tell."""
        return in_order(list(dict.fromkeys(visit for _, _, visit in self.readings)))

    @property
    def patients(self) -> list[str]:
        """Pseudonyms."""
        return sorted({patient for _, patient, _ in self.readings})

    def visits(self, reader: str, patient: str) -> list[str]:
        """The visits of a patient that a reader scored, in order."""
        return [visit for visit in self.visit_order if (reader, patient, visit) in self.readings]

    def changes(self, reader: str, group: str | None = None) -> dict[str, tuple[float, float | None]]:
        """Change of the total from first to last visit and the years between, by patient; None where there are no dates."""
        found = {}
        for patient in self.patients:
            visits = self.visits(reader, patient)
            if len(visits) > 1 and group in (None, self.groups.get(patient)):
                first, last = (self.readings[reader, patient, visits[n]] for n in (0, -1))
                found[patient] = (float(sum(cell_changes(first, last).values())), years_between(visits[0], visits[-1]))
        return found

    def sdc(self) -> float | None:
        """Smallest detectable change of one reader, from the first two who are no model; None where it cannot be estimated."""
        people = [reader for reader in self.readers if not is_model(reader)]
        if len(people) < 2:
            return None
        one, other = (self.changes(reader) for reader in people[:2])
        both = [patient for patient in one if patient in other]
        if len(both) < 2:
            return None
        apart = pair([one[p][0] for p in both], [other[p][0] for p in both])["sd_difference"]
        return float(smallest_change(np.asarray(apart), change=True)["sdc_one"])


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
    readings = {}
    for (patient, visit), grades in _truth().items():
        for number, reader in enumerate(("Reader 1", "Reader 2")):
            rng = np.random.default_rng([SEED, int(patient[1:]), VISITS.index(visit), number])
            readings[reader, patient, visit] = Reading(misread(rng, grades, share=MISREAD))
    groups = {patient: list(YEARLY)[(int(patient[1:]) + 1) % 2] for patient, _ in _truth()}
    return ProgressionStudy(readings, groups, st.cache_data(max_entries=24, show_spinner=False)(_sample_film))


def study_in_view() -> ProgressionStudy:
    """The session's study, or the sample."""
    study: ProgressionStudy = st.session_state.get(STUDY) or sample_progression()
    return study


def use_readings(readings: Mapping[ReadingKey, Reading] | None, source: str) -> None:
    """Show other readings; None is the sample.

    Raises: ValueError for no readings.
    """
    if readings is not None and not readings:
        raise ValueError("there are no readings")
    for key in [name for name in st.session_state if str(name).startswith("progression_")]:
        del st.session_state[key]
    if readings is not None:
        film = _stored_radiograph if source == STORE else None
        st.session_state[STUDY], st.session_state[f"{STUDY}_source"] = ProgressionStudy(readings, film=film), source


def _stored_radiograph(patient: str, visit: str, limb: Limb, side: Side) -> Radiograph | None:
    film = stored_film(patient, visit, limb, side)
    return film.radiograph if film else None
