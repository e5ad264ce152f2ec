"""The learning curve of a weight card."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.checkpoint import WeightCard

BLUE, ORANGE = "#0072B2", "#E69F00"


def _line(curve: Sequence[Mapping[str, float]], key: str) -> tuple[list[float], list[float]]:
    points = [(line["step"], line[key]) for line in curve if key in line]
    return [x for x, _ in points], [y for _, y in points]


def learning_curve(card: WeightCard) -> go.Figure | None:
    """Training loss and, on its own axis, the validation error in points; None where the card holds no curve."""
    curve = card.training.get("curve", ())
    losses = sorted({key for line in curve for key in line} & {"smooth", "score", "shares"})
    if not curve or not losses:
        return None
    figure = go.Figure()
    x, y = _line(curve, losses[0])
    figure.add_scatter(x=x, y=y, name="training loss", line_color=BLUE)
    x, y = _line(curve, "validation_rmse")
    figure.add_scatter(
        x=x,
        y=y,
        name="validation RMSE (points)",
        line={"color": ORANGE, "dash": "dot"},
        mode="lines+markers",
        yaxis="y2",
    )
    figure.update_layout(
        height=260,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.15},
        xaxis={"title": "steps", "rangemode": "tozero"},
        yaxis={"title": "loss", "rangemode": "tozero"},
        yaxis2={
            "title": "points",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "tickformat": ".0f",
        },
    )
    return figure
