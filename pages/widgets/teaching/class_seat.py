"""What teacher and student of a class share: the classes of this server, the seat in the address, the chart."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from core.svh import Site
from core.svh.words import DAMAGE_RGB, web_colour
from core.teaching import Classes, ClassView
from pages.widgets.teaching.practice import NAME

LOOK_EVERY_S = 1.5
ROLES = ("taught", "seat")  # where the session holds code and key, and the address the key


@st.cache_resource(show_spinner=False)
def classes() -> Classes:
    """The classes of this server: nicknames and points for phantoms, nothing else."""
    return Classes()


def in_class() -> bool:
    """Whether this browser was in a class, or came by the address of one."""
    return "class" in st.query_params or any(role in st.session_state for role in ROLES)


def keep_seat() -> None:
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


def leave() -> None:
    for role in ROLES:
        st.session_state.pop(role, None)
    st.query_params.clear()


def show_said() -> None:
    """Why a click was refused; a refused answer draws the page anew, since the teacher has gone on."""
    if said := st.session_state.pop("class_said", ""):
        st.warning(said)


def distribution(view: ClassView, truth: Mapping[Site, int]) -> None:
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
