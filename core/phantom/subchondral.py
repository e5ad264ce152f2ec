"""The joint space that a film shows: between the outline of the head and the floor of the base.

The head of the proximal bone shows its outline. The base of the distal one is a dish: its rims stand out a little and
are thin, the dense line is its floor. A reader, and `core.measure`, takes the floor; `Assembly.gap`, by which damage is
dosed, cuts the bones at half depth and takes the rim of what it cuts.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from core.phantom.assembly import Assembly
from core.phantom.exposure import depths
from core.phantom.skeleton import Points

STEP_MM = 0.1
SPREAD_MM = 0.12  # of the beam: floors nearer to each other than this are one line
REACH_MM = 6.0  # of the end of a bone; what lies further is no part of the joint


CENTRAL = 0.6  # share of the width that both bones share over which the space is measured


def shown_gap(limb: Assembly, name: str) -> float | None:
    """Mean width in mm of a joint space as the film shows it, along its normal; None where no beam meets the floor."""
    joint = limb.joints[name]
    along = limb.direction(joint)
    across = np.array([-along[1], along[0]])
    turn = np.array([[*across, 0.0], [0.0, 0.0, 1.0], [*along, 0.0]])  # to across, depth, along
    heads = [limb.bones[n].vertices @ turn.T for n in joint.proximal]
    bases = [limb.bones[n].vertices @ turn.T for n in joint.distal]
    head_end, base_end = max(v[:, 2].max() for v in heads), min(v[:, 2].min() for v in bases)
    near = np.vstack([v[v[:, 2] > head_end - REACH_MM] for v in heads])
    far = np.vstack([v[v[:, 2] < base_end + REACH_MM] for v in bases])
    low, high = (f(np.vstack([near, far])[:, :2], axis=0) for f in (np.min, np.max))
    size = tuple(np.ceil((high - low) / STEP_MM).astype(int) + 1)
    top = np.full(size[::-1], -np.inf)
    for bone, v in zip(joint.proximal, heads, strict=True):
        top = np.maximum(top, depths(v, limb.bones[bone].faces, low, STEP_MM, size)[1])
    floor = np.full(size[::-1], np.inf)
    for bone, v in zip(joint.distal, bases, strict=True):
        floor = np.minimum(floor, depths(v, limb.bones[bone].faces, low, STEP_MM, size)[0])
    left, right = max(near[:, 0].min(), far[:, 0].min()), min(near[:, 0].max(), far[:, 0].max())
    u = low[0] + STEP_MM * np.arange(size[0])
    shared = np.flatnonzero((u >= left) & (u <= right))
    near_t, far_t = top[:, shared].max(0), _floors(floor[:, shared], base_end)
    inside = np.abs(np.linspace(-1, 1, shared.size)) <= CENTRAL
    inside &= np.isfinite(far_t)
    if inside.sum() < 5:
        return None
    slope = np.polyfit(u[shared][inside], (near_t + far_t)[inside] / 2, 1)[0]
    return float((far_t - near_t)[inside].mean() * np.cos(np.arctan(slope)))


def _floors(heights: Points, end: float) -> Points:
    """Heights [columns] at which the beam meets most of the floor, from its heights [depth, columns].

    A film of the base brightens with the share of the depth whose floor lies below; it brightens fastest at their mode.
    """
    steps = np.arange(-STEP_MM, REACH_MM, STEP_MM / 2)
    place = (heights - end - steps[0]) / (STEP_MM / 2)
    density = np.zeros((steps.size, heights.shape[1]))
    for row in place:
        there = np.flatnonzero((row >= 0) & (row < steps.size - 1))
        low = row[there].astype(int)
        density[low, there] += 1 - (row[there] - low)
        density[low + 1, there] += row[there] - low
    density = gaussian_filter(density, (SPREAD_MM / STEP_MM * 2, 4.0), mode="constant")
    best = density.argmax(0)
    return np.where(density.max(0) > 0, end + steps[best], np.nan)
