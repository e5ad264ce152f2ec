"""The student's side of a class: it follows the teacher, takes points for a joint, then shows the truth."""

from collections.abc import Mapping

import streamlit as st

from core.svh import Site
from core.teaching import ClassError, ClassView, Question
from pages.widgets.teaching.class_films import case_of
from pages.widgets.teaching.class_seat import LOOK_EVERY_S, classes, distribution, leave, show_said
from pages.widgets.teaching.teaching_case import case_name, joint_pictures, points_buttons, truth_words


def student(code: str, seat: str) -> None:
    view = classes().view(code, seat)  # ends here, in words, when the class has ended
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Class **{code}**")
        if st.button("Leave the class", key="leave_class"):
            classes().leave(code, seat)
            leave()
            st.rerun()
    show_said()
    _follow(code, seat, view.question, view.revealed)
    if view.question is None:
        st.write("Wait for the teacher to pick a joint.")
        return
    case = case_of(code, seat, view.question)
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        joint_pictures(case, view.question.joint, outlined=view.revealed)
    with right:
        st.markdown(f"**{case_name(case, view.question.joint)}**")
        if view.revealed:
            truth_words(case, view.question.joint, view.mine or {})
            distribution(view, case.truth(view.question.joint))
        else:
            _answer(code, seat, view.question)


def _still(code: str, seat: str, question: Question | None, *, revealed: bool) -> ClassView:
    """What a student may see; where the teacher has gone on or ended the class, the page is drawn anew instead."""
    try:
        view = classes().view(code, seat)
    except ClassError:
        st.rerun()  # the page says why
    if (view.question, view.revealed) != (question, revealed):
        st.rerun()
    return view


@st.fragment(run_every=LOOK_EVERY_S)
def _follow(code: str, seat: str, question: Question | None, revealed: bool) -> None:
    """Looks only, and draws nothing: a class is many browsers on one server."""
    _still(code, seat, question, revealed=revealed)


@st.fragment
def _answer(code: str, seat: str, asked: Question) -> None:
    """The points of one's own for a joint; a click draws these anew, not the film."""
    mine = _still(code, seat, asked, revealed=False).mine
    sites = case_of(code, seat, asked).sites(asked.joint)
    if st.session_state.get("class_draft", (None,))[0] != asked:
        st.session_state["class_draft"] = (asked, dict(mine or {}))
    given: dict[Site, int] = st.session_state["class_draft"][1]
    points_buttons("class", sites, given, given.__setitem__)
    st.button(
        "Hand in", type="primary", shortcut="Enter", key="hand_in", disabled=len(given) < len(sites),
        on_click=_hand_in, args=(code, seat, asked, dict(given)),
    )  # fmt: skip
    if mine:
        st.caption("Handed in. You can change it until the teacher shows the answers.")


def _hand_in(code: str, seat: str, asked: Question, given: Mapping[Site, int]) -> None:
    try:
        classes().answer(code, seat, asked, given)
    except ClassError as error:
        st.session_state["class_said"] = str(error)
