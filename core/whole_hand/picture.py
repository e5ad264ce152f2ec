"""Both hands side by side in one square picture, as the paper's films show them.

Left hand on the left, thumbs inwards.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame

Floats = NDArray[np.float32]
MARGIN = 0.02  # of the cell, free on each side


def _even(film: Floats) -> Floats:
    """The film's 1st and 99th percentile at 0 and 1, so that two plates of one picture are equally bright."""
    low, high = np.percentile(film[::4, ::4], (1, 99))
    even: Floats = np.clip((film - low) / max(float(high - low), 0.02), 0, 1).astype(np.float32)
    return even


@dataclass(frozen=True)
class HandsPicture:
    """The picture [S, S] float32 in [0, 1], and where each film lies in it; a hand without a film has no frame."""

    pixels: Floats
    left: Frame | None
    right: Frame | None


def _cell_frame(shape: tuple[int, ...], cell: tuple[int, int], x0: int, side_px: int) -> tuple[Frame, tuple[int, int]]:
    """From film pixels to those of the picture, for a film [H, W] whole in the middle of a cell that begins at x0.

    Also its size in the picture, (width, height).
    """
    (height, width), (cell_width, cell_height) = shape[:2], cell
    scale = min(cell_width / width, cell_height / height) * (1 - 2 * MARGIN)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    sx, sy = size[0] / width, size[1] / height
    left, top = x0 + (cell_width - size[0]) // 2, (cell_height - size[1]) // 2
    # Pixel centres: the film's pixel 0 covers sx pixels of the picture, of which the first is number `left`.
    matrix = np.array([[sx, 0, (sx - 1) / 2 + left], [0, sy, (sy - 1) / 2 + top]])
    return Frame(matrix, side_px, side_px), size


def hands_picture(left: Floats | None, right: Floats | None, side_px: int) -> HandsPicture:
    """The picture out of films [H, W] with fingers up, bone bright; around the films it is 0.

    A missing hand is replaced by the mirror picture of the other one: a black half would be a picture that no network
    has seen. Raises: ValueError without any hand.
    """
    if left is None and right is None:
        raise ValueError("a picture of the hands needs at least one hand")
    half = side_px // 2
    pixels = np.zeros((side_px, side_px), np.float32)
    frames: list[Frame | None] = []
    for own, other, x0, width in ((left, right, 0, half), (right, left, half, side_px - half)):
        film = own if own is not None else other
        assert film is not None  # one of the two is there
        frame, size = _cell_frame(film.shape, (width, side_px), x0, side_px)
        small = cv2.resize(_even(film), size, interpolation=cv2.INTER_AREA if frame.scale < 1 else cv2.INTER_LINEAR)
        x, y = (round(v + 0.5) for v in frame.to_view(np.array([[-0.5, -0.5]]))[0])
        pixels[y : y + size[1], x : x + size[0]] = small
        if own is None:
            pixels[:, x0 : x0 + width] = pixels[:, x0 : x0 + width][:, ::-1].copy()
        frames.append(None if own is None else frame)
    return HandsPicture(pixels, frames[0], frames[1])


def both_hands(left: Floats | None, right: Floats | None, side_px: int) -> Floats:
    """The bare pixels of `hands_picture`, [S, S] float32 in [0, 1].

    Raises: ValueError without any hand.
    """
    return hands_picture(left, right, side_px).pixels
