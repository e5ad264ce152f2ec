"""A heatmap of a view, and its way back to the film."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Heatmap:
    """Heat [H, W] in [0, 1] over the view that `frame` took out of the film.

    The lowest heat of a map is 0 and its highest 1. `lowest` and `highest` are the values before that stretch. A map
    without any contrast is all 0 and `blank`: it says nothing, and counts as a uniform map where it is measured.
    """

    values: Floats
    frame: Frame
    lowest: float = 0.0
    highest: float = 1.0

    def __post_init__(self) -> None:
        if self.values.shape != (self.frame.height_px, self.frame.width_px):
            raise ValueError("a heatmap has the size of its frame")
        if not (np.isfinite(self.values).all() and self.values.min() >= 0 and self.values.max() <= 1):
            raise ValueError("the heat of a map lies in [0, 1]")

    @property
    def blank(self) -> bool:
        """Whether every pixel has the same heat."""
        return bool(self.values.max() == self.values.min())

    @classmethod
    def stretched(cls, raw: NDArray[np.floating], frame: Frame) -> "Heatmap":
        """A raw map [h, w] of any size, resized to the frame, its lowest value as 0 and its highest as 1."""
        low, high = float(raw.min()), float(raw.max())
        even = np.zeros(raw.shape, np.float32)
        if high - low > 1e-9 * max(1.0, abs(high)):
            even = ((raw - low) / (high - low)).astype(np.float32)
        large = cv2.resize(even, (frame.width_px, frame.height_px), interpolation=cv2.INTER_LINEAR)
        return cls(np.clip(large, 0, 1), frame, low, high)

    def on_film(self, height_px: int, width_px: int) -> Floats:
        """The heat [height_px, width_px] on the film, 0 outside the view."""
        return cv2.warpAffine(
            self.values,
            self.frame.matrix,
            (width_px, height_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
