"""Poses for tests, by what they mean."""

from core.anatomy.frame import Frame
from core.anatomy.pose import Pose
from core.svh import Limb


def pose_at(limb: Limb, *, mm_per_px: float, up_deg: float = 0.0, mirrored: bool = False) -> Pose:
    """A limb of that size whose fingers or toes point `up_deg` clockwise from up; mirrored is a left one."""
    placed = Frame.around((0.0, 0.0), scale=mm_per_px, turn_deg=up_deg, mirror=mirrored, width_px=1, height_px=1)
    return Pose(limb, placed.matrix, 0.0)
