"""How a limb lies on a film: the turn, scale and mirror that lay its points on the average limb.

A film that has to be mirrored to fit shows a left limb.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.parts import Point
from core.anatomy.similarity import is_mirrored, mapped, mapped_back, scale_of, up_deg
from core.anatomy.template import TEMPLATE_MM
from core.svh import Limb, Side


@dataclass(frozen=True)
class Pose:
    """How a limb lies on a film.

    `matrix` [2, 3] maps film pixels to template mm (a similarity); `residual_mm` is the root mean square distance of
    the points from the template after the fit.
    """

    limb: Limb
    matrix: NDArray[np.float64]
    residual_mm: float

    @property
    def side(self) -> Side:
        """The side that the anatomy shows, if the film is a PA hand or DP foot and not mirrored."""
        return Side.L if self.mirrored else Side.R

    @property
    def mirrored(self) -> bool:
        """Whether the film shows the mirror image of a right limb."""
        return is_mirrored(self.matrix)

    @property
    def mm_per_px(self) -> float:
        """Template mm per film pixel: a length relative to the size of this hand, not a measurement."""
        return scale_of(self.matrix)

    @property
    def up_deg(self) -> float:
        """Direction on the film, clockwise from up, that is distal."""
        return up_deg(self.matrix)

    def to_mm(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Film pixels [N, 2] to template mm [N, 2]."""
        return mapped(self.matrix, points)

    def to_film(self, points_mm: NDArray[np.floating]) -> NDArray[np.float64]:
        """Template mm [N, 2] to film pixels [N, 2]."""
        return mapped_back(self.matrix, points_mm)

    def turned(self, turn: NDArray[np.float64]) -> "Pose":
        """The pose with the limb turned on the template by a rotation [2, 2]."""
        return Pose(self.limb, turn @ self.matrix, self.residual_mm)

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
    mirrored: bool | None = None,
    mm_per_px: float | None = None,
) -> Pose:
    """The similarity, mirror allowed, that lays film points on the template (or on `onto`) with least squares.

    `mirrored` settles whether it is a mirrored one, `mm_per_px` its scale; where both are given two points are enough.
    Raises: ValueError if fewer than three points of the template are given or they coincide.
    Source: Umeyama 1991, IEEE TPAMI 13:376; the determinant is free unless `mirrored` settles it.
    """
    template = onto or TEMPLATE_MM[limb]
    names = [name for name in points if name in template]
    if len(names) < (3 if mirrored is None or mm_per_px is None else 2):
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
    turn = u @ vt
    if mirrored is not None and (np.linalg.det(turn) < 0) != mirrored:
        s[-1] = -s[-1]
        turn = u @ np.diag([1.0, -1.0]) @ vt
    linear = (mm_per_px or s.sum() / spread) * turn
    shift = target_mean - linear @ film_mean
    matrix = np.hstack([linear, shift[:, None]])
    residual = mapped(matrix, film) - target
    return Pose(limb, matrix, float(np.sqrt((weight * residual**2).sum())))
