"""The learning curve of a weight card."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.checkpoint import WeightCard
from core.svh.words import BLUE, ORANGE, web_colour

NO_LOSS = ("step", "steps_s", "minutes_left")
CHECKED = {
    "validation_rmse": ("validation RMSE (points)", "points"),
    "validation_iou60": ("validation: share of parts with IoU of at least 0.6", "share"),
}


def _losses(line: Mapping[str, float]) -> list[float]:
    return [value for key, value in line.items() if key not in NO_LOSS and not key.startswith("validation_")]


def learning_curve(card: WeightCard) -> go.Figure | None:
    """Training loss (the sum where there are several) and, on its own axis, what was checked.

    None where the card has no curve.
    """
    curve = card.training.get("curve", ())
    trained = [line for line in curve if _losses(line)]
    if not trained:
        return None
    figure = go.Figure()
    figure.add_scatter(
        x=[line["step"] for line in trained],
        y=[sum(_losses(line)) for line in trained],
        name="training loss",
        line_color=web_colour(BLUE),
    )
    key = next((key for key in CHECKED if any(key in line for line in curve)), "validation_rmse")
    words, axis = CHECKED[key]
    checked = [line for line in curve if key in line]
    figure.add_scatter(
        x=[line["step"] for line in checked],
        y=[line[key] for line in checked],
        name=words,
        line={"color": web_colour(ORANGE), "dash": "dot"},
        mode="lines+markers",
        yaxis="y2",
    )
    figure.update_layout(
        height=260,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.04},  # two rows on a phone, above the lines
        xaxis={"title": "steps", "rangemode": "tozero"},
        yaxis={"title": "loss", "rangemode": "tozero"},
        yaxis2={
            "title": axis,
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "tickmode": "auto",
        },
    )
    return figure
