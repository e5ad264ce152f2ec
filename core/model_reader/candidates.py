"""Limbs that the coarse pass names twice are one: by where they lie, and by where their joints lie."""

from collections.abc import Sequence

import numpy as np

from core.anatomy.parts import JOINTS
from core.detection.found import FoundLimb
from core.detection.limb_votes import SeenLimb
from core.model_reader.quality_check import Verdict

SAME_LIMB_MM = 45.0  # two limbs of a kind whose middles lie nearer are one


def apart(seen: Sequence[SeenLimb]) -> list[SeenLimb]:
    """The limbs without those that lie on a stronger one of the same kind: the same limb seen twice."""
    kept: list[SeenLimb] = []
    for limb in seen:
        middle = limb.pose.to_film(np.zeros((1, 2)))[0]
        twice = any(
            other.limb is limb.limb and np.linalg.norm(other.pose.to_mm(middle[None])[0]) < SAME_LIMB_MM
            for other in kept
        )
        if not twice:
            kept.append(limb)
    return kept


def once(passed: Sequence[tuple[FoundLimb, Verdict]]) -> list[tuple[FoundLimb, Verdict]]:
    """The limbs without those whose joints lie where a clearer limb of the same kind has its own."""
    kept: list[tuple[FoundLimb, Verdict]] = []
    for found, verdict in sorted(passed, key=lambda one: -one[0].clarity):
        twice = False
        for other, _ in kept:
            both = [
                n
                for n in JOINTS[found.limb]
                if found.limb is other.limb and not {n} & (found.off_film | other.off_film)
            ]
            if both:
                apart = [np.hypot(*np.subtract(found.joints[n][0], other.joints[n][0])) for n in both]
                twice |= float(np.median(apart)) * other.pose.mm_per_px < SAME_LIMB_MM / 2
        if not twice:
            kept.append((found, verdict))
    return kept
