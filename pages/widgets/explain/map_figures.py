"""The figures of the maps beside those of their controls."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.model_reader.explanation import Explained, SiteView
from core.saliency.faithfulness import Faithfulness, faithfulness
from core.saliency.verdict import DAMAGE, MapFigures
from core.svh.words import BLUE, GREEN, ORANGE, PURPLE, SKY_BLUE, web_colour

COLOURS = tuple(map(web_colour, (BLUE, ORANGE, GREEN, PURPLE, SKY_BLUE)))


def figures_table(rows: Sequence[MapFigures], target: str, chance: float, *, of: str = "close-up") -> None:
    """One line a map, controls last; `chance` is the share of the view that the target covers."""
    st.dataframe(
        [
            {
                "Map": row.name + (" (blank)" if row.blank and not row.control else ""),
                "Heat inside": row.inside,
                "Pointing": row.pointing,
                "PR area": row.area,
                "": "control" if row.control else "map",
            }
            for row in rows
        ],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.2f") for name in ("Heat inside", "Pointing", "PR area")
        },
    )
    st.caption(
        f"Target: {target}, {chance:.1%} of the {of}; chance is that share. Heat inside: share of all heat on the"
        " target. Pointing: whether the hottest pixel is on it. PR area: area under the precision-recall curve."
    )


def measure_faithfulness(view: SiteView, found: Explained, output: int) -> dict[str, Faithfulness]:
    """Deletion and insertion of every map and control."""
    maps, controls = found.values()
    return {
        name: faithfulness(heat, view.view, lambda views: view.score(views, output=output))
        for name, heat in {**maps, **controls}.items()
    }


def faithfulness_chart(curves: Mapping[str, Faithfulness], maps: Sequence[str], maximum: int) -> None:
    """The score while the hottest pixels are blurred; maps as lines, controls dashed."""
    chart = go.Figure()
    for n, name in enumerate(curves):
        plain = name in maps
        dash = "solid" if plain else ("dot", "dash", "dashdot", "longdash")[n % 4]
        colour = COLOURS[n % 5] if plain else "#888888"
        found = curves[name]
        chart.add_scatter(
            x=100 * found.share, y=maximum * found.deletion, name=name, line={"dash": dash, "color": colour}
        )
    chart.update_layout(
        height=300, margin={"l": 10, "r": 10, "t": 10, "b": 10}, legend={"orientation": "h", "y": -0.3}, dragmode=False
    )
    chart.update_xaxes(title="hottest pixels blurred, %")
    chart.update_yaxes(title="raw score, points")
    st.plotly_chart(chart, config={"displayModeBar": False})
    rows = [
        {"Map": name, "Deletion": _number(c.deletion_area), "Insertion": _number(c.insertion_area)}
        for name, c in curves.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="%.2f") for name in ("Deletion", "Insertion")},
    )
    st.caption(
        "Mean share of the whole change of score: a random order is near 0.50, a faithful map near 1. Empty where"
        " blurring the whole close-up changes the score too little."
    )


def _number(value: float) -> float | None:
    return None if value != value else value


def target_of(damage: NDArray, box: NDArray, *, known: bool) -> tuple[NDArray, str]:  # type: ignore[type-arg]
    """The pixels that a map should find, and what they are called."""
    if known and damage.any():
        return damage, DAMAGE
    return box, "the site's box"
