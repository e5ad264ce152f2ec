"""One object that takes a view out of a film and carries coordinates both ways."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.similarity import is_mirrored, mapped, mapped_back, scale_of, up_deg

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A view of a film: turned, scaled, perhaps mirrored, cut to `width_px` x `height_px`.

    `matrix` is [2, 3] and maps film pixels (x, y) to view pixels; it is a similarity (mirror allowed), up to the
    rounding of a view's sides to whole pixels.
    """

    matrix: NDArray[np.float64]
    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if self.matrix.shape != (2, 3) or not np.isfinite(self.matrix).all():
            raise ValueError("a frame needs a finite [2, 3] matrix")
        if self.scale <= 0 or self.width_px < 1 or self.height_px < 1:
            raise ValueError("a frame needs a scale and a size above zero")

    @classmethod
    def around(
        cls,
        centre: tuple[float, float],
        *,
        scale: float,
        turn_deg: float = 0.0,
        mirror: bool = False,
        width_px: int,
        height_px: int,
    ) -> "Frame":
        """View with `centre` (film pixels) in its middle.

        `scale` is view pixels per film pixel. `turn_deg` is the direction (clockwise from up, on the film) that points
        up in the view. `mirror` swaps left and right in the view.
        """
        angle = np.deg2rad(turn_deg)
        cos, sin = np.cos(angle), np.sin(angle)
        rotation = np.array([[cos, sin], [-sin, cos]])  # turns (sin a, -cos a) into (0, -1)
        if mirror:
            rotation = np.diag([-1.0, 1.0]) @ rotation
        linear = scale * rotation
        shift = np.array([(width_px - 1) / 2, (height_px - 1) / 2]) - linear @ np.asarray(centre, float)
        return cls(np.hstack([linear, shift[:, None]]), width_px, height_px)

    def zoomed(self, scale: float) -> "Frame":
        """The view with what it shows `scale` times larger round its middle."""
        middle = np.array([(self.width_px - 1) / 2, (self.height_px - 1) / 2])
        matrix = self.matrix * scale
        matrix[:, 2] += (1 - scale) * middle
        return Frame(matrix, self.width_px, self.height_px)

    @property
    def scale(self) -> float:
        """View pixels per film pixel."""
        return scale_of(self.matrix)

    @property
    def mirrored(self) -> bool:
        """Whether left and right are swapped."""
        return is_mirrored(self.matrix)

    @property
    def turn_deg(self) -> float:
        """Direction on the film, clockwise from up in (-180, 180], that points up in the view."""
        return up_deg(self.matrix)

    def to_view(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Film pixels [N, 2] to view pixels [N, 2]."""
        return mapped(self.matrix, points)

    def to_film(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """View pixels [N, 2] to film pixels [N, 2]."""
        return mapped_back(self.matrix, points)

    def then(self, later: "Frame") -> "Frame":
        """From film pixels straight to the view that `later` takes out of this view."""
        linear = later.matrix[:, :2]
        shift = linear @ self.matrix[:, 2] + later.matrix[:, 2]
        return Frame(np.hstack([linear @ self.matrix[:, :2], shift[:, None]]), later.width_px, later.height_px)

    def take(self, pixels: Floats) -> Floats:
        """The view [height_px, width_px] out of a film [H, W]; outside the film its edge is repeated."""
        matrix, source = self.matrix.copy(), pixels
        shrink = 1.0 / self.scale
        if shrink > 1.5:  # warpAffine does not average: shrink by area first
            height, width = pixels.shape
            size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
            source = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            fx, fy = width / size[0], height / size[1]
            matrix[:, 2] += matrix[:, :2] @ np.array([(fx - 1) / 2, (fy - 1) / 2])
            matrix[:, :2] = matrix[:, :2] * np.array([fx, fy])
        view: Floats = cv2.warpAffine(
            source, matrix, (self.width_px, self.height_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return view
