"""A class: the teacher opens it and picks joints, students join by its code; both views follow by themselves."""

import streamlit as st

from core.teaching import ClassError
from core.teaching.classroom import CODE_LENGTH, NAME_MAX, clean_code
from pages.server.accounts import Role, access
from pages.widgets.teaching.class_seat import classes, keep_seat, leave
from pages.widgets.teaching.class_student import student
from pages.widgets.teaching.class_teacher import teacher


def classroom() -> None:
    """The part "Class" of the page: one's own class, or the way into one."""
    keep_seat()
    try:
        if "taught" in st.session_state:
            teacher(*st.session_state["taught"])
        elif "seat" in st.session_state:
            student(*st.session_state["seat"])
        else:
            _door()
    except ClassError as error:
        _end(str(error))


def _end(why: str) -> None:
    leave()
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
