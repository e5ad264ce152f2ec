"""From grades to damage: how much space is left, where bone is lost, how large each erosion is.

A grade says little about millimetres (mean joint-space Z-scores of the grades overlap), so every draw overlaps its
neighbours a little. Erosion grades follow the method: 1 discrete, 2 larger, 3 past the midline of the bone, 4 and 5 by
adding up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.phantom.acquisition import Lesion
from core.phantom.skeleton import Bone, Points
from core.svh import Site


@dataclass(frozen=True)
class Narrowing:
    """What a JSN grade does to a joint: share of the space left, tilt, and whether the joint slips or fuses."""

    left: float
    tilt_deg: float = 0.0
    slip: float = 0.0  # 0 none, up to 1 subluxed, more is luxated
    fused: bool = False


def narrowing(rng: np.random.Generator, grade: int, *, may_slip: bool = True) -> Narrowing:
    """Draw one grade of damage.

    0 normal, 1 focal or doubtful, 2 less than half lost, 3 more than half lost or subluxed, 4 fused or luxated.
    """
    sign = rng.choice((-1.0, 1.0))
    if grade <= 0:
        return Narrowing(float(np.clip(rng.normal(1.0, 0.08), 0.82, 1.25)), rng.normal(0, 0.5))
    if grade == 1:
        return Narrowing(float(rng.normal(0.80, 0.04)), sign * rng.uniform(2.0, 4.0))
    if grade == 2:
        return Narrowing(float(np.clip(rng.normal(0.60, 0.05), 0.5, 0.72)), sign * rng.uniform(0, 1.5))
    if grade == 3:
        left = float(np.clip(rng.normal(0.28, 0.09), 0.08, 0.46))
        return Narrowing(
            left, sign * rng.uniform(0, 3), slip=rng.uniform(0.4, 0.8) if may_slip and rng.random() < 0.25 else 0.0
        )
    if may_slip and rng.random() < 0.3:
        return Narrowing(0.15, sign * rng.uniform(0, 4), slip=rng.uniform(1.2, 1.8))
    return Narrowing(float(rng.uniform(-0.12, 0.06)), fused=True)


POCKET_SHARE = 0.15

_SUMS: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((1,),),
    2: ((2,), (1, 1), (2,)),
    3: ((3,), (3,), (2, 1)),
    4: ((3, 1), (2, 2), (3, 1)),
    5: ((3, 2), (3, 2, 1), (3, 3)),
}


def erosion_parts(rng: np.random.Generator, grade: int) -> tuple[int, ...]:
    """The single erosions, each of 1 to 3, that add up to a grade from 0 to 5."""
    choices = _SUMS.get(grade, ((),))
    return choices[int(rng.integers(len(choices)))]


def eroded(
    sites: Iterable[Site], grades: Mapping[Site, int], make: Callable[[Site, int], list[Lesion]]
) -> tuple[list[Lesion], list[str]]:
    """The erosions that `make` gives for the sites with points, and the site (suffix) that each belongs to."""
    lesions: list[Lesion] = []
    owners: list[str] = []
    for site in sites:
        grade = grades.get(site, 0)
        new = make(site, grade) if grade else []
        lesions += new
        owners += [site.suffix] * len(new)
    return lesions, owners


def radius_mm(rng: np.random.Generator, part: int, bone_width_mm: float) -> float:
    """Radius of a single erosion of 1, 2 or 3 points in a bone of that width."""
    low, high = {1: (0.085, 0.115), 2: (0.135, 0.175), 3: (0.22, 0.29)}[part]
    return float(np.clip(rng.uniform(low, high) * bone_width_mm, (0.8, 1.25, 1.9)[part - 1], (1.6, 2.3, 4.2)[part - 1]))


def margin_erosion(
    rng: np.random.Generator, bone: Bone, part: int, *, distal: bool, side: float, depth_mm: tuple[float, float]
) -> Lesion:
    """An erosion at the bare area of one end of a bone.

    `side` is -1 or 1 across the film; `depth_mm` the range of distances from the end of the bone.
    """
    flat = bone.axis[:2] / np.linalg.norm(bone.axis[:2])
    across = np.array([-flat[1], flat[0]])
    t = bone.vertices[:, :2] @ flat
    t = t.max() - t if distal else t - t.min()
    u = bone.vertices[:, :2] @ across
    head = t < 9
    width = float(np.ptp(u[head]))
    radius = radius_mm(rng, part, width)
    at = rng.uniform(*depth_mm) + 0.25 * radius
    band = np.abs(t - at) < 1.5
    band = band if band.sum() >= 4 else head
    rim = bone.vertices[band][np.argmax(side * u[band])]
    inwards = -side * np.append(across, 0.0)
    centre = rim + inwards * radius * rng.uniform(0.15, 0.45)
    if part < 3 and rng.random() < POCKET_SHARE:  # a pocket inside the head
        centre = rim + inwards * (radius + rng.uniform(0.3, 1.2))
    return _lesion(rng, bone, centre, radius)


def border_erosion(
    rng: np.random.Generator, bone: Bone, part: int, direction: Sequence[float] | Points, width_mm: float
) -> Lesion:
    """An erosion of the border of a short bone (a carpal, the end of radius or ulna).

    It lies on the side of `direction` (film plane).
    """
    unit = np.asarray(direction, float) / np.linalg.norm(direction)
    end = bone.vertices if bone.name not in ("radius", "ulna") else bone.vertices[bone.along > bone.length_mm - 16]
    rim = end[np.argmax(end[:, :2] @ unit)]
    radius = radius_mm(rng, part, width_mm)
    depth = radius * rng.uniform(0.2, 0.6)
    if part < 3 and rng.random() < POCKET_SHARE:  # a pocket in the bone, at the insertion of a ligament
        depth = radius + rng.uniform(0.2, 1.5)
    return _lesion(rng, bone, rim - np.append(unit, 0.0) * depth, radius)


def _lesion(rng: np.random.Generator, bone: Bone, centre: Points, radius: float) -> Lesion:
    return Lesion(
        bone.name,
        (float(centre[0]), float(centre[1]), float(centre[2] + rng.normal(0, 0.4))),
        radius,
        float(rng.uniform(2.2, 3.0)),
        share=float(rng.uniform(0.45, 1.0)),  # many are no clean bite: the bone is thinned and blurred
        rim=float(rng.uniform(0.0, 0.3)),
    )
