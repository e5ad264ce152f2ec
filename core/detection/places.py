"""Where the joints of a limb should lie, which peaks are none of them, which joints the film does not show."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.anatomy.pose import Pose
from core.anatomy.template import TEMPLATE_MM

CUT_MM = 2.0  # a joint whose centre lies nearer to the border of the film is cut by it: half of it cannot be seen
NOTHING = 0.1  # a lower peak is no sign of a joint
# A peak lower than `seen` times this that lies so far from where the other joints say it should be is no joint.
FAINT, FAR_MM = 1.2, 20.0


def expected_places(
    pose: Pose, joints: Mapping[str, tuple[Point, float]], seen: float
) -> dict[str, NDArray[np.float64]]:
    """Where each joint should lie on the film [2].

    That is its place on the template, moved as the nearest other joints are whose peaks are higher than `seen`.
    """
    template = TEMPLATE_MM[pose.limb]
    names = [n for n in joints if n in template]
    places = dict(zip(names, pose.to_film(np.array([template[n] for n in names])), strict=True))
    clear = [n for n in names if joints[n][1] > seen]
    moved = {}
    for name in names:
        others = [n for n in clear if n != name]
        move = np.zeros(2)
        if others:
            distance = np.array([np.hypot(*np.subtract(template[name], template[n])) for n in others])
            weight = 1 / (distance**2 + 25)
            moves = np.array([np.subtract(joints[n][0], places[n]) for n in others])
            move = (weight[:, None] * moves).sum(0) / weight.sum()
        moved[name] = places[name] + move
    return moved


def without_strays(
    pose: Pose, joints: Mapping[str, tuple[Point, float]], seen: float
) -> dict[str, tuple[Point, float]]:
    """The joints; a faint peak far from where its joint should be counts as no peak (height 0)."""
    kept = dict(joints)
    for name, place in expected_places(pose, joints, seen).items():
        point, height = joints[name]
        if height < FAINT * seen and float(np.hypot(*np.subtract(point, place))) * pose.mm_per_px > FAR_MM:
            kept[name] = (point, 0.0)
    return kept


def off_film(
    pose: Pose, joints: Mapping[str, tuple[Point, float]], film_px: tuple[int, int], seen: float
) -> frozenset[str]:
    """The joints that the film does not show: its border cuts them, or their place lies beyond it."""

    def inside_mm(point: NDArray[np.float64] | Point) -> float:
        x, y = point
        return float(min(x, y, film_px[1] - 1 - x, film_px[0] - 1 - y)) * pose.mm_per_px

    off = set()
    for name, place in expected_places(pose, joints, seen).items():
        point, height = joints[name]
        cut = height > NOTHING and inside_mm(point) < CUT_MM
        if cut or (height <= seen and inside_mm(place) < 0):
            off.add(name)
    return frozenset(off)
