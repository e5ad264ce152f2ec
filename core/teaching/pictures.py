"""The pictures of a teaching case.

A joint close up, and the whole film, with the simulated damage outlined on demand.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.svh import Damage
from core.svh.words import DAMAGE_RGB
from core.teaching.cases import TeachingCase

MARK_RGB = (255, 255, 255)
CLOSE_UP_MM, CLOSE_UP_PX = 42.0, 640
FILM_PX = 1100
_OUTLINES = ((2, DAMAGE_RGB[Damage.JSN]), (1, DAMAGE_RGB[Damage.EROSION]))  # value in the damage mask, colour
Picture = NDArray[np.uint8]


def close_up(case: TeachingCase, joint: str, *, outlined: bool) -> Picture:
    """RGB [640, 640, 3] of 42 mm round a joint; four ticks point at it. What lies off the film is black."""
    film = case.film
    scale = CLOSE_UP_PX / CLOSE_UP_MM * (film.spacing_mm or 0.2)
    x, y = film.points[joint]
    middle = (CLOSE_UP_PX - 1) / 2
    matrix = np.array([[scale, 0, middle - scale * x], [0, scale, middle - scale * y]])
    size = (CLOSE_UP_PX, CLOSE_UP_PX)
    grey = cv2.warpAffine(film.pixels, matrix, size, flags=cv2.INTER_CUBIC)
    low, high = np.percentile(grey[grey > 0], (0.5, 99.8)) if (grey > 0).any() else (0.0, 1.0)
    rgb = _rgb((grey - low) / max(float(high - low), 1e-3))
    if outlined and film.damage_mask is not None:
        _outline(rgb, film.damage_mask, matrix)
    for dx, dy in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        near, far = ((int(middle + r * CLOSE_UP_PX * dx), int(middle + r * CLOSE_UP_PX * dy)) for r in (0.44, 0.49))
        cv2.line(rgb, near, far, MARK_RGB, 3, cv2.LINE_AA)
    return rgb


def whole_film(case: TeachingCase, joint: str = "", *, outlined: bool) -> Picture:
    """RGB of the film, at most 1100 px high; a square shows where the close-up of `joint` lies."""
    film = case.film
    scale = FILM_PX / max(film.pixels.shape)
    size = (round(film.pixels.shape[1] * scale), round(film.pixels.shape[0] * scale))
    rgb = _rgb(cv2.resize(film.pixels, size, interpolation=cv2.INTER_AREA))
    if outlined and film.damage_mask is not None:
        _outline(rgb, film.damage_mask, np.array([[scale, 0, 0], [0, scale, 0]]))
    if joint:
        half = CLOSE_UP_MM / (film.spacing_mm or 0.2) / 2
        x, y = film.points[joint]
        a, b = ((int((x + s * half) * scale), int((y + s * half) * scale)) for s in (-1, 1))
        cv2.rectangle(rgb, a, b, MARK_RGB, 3)
    return rgb


def as_png(picture: Picture) -> bytes:
    """The picture [H, W, 3] as a PNG file: made once, it can be sent to a whole class."""
    done, data = cv2.imencode(".png", picture[..., ::-1])
    assert done  # a PNG can be made of any picture of bytes
    return data.tobytes()


def _rgb(grey: NDArray[Any]) -> Picture:
    flat = np.round(np.clip(grey, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(flat[..., None], 3, axis=2))


def _outline(rgb: Picture, mask: NDArray[np.uint8], matrix: NDArray[np.float64]) -> None:
    size = (rgb.shape[1], rgb.shape[0])
    for value, colour in _OUTLINES:
        inside = cv2.warpAffine((mask == value).astype(np.float32), matrix, size, flags=cv2.INTER_LINEAR)
        lines, _ = cv2.findContours((inside > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(rgb, lines, -1, colour, 2, cv2.LINE_AA)
