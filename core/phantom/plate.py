"""The plate that a limb lies on.

Turned, small or large, with a neighbour, a collimated field, letters and a white border.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.cohort.labelled_film import LabelledFilm


@dataclass(frozen=True)
class Plate:
    """Pixels [H, W] float32 in [0, 1] and the films on it, their points in pixels of the plate."""

    pixels: NDArray[np.float32]
    films: tuple[LabelledFilm, ...]


def place(rng: np.random.Generator, films: Sequence[LabelledFilm], *, longest_px: int = 512) -> Plate:
    """Lay one film, or two beside each other, on a plate of `longest_px`.

    The limbs fill between a quarter and the whole of the plate, fingers or toes at any turn (mostly up or down).
    """
    aspect = float(rng.choice([1.0, 0.8, 1.25, 0.7]))
    width, height = (longest_px, int(longest_px / aspect)) if aspect >= 1 else (int(longest_px * aspect), longest_px)
    base = float(np.mean([np.percentile(film.pixels, 2) for film in films])) * rng.uniform(0.3, 1.2)
    pixels = np.full((height, width), base, np.float32)
    turn = float(rng.choice([0, 180, 90, 270], p=[0.4, 0.4, 0.1, 0.1]) + rng.normal(0, 9))
    placed: list[LabelledFilm] = []
    share = float(np.exp(rng.uniform(np.log(0.3), np.log(1.15))))
    for n, film in enumerate(films):
        own = turn + float(rng.normal(0, 5))
        h, w = film.pixels.shape
        cell_w = width / len(films)
        sideways = abs(np.sin(np.deg2rad(own))) > 0.7
        fit = min(cell_w / (h if sideways else w), height / (w if sideways else h))
        scale = fit * share * float(rng.uniform(0.9, 1.0))
        room = (max(0.0, cell_w - scale * (h if sideways else w)), max(0.0, height - scale * (w if sideways else h)))
        middle = (cell_w * (n + 0.5) + rng.uniform(-0.5, 0.5) * room[0], height / 2 + rng.uniform(-0.5, 0.5) * room[1])
        around = Frame.around(((w - 1) / 2, (h - 1) / 2), scale=scale, turn_deg=own, width_px=width, height_px=height)
        matrix = around.matrix.copy()
        matrix[:, 2] += np.array(middle) - ((width - 1) / 2, (height - 1) / 2)
        frame = Frame(matrix, width, height)
        inside = _soft_mask(film.pixels.shape, frame)
        pixels = pixels * (1 - inside) + frame.take(film.pixels) * inside
        names = list(film.points)
        moved = frame.to_view(np.array([film.points[name] for name in names]))
        points = {name: (float(x), float(y)) for name, (x, y) in zip(names, moved, strict=True)}
        placed.append(replace(film, pixels=pixels, points=points, damage_mask=None))
    if rng.random() < 0.2:
        pixels = _bordered(rng, pixels)
    return Plate(pixels.astype(np.float32), tuple(replace(film, pixels=pixels) for film in placed))


def _soft_mask(shape: tuple[int, int], frame: Frame) -> NDArray[np.float32]:
    """1 inside the film, falling to 0 towards its border, as a collimated field with a blurred edge has it."""
    inner = np.ones(shape, np.float32)
    edge = max(2, min(shape) // 40)
    inner[:edge] = inner[-edge:] = 0
    inner[:, :edge] = inner[:, -edge:] = 0
    return cv2.warpAffine(
        cv2.GaussianBlur(inner, (0, 0), edge / 2),
        frame.matrix,
        (frame.width_px, frame.height_px),
        flags=cv2.INTER_LINEAR,
    )


def _bordered(rng: np.random.Generator, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """White or black strips where the collimator or the scanner left them."""
    out = pixels.copy()
    height, width = out.shape
    value = float(rng.choice([0.0, 1.0, 0.9]))
    for side in range(4):
        if rng.random() < 0.6:
            wide = int(rng.uniform(0.005, 0.06) * min(height, width)) + 1
            view = (out[:wide], out[-wide:], out[:, :wide], out[:, -wide:])[side]
            view[...] = value
    return out
