"""Views of films and their heatmaps side by side, in an inline component.

Linked zoom and opacity without a run of the page.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.saliency.figure import PANEL_PX, TRUTH_COLOUR, coloured, grey, outline
from pages.widgets.shared.inline_component import inline_component

JPEG_QUALITY = 92
_VIEWER = inline_component(Path(__file__).parent, "heat_viewer")


@dataclass(frozen=True)
class HeatedView:
    """A view [H, W] of a film and its heat [H, W] by name of the map.

    `truth` [H, W] is the damage of a phantom, drawn as an outline. `notes` are said behind the names of maps. The
    longer side of the picture is `longer_px`.
    """

    name: str
    view: NDArray[np.float32]
    maps: Mapping[str, NDArray[np.float32]]
    truth: NDArray[np.bool_] | None = None
    notes: Mapping[str, str] | None = None
    longer_px: int = PANEL_PX


def _address(rgb: NDArray[np.uint8], ending: str = ".png") -> str:
    order = cv2.COLOR_RGBA2BGRA if rgb.shape[2] == 4 else cv2.COLOR_RGB2BGR
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if ending == ".jpg" else []
    data = cv2.imencode(ending, cv2.cvtColor(rgb, order), options)[1].tobytes()
    return f"data:image/{'jpeg' if ending == '.jpg' else 'png'};base64,{base64.b64encode(data).decode()}"


def _edge(truth: NDArray[np.bool_], longer_px: int) -> str:
    line = outline(truth, longer_px)
    edge = np.zeros((*line.shape, 4), np.uint8)
    edge[line] = (*TRUTH_COLOUR, 255)
    return _address(edge)


def heat_viewer(views: Sequence[HeatedView], *, title: str) -> None:
    """Show each view bare, then with each of its maps; the views of one map stand together."""
    panels = [{"of": n, "name": view.name, "map": "", "note": ""} for n, view in enumerate(views)]
    for name in views[0].maps:
        for n, view in enumerate(views):
            label = name if len(views) == 1 else f"{name}, {view.name[:1].lower()}{view.name[1:]}"
            heat = _address(coloured(view.maps[name], PANEL_PX))
            panels.append({"of": n, "name": label, "map": heat, "note": (view.notes or {}).get(name, "")})
    films = [
        {
            "picture": _address(grey(view.view, view.longer_px), ".jpg"),
            "truth": _edge(view.truth, view.longer_px) if view.truth is not None else "",
            "ratio": view.view.shape[1] / view.view.shape[0],
        }
        for view in views
    ]
    _VIEWER(key="heat_viewer", data={"title": title, "films": films, "panels": panels})
