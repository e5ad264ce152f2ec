"""Close-up and heatmaps side by side, in an inline component: linked zoom and opacity without a run of the page."""

import base64
from pathlib import Path

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.saliency import Heatmap, Method
from core.saliency.figure import TRUTH_COLOUR, coloured, grey, outline

HERE = Path(__file__).parent
_VIEWER = st.components.v2.component(
    "heat_viewer",
    html=(HERE / "heat_viewer.html").read_text(encoding="utf-8"),
    css=(HERE / "heat_viewer.css").read_text(encoding="utf-8"),
    js=(HERE / "heat_viewer.js").read_text(encoding="utf-8"),
)


def _address(rgb: NDArray[np.uint8]) -> str:
    order = cv2.COLOR_RGBA2BGRA if rgb.shape[2] == 4 else cv2.COLOR_RGB2BGR
    data = cv2.imencode(".png", cv2.cvtColor(rgb, order))[1].tobytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def heat_viewer(
    view: NDArray[np.float32], maps: dict[str, Heatmap], *, title: str, truth: NDArray[np.bool_] | None
) -> None:
    """Show a close-up [S, S] with its maps; `truth` is the damage of a phantom, drawn as an outline."""
    edge = None
    if truth is not None:
        line = outline(truth)
        edge = np.zeros((*line.shape, 4), np.uint8)
        edge[line] = (*TRUTH_COLOUR, 255)
    panels = [{"name": "Close-up", "map": "", "note": ""}]
    for name, heat in maps.items():
        note = (
            "· blank"
            if heat.blank
            else f"· {heat.lowest:.2f} to {heat.highest:.2f}"
            if name == Method.ATTENTION
            else ""
        )
        panels.append({"name": name, "map": _address(coloured(heat.values)), "note": note})
    data = {
        "title": title,
        "film": _address(grey(view)),
        "truth": _address(edge) if edge is not None else "",
        "panels": panels,
    }
    _VIEWER(key="heat_viewer", data=data)
