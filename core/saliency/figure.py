"""Close-up and maps as one picture, all maps on the same colour scale."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

PANEL_PX = 360
CAPTION_PX = 26
TRUTH_COLOUR = (204, 121, 167)  # Okabe-Ito reddish purple: it is nowhere on the colour scale


def coloured(heat: NDArray[np.floating], size_px: int = PANEL_PX) -> NDArray[np.uint8]:
    """Heat [H, W] in [0, 1] as RGB [size_px, size_px, 3] on the perceptually uniform scale Cividis."""
    large = cv2.resize(np.asarray(heat, np.float32), (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    table = cv2.applyColorMap(np.round(np.clip(large, 0, 1) * 255).astype(np.uint8), cv2.COLORMAP_CIVIDIS)
    return np.ascontiguousarray(table[:, :, ::-1])


def outline(mask: NDArray[np.bool_], size_px: int = PANEL_PX) -> NDArray[np.bool_]:
    """The edge of a mask [H, W], two pixels wide, at [size_px, size_px]."""
    large = cv2.resize(mask.astype(np.uint8), (size_px, size_px), interpolation=cv2.INTER_NEAREST)
    return (cv2.dilate(large, np.ones((3, 3), np.uint8)) - cv2.erode(large, np.ones((3, 3), np.uint8))) > 0


def grey(view: NDArray[np.floating], size_px: int = PANEL_PX) -> NDArray[np.uint8]:
    """A view [H, W] as RGB [size_px, size_px, 3], its 1st and 99th percentile as black and white."""
    low, high = np.percentile(view, (1, 99))
    even = np.clip((view - low) / max(float(high - low), 0.02), 0, 1).astype(np.float32)
    large = cv2.resize(even, (size_px, size_px), interpolation=cv2.INTER_CUBIC)
    return np.repeat(np.round(np.clip(large, 0, 1) * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def explanation_picture(
    view: NDArray[np.floating],
    maps: Mapping[str, NDArray[np.floating]],
    *,
    title: str,
    opacity: float = 0.5,
    truth: NDArray[np.bool_] | None = None,
) -> Image.Image:
    """Panels side by side: the close-up [H, W], then each map over it; the outline of `truth` on all of them."""
    base = grey(view)
    edge = outline(truth) if truth is not None else np.zeros(base.shape[:2], bool)
    panels = {"close-up": base}
    for name, heat in maps.items():
        panels[name] = np.round((1 - opacity) * base + opacity * coloured(heat)).astype(np.uint8)
    picture = Image.new("RGB", (PANEL_PX * len(panels), PANEL_PX + 3 * CAPTION_PX), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((6, 6), title, "black", font_size=14)
    for n, (name, panel) in enumerate(panels.items()):
        shown = panel.copy()
        shown[edge] = TRUTH_COLOUR
        picture.paste(Image.fromarray(shown), (n * PANEL_PX, CAPTION_PX))
        draw.text((n * PANEL_PX + 6, PANEL_PX + CAPTION_PX + 5), name, "black", font_size=14)
    scale = coloured(np.tile(np.linspace(0, 1, 200), (200, 1)), 200)[:10]
    top = PANEL_PX + 2 * CAPTION_PX + 6
    draw.text((6, top), "least heat", "black", font_size=12)
    picture.paste(Image.fromarray(scale), (80, top + 2))
    words = "most heat" + (" · outline: true damage of the phantom" if truth is not None else "")
    draw.text((288, top), words + " · research and teaching only", "black", font_size=12)
    return picture
