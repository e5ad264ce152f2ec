"""What an exposure is told: the rectangle that is exposed, what is eroded or thinned, how bones and film look."""

from dataclasses import dataclass

import numpy as np

from core.phantom.skeleton import Points


@dataclass(frozen=True)
class Window:
    """The rectangle of the film plane that is exposed: corner in mm, pixel size, width and height in pixels."""

    x_mm: float
    y_mm: float
    mm_per_px: float
    width_px: int
    height_px: int

    def pixel(self, points: Points) -> Points:
        """Pixel coordinates [..., 2] of points [..., 2 or 3] in mm; pixel centres are whole numbers."""
        return (np.asarray(points, float)[..., :2] - (self.x_mm, self.y_mm)) / self.mm_per_px


@dataclass(frozen=True)
class Lesion:
    """An ellipsoid taken out of a bone.

    Centre [3] mm, radius in the film plane, stretch in depth, share that is lost.
    """

    bone: str
    centre: tuple[float, float, float]
    radius_mm: float
    depth_stretch: float
    share: float = 1.0
    rim: float = 0.2


@dataclass(frozen=True)
class Thinning:
    """Osteopenia round a joint: centre [2] mm, spread, share of trabeculae lost in the middle."""

    centre: tuple[float, float]
    spread_mm: float
    share: float


@dataclass(frozen=True)
class Look:
    """How the bones and the film look; every film draws its own."""

    cortex: float = 1.0
    texture: float = 0.4
    texture_mm: float = 1.0  # scale of the trabecular pattern
    blur_mm: float = 0.15
    noise: float = 0.012
    scatter: float = 0.06
    detail: float = 1.18
    contrast: float = 0.35
    gamma: float = 1.0
    floor: float = 0.0  # grey of the bare film
