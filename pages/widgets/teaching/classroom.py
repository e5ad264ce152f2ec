"""A class: the teacher opens it and picks joints, students join by its code; both views follow by themselves."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from core.svh import Site
from core.svh.words import DAMAGE_RGB, joint_name, web_colour
from core.teaching import ClassError, Classes, ClassView, Question, results_csv
from core.teaching.classroom import CODE_LENGTH, NAME_MAX, clean_code
from pages.server.accounts import Role, access
from pages.widgets.teaching.class_link import show_link
from pages.widgets.teaching.practice import NAME
from pages.widgets.teaching.teaching_case import (
    case_name,
    choose_case,
    joint_pictures,
    points_buttons,
    teaching_case,
    truth_words,
)

LOOK_EVERY_S = 1.5
ROLES = ("taught", "seat")  # where the session holds code and key, and the address the key


@st.cache_resource(show_spinner=False)
def classes() -> Classes:
    """The classes of this server: nicknames and points for phantoms, nothing else."""
    return Classes()


def in_class() -> bool:
    """Whether this browser was in a class, or came by the address of one."""
    return "class" in st.query_params or any(role in st.session_state for role in ROLES)


def school() -> None:
    """The part "Class" of the page: one's own class, or the way into one."""
    _keep_seat()
    try:
        if "taught" in st.session_state:
            _teacher(*st.session_state["taught"])
        elif "seat" in st.session_state:
            _student(*st.session_state["seat"])
        else:
            _door()
    except ClassError as error:
        _end(str(error))


def _keep_seat() -> None:
    """Write the seat into the address of the page, and take it from there after the browser was reloaded."""
    for role in ROLES:
        if role in st.session_state:
            code, key = st.session_state[role]
            st.query_params.from_dict({"class": code, role: key})
            return
    for role in ROLES:
        if role in st.query_params:
            st.session_state[role] = (st.query_params.get("class", ""), st.query_params[role])
            return


def _leave() -> None:
    for role in ROLES:
        st.session_state.pop(role, None)
    st.query_params.clear()


def _end(why: str) -> None:
    _leave()
    st.info(why)
    st.button("Back to the start", key="class_ended")


def _door() -> None:
    join, open_ = st.columns(2, gap="large")
    with join, st.form("join_form"):
        st.markdown("**Join a class**")
        code = st.text_input(
            "Code", value=st.query_params.get("class", ""), max_chars=CODE_LENGTH + 2, key="class_code"
        )
        name = st.text_input("Nickname", max_chars=NAME_MAX, key="nickname", help="Your real name is not needed.")
        if st.form_submit_button("Join", type="primary", key="join_class"):
            try:
                code = clean_code(code)
                st.session_state["seat"] = (code, classes().join(code, name))
            except ClassError as error:
                st.error(str(error))
            else:
                st.rerun()
    with open_, st.container(border=True):
        st.markdown("**Teach a class**")
        st.write(
            "You get a code. Whoever has it can join under a nickname. The class ends after three hours, or when you"
            " are away for 20 minutes."
        )
        if not access().may(Role.TEACHER):
            st.caption("Your account does not teach here.")
        elif st.button("Open a class", key="open_class"):
            try:
                st.session_state["taught"] = classes().open(st.context.ip_address or "")
            except ClassError as error:
                st.error(str(error))
            else:
                st.rerun()


def _teacher(code: str, key: str) -> None:
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
            lambda: results_csv(classes().results(code, key), _truth),
            f"class-{code}.research-use-only.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Every answer by student with the true points, as CSV.",
            key="class_results",
        )
        if st.button("End the class", key="end_class"):
            classes().close(code, key)
            _leave()
            st.rerun()
    what = choose_case("class")
    case = teaching_case(*what)
    begun = st.session_state.get("class_begun")
    first = case.order.index(begun.joint) if begun and begun.joint in case.order else 0
    joint = st.selectbox("Joint", case.order, index=first, format_func=joint_name, key="class_joint")
    classes().ask(code, key, Question(*what, joint))
    left, right = st.columns([0.5, 0.5], gap="medium")
    with right:
        _teacher_live(code, key)
    with left:
        outlined = st.toggle("Outline the simulated damage", key="class_outline", help="On your screen only.")
        joint_pictures(case, joint, outlined=outlined)
        with st.expander("The truth"):
            truth_words(case, joint, {})


def _truth(asked: Question) -> dict[Site, int]:
    return teaching_case(asked.seed, asked.difficulty, asked.limb).truth(asked.joint)


@st.fragment(run_every=LOOK_EVERY_S)
def _teacher_live(code: str, key: str) -> None:
    _said()
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
    _distribution(view, {})


def _reveal(code: str, key: str) -> None:
    try:
        classes().reveal(code, key)
    except ClassError as error:
        st.session_state["class_said"] = str(error)


def _student(code: str, seat: str) -> None:
    view = classes().view(code, seat)  # ends here, in words, when the class has ended
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Class **{code}**")
        if st.button("Leave the class", key="leave_class"):
            classes().leave(code, seat)
            _leave()
            st.rerun()
    _said()
    _follow(code, seat, view.question, view.revealed)
    if view.question is None:
        st.write("Wait for the teacher to pick a joint.")
        return
    case = teaching_case(view.question.seed, view.question.difficulty, view.question.limb)
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        joint_pictures(case, view.question.joint, outlined=view.revealed)
    with right:
        st.markdown(f"**{case_name(case, view.question.joint)}**")
        if view.revealed:
            truth_words(case, view.question.joint, view.mine or {})
            _distribution(view, case.truth(view.question.joint))
        else:
            _answer(code, seat, view.question)


def _said() -> None:
    """Why a click was refused; a refused answer draws the page anew, since the teacher has gone on."""
    if said := st.session_state.pop("class_said", ""):
        st.warning(said)


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
    sites = teaching_case(asked.seed, asked.difficulty, asked.limb).sites(asked.joint)
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


def _distribution(view: ClassView, truth: Mapping[Site, int]) -> None:
    """How many students gave how many points, a chart a site; the truth is named in the title where it may be."""
    for site, counts in (view.counts or {}).items():
        true = f", truth {truth[site]}" if site in truth else ""
        points = list(range(site.maximum + 1))
        figure = go.Figure(
            go.Bar(x=points, y=[counts.get(k, 0) for k in points], marker_color=web_colour(DAMAGE_RGB[site.damage]))
        )
        figure.update_layout(
            title=f"{NAME[site.damage]}: answers of the class{true}", height=210,
            margin={"l": 10, "r": 10, "t": 40, "b": 10}, xaxis={"title": "points", "dtick": 1}, yaxis={"dtick": 1},
        )  # fmt: skip
        st.plotly_chart(figure, key=f"class_counts_{site.suffix}")
