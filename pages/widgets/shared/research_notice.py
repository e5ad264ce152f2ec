"""The notice that nobody can miss: once a session in the place of the page, a slim line always."""

import streamlit as st

from core.svh import INTENDED_USE
from pages.server.accounts import sign_in_configured, unsigned_words

# The end of the name of every table: a spreadsheet may drop the line above its header.
RESEARCH_CSV = ".research-use-only.csv"


def _understand() -> None:
    st.session_state["research_use_understood"] = True


def research_notice() -> None:
    """Show the line; until the notice was answered, the notice and nothing else.

    No dialog over the page: a page that reruns by itself while the sample is scored can leave a dialog open for good.
    """
    st.html(f'<div class="research-line">{INTENDED_USE}</div>')
    if st.session_state.get("research_use_understood"):
        return
    opener = "your account" if sign_in_configured() else "this browser"
    with st.container(border=True, width=640, key="research_notice"):
        st.markdown("#### :material/science: For research and teaching only")
        st.write(
            "This program scores hand and foot films by the Sharp/van der Heijde method. It is **not a medical device**"
            " and must not be used to diagnose or to treat anybody. Its numbers are proposals: look at the films"
            " yourself."
        )
        st.write(
            "Films that you score are kept on this server, so that a reload or a restart loses nothing: picture, file"
            f" name and points, which only {opener} opens again, for 30 days after the last change (a reviewed case"
            " for 400). Delete them earlier on the page Cases. Films that you read are kept in its case store, under"
            " the study ID that you type. Do not upload what you may not share."
        )
        if words := unsigned_words():
            st.write(words)
        st.button("I understand", type="primary", on_click=_understand, key="understood")
    st.stop()
