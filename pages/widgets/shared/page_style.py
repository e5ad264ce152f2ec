"""The few rules that the theme has no setting for."""

from pathlib import Path

import streamlit as st

from core.svh import Damage
from core.svh.words import DAMAGE_RGB

# `rgb(var(--svh-E))` is the colour of erosions, also inside the components.
_COLOURS = "".join(f"--svh-{kind.value}: {' '.join(map(str, DAMAGE_RGB[kind]))};" for kind in Damage)
_STYLE = f":root {{{_COLOURS}}}\n" + (Path(__file__).parent / "page_style.css").read_text(encoding="utf-8")


def page_style() -> None:
    """Put the rules into the page."""
    st.html(f"<style>{_STYLE}</style>")
