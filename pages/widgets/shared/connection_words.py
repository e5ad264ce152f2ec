"""Our words, in place of Streamlit's, while the server cannot be reached."""

from pathlib import Path

import streamlit as st

from pages.widgets.shared.inline_component import fetched

_WORDS = st.components.v2.component(
    "connection_words", html="<span hidden></span>", js=fetched(Path(__file__).with_suffix(".js"))
)


def connection_words() -> None:
    """Watch the connection of this page; shows nothing while it holds."""
    _WORDS(key="connection_words")
