"""The notice that nobody can miss: a dialog once a session, a slim line always."""

import streamlit as st

RESEARCH_CSV = (
    ".research-use-only.csv"  # the end of the name of every table: its columns are fixed and hold no such line
)

LINE = "For research and teaching. Not a medical device: do not use it to diagnose or to treat."


@st.dialog("For research and teaching only", dismissible=False, icon=":material/science:")
def _dialog() -> None:
    st.write(
        "This program scores hand and foot films by the Sharp/van der Heijde method. It is **not a medical device** "
        "and must not be used to diagnose or to treat anybody. Its numbers are proposals: look at the films yourself."
    )
    st.write(
        "Films that you score stay in the memory of this server for this session only. Films that you read are kept in its "
        "case store: the picture and your points, under the pseudonym that you type. Do not upload what you may not share."
    )
    if st.button("I understand", type="primary", key="understood"):
        st.session_state["research_use_understood"] = True
        st.rerun()


def research_notice() -> None:
    """Show the line, and the dialog until it was answered."""
    st.html(f'<div class="research-line">{LINE}</div>')
    if not st.session_state.get("research_use_understood"):
        _dialog()
