"""Under the viewer: which limb and side a film shows and how that is known; refusals and doubts in words."""

import streamlit as st

from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.codes import FlagCode
from core.model_reader.evidence import FilmReading
from core.svh import Limb, Side
from core.svh.words import LIMB_WORD, SIDE_WORD, film_name
from pages.widgets.shared.case_steps import begin_again

SOURCE_WORD = {
    "user": "from you",
    "tag": "from the DICOM tag",
    "name": "from the file name",
    "anatomy": "from the anatomy",
}


def case_warnings(case: Case) -> None:
    """Questions and things that change what is counted, above the film so that they are seen."""
    counted = case.counted_keys()
    for film in case.films:
        reading = case.edited(film)
        if reading is None or not reading.scored or film.key in counted or film.key in case.changes.dropped:
            continue
        if reading.side is None or reading.ask_side:
            continue  # the question itself is shown with the film
        st.warning(
            f"{film.radiograph.name} is a second film of the {film_name(reading.limb, reading.side).lower()}. "
            "It is shown but not counted. If its side is wrong, change it under the film.",
            icon=":material/content_copy:",
        )


def _say_side(key: str, widget: str, revision: int) -> None:
    case: Case = st.session_state["case"]
    if revision == case.revision and st.session_state[widget] is not None:
        case.set_side(key, st.session_state[widget])


def ask_side(case: Case) -> None:
    """The open questions about sides: sources disagree or are silent, so the person says it."""
    for film in case.films:
        reading = case.edited(film)
        out = film.key in case.changes.dropped
        if out or reading is None or not reading.scored or (reading.side and not reading.ask_side):
            continue  # a side that the anatomy alone tells is asked in `confirm_side`
        question = reading.ask_side or "Its side is not known, so it is not counted. Which side is it?"
        with st.container(border=True, key=f"ask_{film.key}"):
            widget = f"ask_side_{film.key}_{case.revision}"
            st.radio(
                f"**{film.radiograph.name}**: {question}",
                list(Side),
                index=None,
                format_func=lambda side: f"the patient's {SIDE_WORD[side]}",
                horizontal=True,
                key=widget,
                on_change=_say_side,
                args=(film.key, widget, case.revision),
            )


def _confirm(key: str, side: Side) -> None:
    case: Case = st.session_state["case"]
    case.set_side(key, side)


def _show_film(key: str) -> None:
    case: Case = st.session_state["case"]
    case.film_key, case.joint = key, ""


def confirm_side(case: Case) -> None:
    """The film in view whose side only the anatomy tells: one click or key says it; how many others wait."""
    waiting = [
        film for film in case.open_sides if (reading := case.edited(film)) and not reading.ask_side and reading.side
    ]
    if not waiting:
        return
    film = next((film for film in waiting if film is case.shown), None)
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="confirm_side"):
        if film is None:
            names = ", ".join(_name_of(case, other).lower() for other in waiting)
            st.markdown(f":material/help: **Side not confirmed: {names}.**", width="stretch")
            st.button("Show", key="show_open_side", on_click=_show_film, args=(waiting[0].key,))
            return
        reading = case.edited(film)
        limb = LIMB_WORD[reading.limb] if reading and reading.limb else "film"
        others = len(waiting) - 1
        more = f" {others} more {'film waits' if others == 1 else 'films wait'}." if others else ""
        shown = f"Which side is this {limb}?"
        says = f"Only the anatomy tells it, and says {SIDE_WORD[reading.side]}." if reading and reading.side else ""
        st.markdown(
            f":material/help: **{shown}** {says} Read the marker on the film: a mirrored film looks like the other"
            f" side.{more}",
            width="stretch",
        )
        for side in Side:
            name = SIDE_WORD[side].capitalize()
            st.button(f"{name} ({side.value})", key=f"confirm_{side.value}", on_click=_confirm, args=(film.key, side))


def _name_of(case: Case, film: CaseFilm) -> str:
    reading = case.edited(film)
    return film_name(reading.limb, reading.side) if reading else film.radiograph.name


def _say_limb(key: str, widget: str, revision: int) -> None:
    case: Case = st.session_state["case"]
    if revision != case.revision:
        return
    film = case.film(key)
    reading = case.edited(film)
    side = reading.side if reading and reading.side_source == "user" else None  # the limb says nothing of the side
    begin_again(film, slot=(st.session_state[widget], side))


def refusal(film: CaseFilm, reading: FilmReading) -> None:
    """Why a film was refused, and the way to have it scored all the same."""
    st.warning(f"**{film.radiograph.name} was not scored.** {reading.reason}", icon=":material/block:")
    if st.button("Score anyway, flagged", key=f"force_{film.key}"):
        begin_again(film, force=True)
        st.rerun()


def _film_notes(film: CaseFilm) -> None:
    for note in film.radiograph.notes:
        st.caption(f":material/info: {note}")


def film_facts(case: Case, film: CaseFilm, reading: FilmReading | None) -> None:
    """Limb and side with their source, both correctable; doubts in words."""
    if reading is None:
        st.caption(f"{film.radiograph.name} · not scored")
        _film_notes(film)
        return
    if not reading.scored:
        st.caption(f"{film.radiograph.name} · refused")
        _film_notes(film)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="film_facts"):
        limb_widget, side_widget = (f"{what}_{film.key}_{case.revision}" for what in ("limb", "side"))
        if reading.region is None:
            st.segmented_control(
                "Limb",
                list(Limb),
                default=reading.limb,
                required=True,
                key=limb_widget,
                format_func=lambda limb: LIMB_WORD[limb].capitalize(),
                label_visibility="collapsed",
                on_change=_say_limb,
                args=(film.key, limb_widget, case.revision),
            )
        if reading.side and not reading.side_open:
            st.segmented_control(
                "Side of the patient",
                list(Side),
                default=reading.side,
                required=True,
                key=side_widget,
                format_func=lambda side: SIDE_WORD[side].capitalize(),
                label_visibility="collapsed",
                on_change=_say_side,
                args=(film.key, side_widget, case.revision),
            )
        out = film.key in case.changes.dropped
        st.button(
            "Take in again" if out else "Leave out",
            icon=":material/add_circle:" if out else ":material/do_not_disturb_on:",
            help="A limb that was found where there is none, or a film that is not of this case, counts nowhere.",
            on_click=case.leave_out,
            args=(film.key, not out),
            key="leave_out",
        )
        source = reading.side_words or f"side {SOURCE_WORD.get(reading.side_source, reading.side_source)}"
        turned = f" · turned by {reading.turned_deg:.0f}°" if abs(reading.turned_deg) >= 1 else ""
        st.caption(f"{film.radiograph.name} · {source}{turned}", width="stretch")
    for flag in reading.flags:
        if flag.code is FlagCode.SIDE_NOT_CONFIRMED:
            continue  # asked above the film
        st.caption(f":material/flag: {flag.text}")
    _film_notes(film)
