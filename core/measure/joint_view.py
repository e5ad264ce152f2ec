"""The joints whose space is measured, and a joint's own view of the film: rows along the bones, columns across them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.anatomy.pose import Pose
from core.svh import Limb

Floats = NDArray[np.float64]
# The IP of the thumb is left out: the thumb lies oblique on a film of the hand, and its lines were wrong by over a
# millimetre on phantoms.
MEASURED: dict[Limb, tuple[str, ...]] = {
    Limb.HAND: (*(f"PIP{k}" for k in range(2, 6)), *(f"MCP{k}" for k in range(1, 6))),
    Limb.FOOT: ("IP1", *(f"MTP{k}" for k in range(1, 6))),
}
# Half width of the bones at a joint, in mm of the average limb, and the points that give its axis, proximal first.
HALF_MM: dict[Limb, dict[str, float]] = {
    Limb.HAND: {"PIP": 6.5, "PIP5": 5.5, "MCP": 8.0, "MCP1": 8.0, "MCP5": 7.0},
    Limb.FOOT: {"IP1": 8.5, "MTP": 6.0, "MTP1": 10.0},
}
AXES: dict[Limb, dict[str, tuple[str, str]]] = {
    Limb.HAND: {
        "MCP1": ("MCP1", "IP1"),
        **{f"{name}{k}": (f"MCP{k}", f"PIP{k}") for name in ("MCP", "PIP") for k in range(2, 6)},
    },
    Limb.FOOT: {
        "IP1": ("MTP1", "IP1"), "MTP1": ("MTP1", "IP1"), **{f"MTP{k}": (f"MTP{k}", f"PIP{k}") for k in range(2, 6)},
    },
}  # fmt: skip
STEP_MM = 0.1  # of the average limb: rows and columns of a view
REACH_MM = 6.0  # rows reach so far to both sides of the joint's centre
WIDEST = 1.5  # columns reach so many half widths of the bones


@dataclass(frozen=True)
class JointView:
    """A joint's own axes on the film: centre [2] in film pixels, unit vectors to distal and to the thumb or great toe.

    `step_px` film pixels are one row or column; `half` is the half width of the bones in columns that an average limb
    has.
    """

    joint: str
    centre: Floats
    along: Floats
    across: Floats
    step_px: float
    half: float

    def turned(self, slope: float) -> "JointView":
        """The view whose columns run at right angles to a line that rises by `slope` rows a column in this one."""
        angle = np.arctan(slope)
        across = np.cos(angle) * self.across + np.sin(angle) * self.along
        along = np.cos(angle) * self.along - np.sin(angle) * self.across
        return JointView(self.joint, self.centre, along, across, self.step_px, self.half)

    def on_film(self, u: Floats, t: Floats) -> Floats:
        """Film pixels [N, 2] of places in the view: columns `u` [N] from the middle, rows `t` [N] distal of it."""
        return np.asarray(self.centre + self.step_px * (t[:, None] * self.along + u[:, None] * self.across))

    def take(self, pixels: NDArray[np.float32]) -> Floats:
        """The view [rows, columns] of a film [H, W], distal last; NaN outside of the film."""
        rows, columns = round(REACH_MM / STEP_MM), round(WIDEST * self.half)
        t, u = np.arange(-rows, rows + 1), np.arange(-columns, columns + 1)
        x, y = (
            (c + self.step_px * (t[:, None] * along + u[None, :] * across)).astype(np.float32)
            for c, along, across in zip(self.centre, self.along, self.across, strict=True)
        )
        patch = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float64)
        ends = (slice(None, None, x.shape[0] - 1), slice(None, None, x.shape[1] - 1))  # the corners: most views are in
        high, wide = pixels.shape
        if min(x[ends].min(), y[ends].min()) < 0 or x[ends].max() > wide - 1 or y[ends].max() > high - 1:
            patch[(x < 0) | (y < 0) | (x > wide - 1) | (y > high - 1)] = np.nan
        return np.asarray(patch)


def joint_view(joint: str, points: Mapping[str, Point], pose: Pose) -> JointView:
    """The view of a joint of `points` (film pixels) on a limb that lies in that pose."""
    half = HALF_MM[pose.limb].get(joint) or HALF_MM[pose.limb][joint.rstrip("12345")]
    linear = np.linalg.inv(pose.matrix[:, :2])
    up, thumb = linear @ (0.0, -1.0), linear @ (-1.0, 0.0)
    ends = AXES[pose.limb][joint]
    along = np.subtract(points[ends[1]], points[ends[0]]) if all(e in points for e in ends) else up
    along = along / np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    across = across if across @ thumb > 0 else -across
    return JointView(joint, np.array(points[joint], float), along, across, STEP_MM / pose.mm_per_px, half / STEP_MM)


@cache
def _kernel(spread: float, rise: bool) -> Floats:
    """A bell, or its slope, out to four spreads; a spread of 0 leaves everything as it is."""
    if not spread:
        return np.ones(1)
    x = np.arange(-int(4 * spread + 0.5), int(4 * spread + 0.5) + 1)
    bell = np.exp(-0.5 * (x / spread) ** 2)
    bell = bell / bell.sum()
    return np.asarray(bell * x / spread**2 if rise else bell)


def blurred(view: Floats, *, rows: float = 0.0, columns: float = 0.0, rise: bool = False) -> Floats:
    """The view [H, W] smoothed by spreads along rows and columns; with `rise` its slope towards later rows."""
    across, along = _kernel(columns, False), _kernel(rows, rise)
    return np.asarray(cv2.sepFilter2D(view, cv2.CV_64F, across, along, borderType=cv2.BORDER_REFLECT))
