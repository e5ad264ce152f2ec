"""The score grid of the film in the viewer, and the controls of the selected joint."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.evidence import FilmReading
from core.svh import Damage, Site, points_words
from core.svh.words import DAMAGE_WORD, film_name, joint_name
from pages.widgets.score.film_viewer import cell_data, site_of, whole_points
from pages.widgets.shared.inline_component import inline_component
from pages.widgets.shared.outbox import said

HERE = Path(__file__).parent
KEY = "score_grid"
MODEL_HELP = "In brackets the 90 % interval of the model; unrounded is its estimate before it is made a whole number."
NOT_SCORABLE = "\N{EN DASH}"
SPACE_HELP = (
    "The mean distance of the two lines drawn on the film, over the central 60 % of the width that both bones share. "
    "How well it agrees with the truth was measured on phantoms alone, and most of its interval comes from there."
)
_GRID = inline_component(HERE, KEY)


def grid_rows(
    case: Case, film: CaseFilm, reading: FilmReading, before: FilmReading | None = None
) -> list[dict[str, Any]]:
    """One row a joint, in the order of the hand or foot, with its cells as `J` and `E`.

    With a film of another visit each cell holds its points there as `before`.
    """
    then = {cell.site: cell.points for cell in before.cells} if before is not None else {}
    rows: dict[str, dict[str, Any]] = {}
    for cell in reading.cells:
        row = rows.setdefault(cell.site.joint, {"name": cell.site.joint, "label": joint_name(cell.site.joint)})
        model = case.model_points(film.key, cell.site)
        row[cell.site.damage.value] = {**cell_data(case, film.key, cell), "model": model}
        if before is not None:
            row[cell.site.damage.value]["before"] = then.get(cell.site)
    return list(rows.values())


def _picked() -> None:
    case: Case = st.session_state["case"]
    what = said(KEY, "picked")
    if not isinstance(what, dict):
        return
    film = next((f for f in case.films if f.key == what.get("film")), None)
    reading = case.edited(film) if film else None
    if film and what.get("damage") in tuple(Damage) and site_of(reading, what.get("joint", ""), Damage(what["damage"])):
        case.film_key, case.joint, case.damage = film.key, what["joint"], Damage(what["damage"])


def score_grid(
    case: Case, film: CaseFilm, reading: FilmReading, before: FilmReading | None = None, visit: str = ""
) -> None:
    """The table; a click on a cell selects its joint everywhere. `before` is the film of another `visit`."""
    _GRID(
        key=KEY,
        data={
            "film": film.key,
            "joints": grid_rows(case, film, reading, before),
            "visit": visit if before is not None else "",
            "joint": case.joint,
            "damage": case.damage.value,
            "erosion": points_words(reading.erosion),
            "jsn": points_words(reading.jsn),
        },
        on_picked_change=_picked,
    )


def _give(key: str, site: Site, widget: str, revision: int) -> None:
    case: Case = st.session_state["case"]
    if revision != case.revision:
        return
    chosen = st.session_state[widget]
    case.damage = site.damage
    case.set_points(key, site, None if chosen == NOT_SCORABLE else int(chosen))


def _back(key: str, site: Site) -> None:
    st.session_state["case"].back_to_model(key, site)


def _model_words(film: CaseFilm, site: Site) -> str:
    cell = next((c for c in film.found.cells if c.site == site), None) if film.found else None
    if cell is None or cell.points is None:
        return f"model: {cell.why_unscored.words if cell and cell.why_unscored else 'not scorable'}"
    low, high = whole_points(cell.low, cell.high)
    between = "" if low is None else f" ({low}\N{EN DASH}{high})"
    unrounded = "" if cell.estimate is None else f", unrounded {cell.estimate:.1f}"
    return f"model: {cell.points}{between}{unrounded}"


def joint_editor(case: Case, film: CaseFilm, reading: FilmReading) -> None:
    """The selected joint's points, for either kind of damage; a block whose height does not change."""
    with st.container(key="joint_editor", height=240, border=True, gap="xxsmall"):
        sites = [site_of(reading, case.joint, damage) for damage in (Damage.JSN, Damage.EROSION)]
        if not any(sites):
            st.markdown("**No joint selected**")
            st.caption("Click a joint on the film or in the grid to see and change its points.")
            return
        st.markdown(f"**{joint_name(case.joint)}** · {film_name(reading.limb, reading.side).lower()}")
        space = reading.joint_space(case.joint)
        if space:
            st.caption(f"Joint space {space.words}", help=SPACE_HELP)
        for site in filter(None, sites):
            _damage_row(case, film, reading, site)


def _damage_row(case: Case, film: CaseFilm, reading: FilmReading, site: Site) -> None:
    value = next((c.points for c in reading.cells if c.site == site), None)
    widget = f"points_{film.key}_{site.suffix}_{case.revision}"
    options = [*(str(k) for k in range(site.maximum + 1)), NOT_SCORABLE]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{DAMAGE_WORD[site.damage]} · {_model_words(film, site)}", help=MODEL_HELP)
        st.button(
            "Back to model",
            key=f"back_{widget}",
            icon=":material/undo:",
            type="tertiary",
            disabled=not case.is_edited(film.key, site),
            on_click=_back,
            args=(film.key, site),
        )
    st.segmented_control(
        f"{DAMAGE_WORD[site.damage]} points of {joint_name(site.joint)}; the dash is not scorable",
        options,
        default=NOT_SCORABLE if value is None else str(value),
        required=True,
        key=widget,
        label_visibility="collapsed",
        wrap=False,
        width="stretch",
        on_change=_give,
        args=(film.key, site, widget, case.revision),
    )
