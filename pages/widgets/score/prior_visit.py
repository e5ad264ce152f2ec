"""Another visit of the same patient beside the case: chosen among the kept cases, its film, and the change since."""

from pathlib import Path

import streamlit as st

from core.agreement.change import group_changes
from core.cases import ListedCase
from core.model_reader.beside import laid_over, same_limb
from core.model_reader.case import UNNAMED, Case
from core.model_reader.changes import CaseFilm
from core.model_reader.evidence import FilmReading
from core.model_reader.review import CaseStatus
from core.store import StoreError
from core.svh.words import film_name
from pages.server.limits import no_room
from pages.widgets.score.film_viewer import joints_data
from pages.widgets.shared.film_pictures import Shelf
from pages.widgets.shared.inline_component import inline_component
from pages.widgets.shared.kept_cases import my_cases

KEY = "prior_film"
_FILM = inline_component(Path(__file__).parent, KEY)
PARTS = {"SvH total": "SvH", "Erosion total": "erosion", "JSN total": "JSN"}  # as `group_changes` names them


def other_visits(case: Case) -> list[ListedCase]:
    """The scored cases of this browser with the same study ID, the latest visit first; the ID has to be typed."""
    if case.sample or case.patient == UNNAMED:
        return []
    try:
        cases = my_cases()
        listed = cases.listed() if cases else []
    except StoreError:
        return []  # the page Cases says what is wrong with the store
    mine = [one for one in listed if one.patient == case.patient and one.id != case.id]
    mine = [one for one in mine if one.status is not CaseStatus.NEW]
    return sorted(mine, key=lambda one: (one.visit_date is not None, one.visit_date, one.changed_at), reverse=True)


def choose_prior(case: Case) -> Case | None:
    """The choice, and the visit that was chosen; nothing where this browser keeps no other visit of the patient."""
    rows = {one.id: one for one in other_visits(case)}
    if not rows:
        return None
    chosen = st.selectbox(
        "Beside this visit",
        list(rows),
        index=None,
        format_func=lambda one: _title(rows[one]),
        placeholder="Beside this visit: none",
        label_visibility="collapsed",
        width=300,
        key=f"prior_{case.id}",
    )
    return _opened(case, chosen) if chosen else None


def _title(row: ListedCase) -> str:
    day = row.visit_date.isoformat() if row.visit_date else "no date"
    return " \N{MIDDLE DOT} ".join(filter(None, (row.visit_name, day, f"SvH {row.total}")))


def _opened(case: Case, case_id: str) -> Case | None:
    held: Case | None = st.session_state.get("prior")
    if held is not None and held.id == case_id:
        return held
    try:
        cases = my_cases()
        prior = cases.look(case_id) if cases else None
    except StoreError as error:
        st.warning(str(error), icon=":material/folder_off:")
        return None
    if prior is None:
        return None
    shots = [film.radiograph for film in case.films]
    for film in prior.films:
        if words := no_room(shots, film.radiograph):
            st.warning(f"The other visit cannot be shown beside this one. {words}", icon=":material/memory:")
            return None
        shots.append(film.radiograph)
    st.session_state["prior"] = prior
    return prior


def visit_words(prior: Case) -> str:
    """`month 0, 2026-01-05`: how the other visit is called beside this one."""
    day = prior.visit_date.isoformat() if prior.visit_date else ""
    return ", ".join(filter(None, (prior.visit_name, day))) or "the other visit"


def beside(prior: Case, reading: FilmReading | None) -> tuple[CaseFilm, FilmReading] | None:
    """The film of the other visit that shows the same limb, with its reading."""
    film = same_limb(prior, reading) if reading else None
    its = prior.edited(film) if film else None
    return (film, its) if film and its else None


def change_words(case: Case, prior: Case) -> str:
    """`From month 0 to this visit: SvH +5 (12 to 17), erosion +3, JSN +2, over 80 sites scored at both.`"""
    changes = {one.name: one for one in group_changes(prior.visit().reading, case.visit().reading)}
    rows = [changes[name] for name in PARTS if name in changes]
    if not rows or not rows[0].cells:
        return f"No site is scored both now and at {visit_words(prior)}."
    total, *parts = rows
    rest = "".join(f", {PARTS[one.name]} {one.change:+.0f}" for one in parts)
    left = f" {total.left_out} sites are scored at one of them only and not counted." if total.left_out else ""
    return (
        f"From {visit_words(prior)} to this visit: SvH {total.change:+.0f} ({total.first:.0f} to {total.last:.0f})"
        f"{rest}, over {total.cells} sites scored at both.{left}"
    )


def prior_film(case: Case, prior: Case, film: CaseFilm, reading: FilmReading, shelf: Shelf) -> None:
    """The same limb at the other visit, as it lies under the film in the viewer."""
    pair = beside(prior, reading)
    matrix = laid_over(pair[1], reading) if pair else None
    if pair is None or matrix is None:
        name = film_name(reading.limb, reading.side).lower()
        st.info(f"{visit_words(prior).capitalize()} has no film of the {name} that could be laid beside.")
        return
    its_film, its = pair
    _FILM(
        key=KEY,
        data={
            "beside": film.key,
            "title": f"{visit_words(prior)}: {film_name(its.limb, its.side).lower()}, {its_film.radiograph.name}",
            "url": shelf.put(its_film.radiograph),
            "width": its_film.radiograph.width_px,
            "height": its_film.radiograph.height_px,
            "matrix": list(matrix),
            "joints": joints_data(prior, its_film, its),
        },
    )
