"""Whose case it is, which visit, who reads it; and the signature, without which every report is a draft."""

from datetime import date

import streamlit as st

from core.model_reader.case import UNNAMED, Case
from core.radiograph import display_text
from pages.server.accounts import access
from pages.widgets.shared.kept_cases import NOT_KEPT

EARLIEST = date(1950, 1, 1)


def _say(case: Case, what: str, widget: str) -> None:
    text = display_text(st.session_state[widget])
    setattr(case, what, (text or UNNAMED) if what == "patient" else text)


def _say_day(case: Case, widget: str) -> None:
    case.visit_date = st.session_state[widget]


def _take_from_file(case: Case) -> None:
    case.patient = case.labels.patient or case.patient
    case.visit_date = case.labels.day or case.visit_date
    case.drawn += 1


def case_details(case: Case) -> None:
    """The popover with study ID, visit and date. What a file calls its patient is taken only on demand."""
    with st.popover(
        "Patient and visit", icon=":material/badge:", disabled=case.sample or not case.films, key="case_details"
    ):
        end = f"{case.id}_{case.drawn}"
        st.text_input(
            "Study ID",
            "" if case.patient == UNNAMED else case.patient,
            max_chars=40,
            help="Names the patient in every file, the DICOM files included; until you type one it is “unnamed”. Never "
            "a name or a hospital number.",
            key=f"study_id_{end}",
            on_change=_say,
            args=(case, "patient", f"study_id_{end}"),
        )
        st.text_input(
            "Visit",
            case.visit_name,
            max_chars=40,
            placeholder="baseline, month 12 ...",
            key=f"visit_name_{end}",
            on_change=_say,
            args=(case, "visit_name", f"visit_name_{end}"),
        )
        st.date_input(
            "Date of the visit",
            case.visit_date,
            min_value=EARLIEST,
            max_value=date.today(),
            format="YYYY-MM-DD",
            key=f"visit_date_{end}",
            on_change=_say_day,
            args=(case, f"visit_date_{end}"),
        )
        told = " and ".join([w for w, there in (("ID", case.labels.patient), ("date", case.labels.day)) if there])
        st.button(
            f"Take the {told} from the file" if told else "The files tell no ID and no date",
            icon=":material/input:",
            disabled=not told,
            help="The patient ID of a DICOM file may be a hospital number: take it only if you may use it here.",
            on_click=_take_from_file,
            args=(case,),
            key="take_from_file",
        )


def case_heading(case: Case) -> None:
    """The case in one line: its name, whether it is signed, and what is wrong with keeping it."""
    if not case.films:
        st.markdown("##### No films yet")
        return
    kind = " · sample, a digital phantom" if case.sample else ""
    kind += f" · {case.weights} weights" if case.weights else ""
    st.markdown(f"##### Case {case.title}{kind}")


def not_kept() -> None:
    """Why the case cannot be kept, where it cannot."""
    if why := st.session_state.get(NOT_KEPT):
        st.warning(f"**This case is not kept.** {why}", icon=":material/save:")


def _say_reader(case: Case, widget: str) -> None:
    if access().name:
        return  # an account signs as itself, whatever a browser sends for the field that is off
    case.reader = st.session_state["reader_name"] = display_text(st.session_state[widget])


def _sign(case: Case, key: str) -> None:
    try:
        case.sign(case.reader, date.today(), key)
    except ValueError as error:
        st.session_state["sign_trouble"] = str(error)


def signature(case: Case) -> None:
    """Who reads the case, and the buttons that sign the film in view and the whole case."""
    film = case.shown
    if film is None or case.sample or not case.visit().counted:
        return
    whole, one = case.review(), case.review(film.key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="signature"):
        widget = f"case_reader_{case.id}"
        st.text_input(
            "Reader",
            case.reader,
            max_chars=40,
            placeholder="Reader",
            label_visibility="collapsed",
            width=160,
            disabled=bool(access().name),
            key=widget,
            on_change=_say_reader,
            args=(case, widget),
        )
        st.button(
            "Film reviewed",
            icon=":material/check:",
            disabled=bool(one),
            on_click=_sign,
            args=(case, film.key),
            key="sign_film",
        )
        st.button(
            "Case reviewed",
            icon=":material/done_all:",
            disabled=bool(whole),
            on_click=_sign,
            args=(case, ""),
            key="sign_case",
        )
        if whole:
            st.caption(f"{whole.words}. A change makes it a draft again.", width="stretch")
        else:
            done = sum(case.review(each.key) is not None for each in case.films)
            mine = f"This film: {one.words[0].lower()}{one.words[1:]}. " if one else ""
            st.caption(f"{mine}Draft: {done} of {len(case.films)} films reviewed.", width="stretch")
    if trouble := st.session_state.pop("sign_trouble", ""):
        st.warning(trouble, icon=":material/edit_off:")
