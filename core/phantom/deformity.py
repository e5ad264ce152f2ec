"""Deformities of long disease: drift, dislocation, collapse of the carpus, crossed toes, resorbed bone ends.

They are laid on an assembled limb after its joint spaces are set, and say which joints they leave subluxed (3 points of
narrowing at least) or luxated (4). Hand and foot lie with the thumb and the big toe at +x, y is proximal, z towards the
tube. Source of the patterns: Resnick, Diagnosis of Bone and Joint Disorders (rheumatoid hand and foot); van der Heijde
1999 for points.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from core.phantom.assembly import Assembly
from core.phantom.skeleton import Bone
from core.svh import Site

IN_PLANE = (0.0, 0.0, 1.0)
SUBLUXED, LUXATED = 3, 4


def resorb(rng: np.random.Generator, bone: Bone, strength: float, *, distal: bool = True) -> None:
    """Make one end of a bone thin and short, as a sucked candy stick, in place."""
    t = bone.along
    depth = bone.length_mm - t if distal else t
    reach = rng.uniform(8.0, 14.0)
    share = np.clip(1 - depth / reach, 0, 1)[:, None]
    narrow = 1 - share * strength * rng.uniform(0.35, 0.7)
    middle = bone.vertices.mean(0)
    spine = middle + ((bone.vertices - middle) @ bone.axis)[:, None] * bone.axis
    shorter = share * strength * rng.uniform(0.5, 4.0) * bone.axis * (-1.0 if distal else 1.0)
    bone.vertices = spine + (bone.vertices - spine) * narrow + shorter


def _luxate(rng: np.random.Generator, limb: Assembly, name: str, aside_mm: float, *, dorsal: float) -> None:
    """Push the distal side of a joint over the proximal one."""
    joint = limb.joints[name]
    along = limb.direction(joint)
    move = -along * rng.uniform(3.0, 10.0) + np.array([-1.0, 0.0]) * aside_mm
    limb.shift(joint.moved, np.append(move, dorsal * rng.uniform(3.0, 7.0)))


def _bend(rng: np.random.Generator, limb: Assembly, ray: Sequence[str], n: int, degrees: float) -> None:
    """Flex a ray from its bone `n` on out of the film plane."""
    bone = limb.bones[ray[n]]
    across = np.cross(bone.axis, IN_PLANE)
    limb.turn(ray[n:], across, -degrees, limb.bones[ray[n - 1]].end(distal=True, depth_mm=5))


def deform_hand(
    rng: np.random.Generator, hand: Assembly, rays: Mapping[int, Sequence[str]], carpus: Sequence[Sequence[str]],
    strength: float
) -> dict[str, int]:  # fmt: skip
    """Deform a hand in place; `carpus` is (proximal row, distal row).

    Returns joints with the least points of narrowing. `strength` from 0 (nothing) to 1 (mutilation).
    """
    proximal_row, distal_row = carpus
    every_ray = tuple(bone for ray in rays.values() for bone in ray)
    least: dict[str, int] = {}
    wrist = hand.bones["lunate"].vertices.mean(0)
    hand.turn((*proximal_row, *distal_row, *every_ray), IN_PLANE, strength * rng.normal(0, 14), wrist)
    hand.shift((*proximal_row, *distal_row, *every_ray), np.array([-strength * rng.uniform(0, 7), 0.0, 0.0]))
    if rng.random() < strength:
        fall = strength * rng.uniform(0, 6)
        hand.shift((*distal_row, *every_ray), np.array([0.0, fall, 0.0]))
        hand.shift(proximal_row, np.array([0.0, 0.4 * fall, 0.0]))
    hand.shift(("ulna",), np.array([-strength * rng.uniform(0, 4), strength * rng.normal(0, 4), strength * 3.0]))
    drift = strength * float(rng.choice((rng.uniform(0, 10), rng.uniform(10, 50))))
    for k in range(2, 6):
        name, ray = f"MCP{k}", rays[k]
        angle = -drift * rng.uniform(0.7, 1.3)
        hand.turn(ray[1:], IN_PLANE, angle, np.append(hand.gap(name).centre, 0.0))
        if abs(angle) > 25:
            least[name] = SUBLUXED
        if rng.random() < 0.4 * strength:
            _luxate(rng, hand, name, rng.uniform(0, 5), dorsal=-1.0)
            least[name] = LUXATED
        if rng.random() < 0.5 * strength:  # swan neck or boutonniere: one bends, the next straightens too far
            way = float(rng.choice((-1.0, 1.0)))
            _bend(rng, hand, ray, 2, way * strength * rng.uniform(10, 55))
            _bend(rng, hand, ray, 3, -way * strength * rng.uniform(5, 40))
        if rng.random() < 0.5 * strength:
            resorb(rng, hand.bones[ray[0]], strength)
    if rng.random() < strength:  # Z deformity of the thumb
        way = float(rng.choice((-1.0, 1.0)))
        hand.turn(rays[1][1:], IN_PLANE, way * strength * rng.uniform(5, 40), hand.bones["1mc"].end(distal=True))
        hand.turn(rays[1][2:], IN_PLANE, -way * strength * rng.uniform(5, 50), hand.bones["thumbprox"].end(distal=True))
    return least


def deform_foot(
    rng: np.random.Generator, foot: Assembly, rays: Mapping[int, Sequence[str]], strength: float
) -> dict[str, int]:
    """Deform a forefoot in place: hallux valgus, drifted and crossed toes, luxated MTPs. Returns as `deform_hand`."""
    least: dict[str, int] = {}
    valgus = strength * rng.uniform(5, 50)
    foot.turn(rays[1], IN_PLANE, 0.3 * valgus, foot.bones["1mt"].end(distal=False))
    foot.turn(rays[1][1:], IN_PLANE, -1.3 * valgus, np.append(foot.gap("MTP1").centre, 0.0))
    if valgus > 30:
        least["MTP1"] = SUBLUXED
    drift = strength * rng.normal(-12, 16)
    for k in range(1, 6):
        name, ray = f"MTP{k}", rays[k]
        if k > 1:
            foot.turn(ray[1:], IN_PLANE, drift + strength * rng.normal(0, 14), np.append(foot.gap(name).centre, 0.0))
        if k > 1 and rng.random() < 0.4 * strength:
            _luxate(rng, foot, name, rng.uniform(-3, 4), dorsal=1.0)
            least[name] = LUXATED
        if rng.random() < 0.5 * strength:
            resorb(rng, foot.bones[ray[0]], strength)
        if k > 1 and rng.random() < 0.3 * strength:
            resorb(rng, foot.bones[ray[1]], strength, distal=False)
    return least


def raised(grades: Mapping[Site, int], sites: Sequence[Site], least: Mapping[str, int]) -> dict[Site, int]:
    """The grades with those of `sites` raised to the `least` points of their joints.

    Sites that have no grade stay without.
    """
    more = {site: max(grades[site], least[site.joint]) for site in sites if site in grades and site.joint in least}
    return {**grades, **more}
