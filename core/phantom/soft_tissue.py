"""Skin, muscle and fat round the bones: rounded segments whose thickness adds up smoothly where they meet."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.phantom.exposure import Window

COARSE = 4


@dataclass(frozen=True)
class Segment:
    """A rounded segment from `a` to `b` (mm, film plane) with radii across, and its thickness as a share of width."""

    a: tuple[float, float]
    b: tuple[float, float]
    radius_a_mm: float
    radius_b_mm: float
    flatness: float = 0.9


def thickness(segments: Sequence[Segment], window: Window, *, power: float = 4.0) -> NDArray[np.float32]:
    """Thickness of the soft tissue, mm, [H, W]: the p-norm of the segments' chords, at a quarter of the resolution."""
    height, width = -(-window.height_px // COARSE) + 1, -(-window.width_px // COARSE) + 1
    step = window.mm_per_px * COARSE
    x = (window.x_mm + np.arange(width) * step).astype(np.float32)[None, :]
    y = (window.y_mm + np.arange(height) * step).astype(np.float32)[:, None]
    total = np.zeros((height, width), np.float32)
    for segment in segments:
        (ax, ay), (bx, by) = segment.a, segment.b
        dx, dy = bx - ax, by - ay
        share = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
        radius = segment.radius_a_mm + share * (segment.radius_b_mm - segment.radius_a_mm)
        inside = np.maximum(radius**2 - (x - ax - share * dx) ** 2 - (y - ay - share * dy) ** 2, 0)
        total += (2 * segment.flatness * np.sqrt(inside)) ** power
    coarse = cv2.GaussianBlur(total ** (1 / power), (0, 0), 0.7)
    big = cv2.resize(coarse, (width * COARSE, height * COARSE), interpolation=cv2.INTER_LINEAR)
    shifted = cv2.warpAffine(  # cv2.resize puts the first coarse pixel's centre half a coarse pixel in
        big,
        np.array([[1.0, 0, -(COARSE - 1) / 2], [0, 1.0, -(COARSE - 1) / 2]]),
        (width * COARSE, height * COARSE),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return shifted[: window.height_px, : window.width_px]
