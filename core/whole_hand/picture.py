"""Both hands side by side in one square picture, as the paper's films show them: left hand on the left, thumbs inwards."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MARGIN = 0.02  # of the cell, free on each side


def _even(film: Floats) -> Floats:
    """The film's 1st and 99th percentile at 0 and 1, so that two plates of one picture are equally bright."""
    low, high = np.percentile(film[::4, ::4], (1, 99))
    even: Floats = np.clip((film - low) / max(float(high - low), 0.02), 0, 1).astype(np.float32)
    return even


def _cell(film: Floats, width: int, height: int) -> Floats:
    """The whole film in the middle of a cell, its shape kept, the rest 0."""
    scale = min(width / film.shape[1], height / film.shape[0]) * (1 - 2 * MARGIN)
    size = (max(1, round(film.shape[1] * scale)), max(1, round(film.shape[0] * scale)))
    small = cv2.resize(_even(film), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    cell = np.zeros((height, width), np.float32)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    return cell


def both_hands(left: Floats | None, right: Floats | None, side_px: int) -> Floats:
    """[S, S] float32 in [0, 1] out of films [H, W] with fingers up, bone bright.

    A missing hand is replaced by the mirror picture of the other one: a black half would be a picture that no network has seen.
    Raises: ValueError without any hand.
    """
    if left is None and right is None:
        raise ValueError("a picture of the hands needs at least one hand")
    half = side_px // 2
    cells = [
        _cell(film, width, side_px) if film is not None else _cell(other, width, side_px)[:, ::-1]  # type: ignore[arg-type]
        for film, other, width in ((left, right, half), (right, left, side_px - half))
    ]
    return np.hstack(cells)
