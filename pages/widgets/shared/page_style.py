"""The few rules that the theme has no setting for."""

from pathlib import Path

import streamlit as st

_STYLE = (Path(__file__).parent / "page_style.css").read_text(encoding="utf-8")


def page_style() -> None:
    """Put the rules into the page."""
    st.html(f"<style>{_STYLE}</style>")
