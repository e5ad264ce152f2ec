"""The average hand and foot, in mm, and the turn, scale and mirror that lay a film's points on it.

The points are the Procrustes mean of the marked adult films of FracAtlas (CC BY 4.0), drawn for a right limb with fingers or
toes up; a film that has to be mirrored to fit shows a left limb.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.radiograph.frame import Frame
from core.radiograph.parts import Point
from core.svh import Limb, Side

TEMPLATE_MM: dict[Limb, dict[str, Point]] = {
    Limb.HAND: {
        "TIP1": (-71.1, -18.3), "TIP2": (-32.9, -80.2), "TIP3": (-5.3, -91.1), "TIP4": (19.0, -79.1), "TIP5": (42.3, -50.2),
        "DIP2": (-33.3, -65.7), "DIP3": (-6.4, -75.2), "DIP4": (18.0, -62.4), "DIP5": (40.0, -35.1),
        "IP1": (-64.3, -1.1), "PIP2": (-32.7, -45.0), "PIP3": (-7.6, -49.2), "PIP4": (15.1, -37.4), "PIP5": (35.4, -18.2),
        "MCP1": (-55.4, 25.9), "MCP2": (-29.5, -7.2), "MCP3": (-7.7, -6.4), "MCP4": (10.4, 1.9), "MCP5": (26.8, 11.7),
        "CMC1": (-30.8, 61.8), "CMC3": (-8.1, 57.8), "CMC4": (1.2, 57.6), "CMC5": (8.4, 59.6), "STT": (-19.7, 68.3),
        "CAPNLUN": (-5.9, 78.9), "RADCAR": (-14.1, 85.9), "MC1BASE": (-36.0, 58.7), "MUL": (-23.7, 64.7),
        "NAV": (-17.3, 76.6), "LUN": (-2.0, 82.1), "RAD": (-11.2, 92.1), "ULN": (11.2, 91.5),
    },
    Limb.FOOT: {
        "TIP1": (-41.2, -48.7), "TIP2": (-13.5, -51.6), "TIP3": (5.4, -43.7), "TIP4": (18.9, -34.6), "TIP5": (31.2, -22.8),
        "IP1": (-40.4, -27.8), "PIP2": (-14.2, -29.3), "PIP3": (3.4, -24.4), "PIP4": (18.1, -18.3), "PIP5": (33.3, -9.9),
        "MTP1": (-34.8, 0.2), "MTP2": (-12.1, -5.5), "MTP3": (2.0, -3.8), "MTP4": (14.8, 0.5), "MTP5": (30.1, 8.6),
        "TMT1": (-20.2, 61.2), "TMT5": (20.2, 71.0),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Pose:
    """How a limb lies on a film.

    `matrix` [2, 3] maps film pixels to template mm (a similarity); `residual_mm` is the root mean square distance of the
    points from the template after the fit.
    """

    limb: Limb
    matrix: NDArray[np.float64]
    residual_mm: float

    @property
    def side(self) -> Side:
        """The side that the anatomy shows, if the film is a PA hand or DP foot and not mirrored."""
        return Side.L if np.linalg.det(self.matrix[:, :2]) < 0 else Side.R

    @property
    def mm_per_px(self) -> float:
        """Template mm per film pixel: a length relative to the size of this hand, not a measurement."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def up_deg(self) -> float:
        """Direction on the film, clockwise from up, that is distal."""
        up = np.linalg.solve(self.matrix[:, :2], np.array([0.0, -1.0]))
        return float(np.rad2deg(np.arctan2(up[0], -up[1])))

    def frame(
        self, *, mm_per_view_px: float, size_px: tuple[int, int], centre_mm: Point, jitter: "Jitter | None" = None
    ) -> Frame:
        """The view [size_px = (width, height)] of the limb upright, as a right one, with `centre_mm` in its middle."""
        linear, shift = self.matrix[:, :2], self.matrix[:, 2] - np.asarray(centre_mm)
        jitter = jitter or Jitter()
        angle = np.deg2rad(jitter.turn_deg)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        if jitter.mirror:
            turn = turn @ np.diag([-1.0, 1.0])
        grow = turn * (jitter.scale / mm_per_view_px)
        middle = np.array([(size_px[0] - 1) / 2, (size_px[1] - 1) / 2])
        offset = grow @ (shift + np.array([jitter.x_mm, jitter.y_mm])) + middle
        return Frame(np.hstack([grow @ linear, offset[:, None]]), size_px[0], size_px[1])


@dataclass(frozen=True)
class Jitter:
    """A small error of a pose, for training."""

    turn_deg: float = 0.0
    scale: float = 1.0
    x_mm: float = 0.0
    y_mm: float = 0.0
    mirror: bool = False


def fit_pose(
    limb: Limb,
    points: Mapping[str, Point],
    *,
    weights: Mapping[str, float] | None = None,
    onto: Mapping[str, Point] | None = None,
) -> Pose:
    """The similarity, mirror allowed, that lays film points on the template (or on `onto`) with least squares.

    Raises: ValueError if fewer than three points of the template are given or they coincide.
    Source: Umeyama 1991, IEEE TPAMI 13:376, without the constraint on the determinant.
    """
    template = onto or TEMPLATE_MM[limb]
    names = [name for name in points if name in template]
    if len(names) < 3:
        raise ValueError("a pose needs at least three points")
    film = np.array([points[name] for name in names], float)
    target = np.array([template[name] for name in names], float)
    weight = np.array([weights[name] if weights else 1.0 for name in names])[:, None]
    weight = weight / weight.sum()
    film_mean, target_mean = (weight * film).sum(0), (weight * target).sum(0)
    a, b = film - film_mean, target - target_mean
    spread = float((weight * a**2).sum())
    if spread <= 0:
        raise ValueError("the points of a pose coincide")
    u, s, vt = np.linalg.svd((weight * b).T @ a)
    linear = (s.sum() / spread) * (u @ vt)
    shift = target_mean - linear @ film_mean
    residual = film @ linear.T + shift - target
    return Pose(limb, np.hstack([linear, shift[:, None]]), float(np.sqrt((weight * residual**2).sum())))
