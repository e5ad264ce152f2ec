"""The teacher's side of a class: the code, the joint that is asked, who has answered, what is shown to all."""

import streamlit as st

from core.teaching import ClassError, results_csv
from pages.widgets.teaching.class_films import case_of, choose_question
from pages.widgets.teaching.class_link import show_link
from pages.widgets.teaching.class_seat import LOOK_EVERY_S, classes, distribution, leave, show_said
from pages.widgets.teaching.teaching_case import joint_pictures, truth_words


def teacher(code: str, key: str) -> None:
    asked = classes().view(code, key).question  # ends here, in words, when the class has ended
    if asked and "class_joint" not in st.session_state:  # the teacher comes back: the class stays where it is
        st.session_state.update(class_first=asked.seed, class_begun=asked)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"## :primary[{code}]")
        st.caption("Students choose Class and type this code. Do not share your own address: it is the teacher's key.")
        st.space("stretch")
        with st.popover("Link and QR code", icon=":material/qr_code:"):
            show_link(code)
        st.download_button(
            "Results",
            lambda: results_csv(
                classes().results(code, key), lambda asked: case_of(code, key, asked).truth(asked.joint)
            ),
            f"class-{code}.research-use-only.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Every answer by student with the true points, as CSV.",
            key="class_results",
        )
        if st.button("End the class", key="end_class"):
            classes().close(code, key)
            leave()
            st.rerun()
    chosen = choose_question(code, key)
    if chosen is None:
        return
    case, question = chosen
    classes().ask(code, key, question)
    left, right = st.columns([0.5, 0.5], gap="medium")
    with right:
        _teacher_live(code, key)
    with left:
        outlined = not case.own and st.toggle(
            "Outline the simulated damage", key="class_outline", help="On your screen only."
        )
        joint_pictures(case, question.joint, outlined=outlined)
        with st.expander("Your points" if case.own else "The truth"):
            truth_words(case, question.joint, {})


@st.fragment(run_every=LOOK_EVERY_S)
def _teacher_live(code: str, key: str) -> None:
    show_said()
    try:
        view = classes().view(code, key)
    except ClassError as error:
        st.info(str(error))
        return
    st.html(
        f'<div role="status" data-testid="answered"><b>{view.answered}</b> of <b>{len(view.students)}</b> students have'
        f" answered · {view.minutes_left} minutes left</div>"
    )
    st.text(", ".join(view.students) or "Nobody has joined yet.")  # not markdown: nicknames are not ours
    st.button(
        "Shown to all" if view.revealed else "Show answers and truth to all", type="primary", key="reveal",
        disabled=view.revealed, on_click=_reveal, args=(code, key),
    )  # fmt: skip
    distribution(view, {})


def _reveal(code: str, key: str) -> None:
    try:
        classes().reveal(code, key)
    except ClassError as error:
        st.session_state["class_said"] = str(error)
