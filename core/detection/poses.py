"""The pose of a limb from the joints that were found: its turn, its side, and its scale, also of a few close joints."""

from collections.abc import Mapping

import numpy as np

from core.anatomy.parts import Point
from core.anatomy.pose import Pose, fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.detection.found import FoundLimb

# A scale from joints that lie close together is uncertain, one from the look of the bones less so: they are averaged by
# these spreads of the logarithm. `JOINT_SPREAD` is that of joints whose root mean square distance from their middle is
# `AT_MM`.
GLANCE_SPREAD, JOINT_SPREAD, AT_MM = 0.06, 0.20, 15.0
SIDE_TOLD = 0.8  # the joints tell the side when they fit it so much better than the other


def better_pose(found: FoundLimb) -> Pose:
    """The pose that fits the joints that were seen.

    Of few or close joints the scale comes from the look of the bones as well. The pose of the look itself where fewer
    than two joints were seen.
    """
    seen = {name: (point, height) for name, (point, height) in found.joints.items() if height > 0.3}
    template = TEMPLATE_MM[found.limb]
    names = [name for name in seen if name in template]
    if len(names) < 2:
        return found.pose
    points, heights = {n: seen[n][0] for n in names}, {n: seen[n][1] for n in names}
    looked = found.pose.mm_per_px * float(
        np.exp(-found.log_size)
    )  # larger in the view than it should be: fewer mm a pixel
    places = np.array([template[n] for n in names])
    spread = float(np.sqrt(((places - places.mean(0)) ** 2).sum(1).mean()))
    mirrored = _mirrored(found.pose, points, heights)
    scale = looked
    if len(names) >= 3 and spread > 1:
        fitted = fit_pose(found.limb, points, weights=heights, mirrored=mirrored).mm_per_px
        trust = (JOINT_SPREAD * (AT_MM / spread) ** 2) ** -2, GLANCE_SPREAD**-2
        scale = float(np.exp((trust[0] * np.log(fitted) + trust[1] * np.log(looked)) / sum(trust)))
    return fit_pose(found.limb, points, weights=heights, mirrored=mirrored, mm_per_px=scale)


def _mirrored(pose: Pose, points: Mapping[str, Point], heights: Mapping[str, float]) -> bool:
    """Whether the joints lie as those of a left limb.

    As the look took it where they are few, in a row, or fit both alike.
    """
    if len(points) < 6:
        return pose.mirrored
    as_right, as_left = (fit_pose(pose.limb, points, weights=heights, mirrored=m).residual_mm for m in (False, True))
    if min(as_right, as_left) > SIDE_TOLD * max(as_right, as_left):
        return pose.mirrored
    return as_left < as_right
