"""Close-up and maps as one picture, all maps on the same colour scale."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.svh.words import PURPLE

PANEL_PX = 360
CAPTION_PX = 26
TRUTH_COLOUR = PURPLE  # it is nowhere on the colour scale


def _scaled(values: NDArray[Any], longer_px: int, interpolation: int) -> NDArray[Any]:
    height, width = values.shape
    scale = longer_px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(values, size, interpolation=interpolation if scale >= 1 else cv2.INTER_AREA)


def coloured(heat: NDArray[np.floating], longer_px: int = PANEL_PX) -> NDArray[np.uint8]:
    """Heat [H, W] in [0, 1] as RGB [h, w, 3] on the perceptually uniform scale Cividis.

    The longer side is `longer_px`.
    """
    large = _scaled(np.asarray(heat, np.float32), longer_px, cv2.INTER_LINEAR)
    table = cv2.applyColorMap(np.round(np.clip(large, 0, 1) * 255).astype(np.uint8), cv2.COLORMAP_CIVIDIS)
    return np.ascontiguousarray(table[:, :, ::-1])


def outline(mask: NDArray[np.bool_], longer_px: int = PANEL_PX) -> NDArray[np.bool_]:
    """The edge of a mask [H, W], two pixels wide, as [h, w] with the longer side `longer_px`."""
    large = (_scaled(mask.astype(np.uint8) * 255, longer_px, cv2.INTER_NEAREST) > 127).astype(np.uint8)
    return (cv2.dilate(large, np.ones((3, 3), np.uint8)) - cv2.erode(large, np.ones((3, 3), np.uint8))) > 0


def grey(view: NDArray[np.floating], longer_px: int = PANEL_PX) -> NDArray[np.uint8]:
    """A view [H, W] as RGB [h, w, 3] with the longer side `longer_px`, its 1st and 99th percentile black and white."""
    low, high = np.percentile(view, (1, 99))
    even = np.clip((view - low) / max(float(high - low), 0.02), 0, 1).astype(np.float32)
    large = _scaled(even, longer_px, cv2.INTER_CUBIC)
    return np.repeat(np.round(np.clip(large, 0, 1) * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def explanation_picture(
    view: NDArray[np.floating],
    maps: Mapping[str, NDArray[np.floating]],
    *,
    title: str,
    view_name: str = "close-up",
    panel_px: int = PANEL_PX,
    opacity: float = 0.5,
    truth: NDArray[np.bool_] | None = None,
) -> Image.Image:
    """Panels side by side: the square view [S, S], then each map over it; the outline of `truth` on all of them."""
    base = grey(view, panel_px)
    edge = outline(truth, panel_px) if truth is not None else np.zeros(base.shape[:2], bool)
    panels = {view_name: base}
    for name, heat in maps.items():
        panels[name] = np.round((1 - opacity) * base + opacity * coloured(heat, panel_px)).astype(np.uint8)
    picture = Image.new("RGB", (panel_px * len(panels), panel_px + 3 * CAPTION_PX), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((6, 6), title, "black", font_size=14)
    for n, (name, panel) in enumerate(panels.items()):
        shown = panel.copy()
        shown[edge] = TRUTH_COLOUR
        picture.paste(Image.fromarray(shown), (n * panel_px, CAPTION_PX))
        draw.text((n * panel_px + 6, panel_px + CAPTION_PX + 5), name, "black", font_size=14)
    scale = coloured(np.tile(np.linspace(0, 1, 200), (200, 1)), 200)[:10]
    top = panel_px + 2 * CAPTION_PX + 6
    draw.text((6, top), "least heat", "black", font_size=12)
    picture.paste(Image.fromarray(scale), (80, top + 2))
    words = "most heat" + (" · outline: true damage of the phantom" if truth is not None else "")
    draw.text((288, top), words + " · research and teaching only", "black", font_size=12)
    return picture
