"""A hand film computed from bones, with the grades it was asked to show."""

from collections.abc import Callable, Mapping

import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.acquire import acquire, draw_look
from core.phantom.acquisition import Lesion, Thinning
from core.phantom.assembly import Assembly
from core.phantom.damage import border_erosion, eroded, erosion_parts, margin_erosion, narrowing
from core.phantom.deformity import deform_hand, raised
from core.phantom.hand_joints import (
    ALL_RAYS,
    CARPAL_OF,
    CORTEX_MM,
    DISTAL_ROW,
    EROSION_BORDERS,
    FOREARM,
    GAP_MM,
    JOINTS,
    PROXIMAL_ROW,
    RAYS,
    SLIP_JOINTS,
    WRIST_ORDER,
)
from core.phantom.skeleton import hand_bones
from core.phantom.soft_tissue import hand_segments
from core.svh import HAND_EROSION, HAND_JSN, Side, Site


def _shape(rng: np.random.Generator, hand: Assembly) -> None:
    """Another person: size, build, and every bone a little different."""
    slim = rng.normal(1, 0.06)
    lengths = rng.normal(1, 0.035, 3)  # metacarpals, proximal, further phalanges together
    for ray in RAYS.values():
        ray_length = rng.normal(1, 0.03)
        for n, bone in enumerate(ray):
            length = lengths[min(n, 2)] * ray_length * rng.normal(1, 0.02)
            hand.resize(bone, length=length, width=slim * rng.normal(1, 0.04), children=ray[n + 1 :])
    for bone in (*DISTAL_ROW, *PROXIMAL_ROW):
        middle, grow = hand.bones[bone].vertices.mean(0), rng.normal(1.06, 0.025, 3)
        hand.bones[bone].vertices = (hand.bones[bone].vertices - middle) * grow + middle
    size = float(np.clip(rng.normal(1, 0.075), 0.8, 1.2))
    for mesh in hand.bones.values():
        mesh.vertices = mesh.vertices * size
        shear = rng.normal(0, 0.012)  # a slight bend
        t = mesh.along / max(mesh.length_mm, 1e-6) - 0.5
        mesh.vertices[:, 0] += shear * mesh.length_mm * (t**2 - 0.08)


def _place(rng: np.random.Generator, hand: Assembly) -> None:
    """How this person lays the hand down: spread, thumb, deviation of the wrist."""
    spread = rng.uniform(-1.2, 2.4)
    for k in range(2, 6):
        base = hand.bones[f"{k}mc"].end(distal=False)
        fan = {2: 2.0, 3: 0.0, 4: -4.0, 5: -10.0}[k]  # the mesh lies with its metacarpals closer than a hand on a film
        hand.turn(RAYS[k], (0, 0, 1), fan + 0.35 * spread * (3.2 - k) + rng.normal(0, 0.8), base)
        head = hand.bones[f"{k}mc"].end(distal=True, depth_mm=7)
        hand.turn(RAYS[k][1:], (0, 0, 1), spread * (3.2 - k) * 1.6 + rng.normal(0, 2.2), head)
        for n in (2, 3):
            end = hand.bones[RAYS[k][n - 1]].end(distal=True, depth_mm=4)
            hand.turn(RAYS[k][n:], (0, 0, 1), rng.normal(0, 2.0), end)
    base = hand.bones["1mc"].end(distal=False)
    axis = hand.bones["1mc"].axis
    hand.turn(RAYS[1], (1, -0.5, 0), -rng.uniform(5, 20), base)  # out of the depth of the palm towards the film
    hand.turn(RAYS[1], axis, rng.normal(0, 14), base)
    hand.turn(RAYS[1], (0, 0, 1), rng.uniform(-4, 24), base)
    hand.turn(RAYS[1][1:], (0, 0, 1), rng.normal(-9, 7), hand.bones["1mc"].end(distal=True, depth_mm=5))
    hand.turn(RAYS[1][2:], (0, 0, 1), rng.normal(0, 7), hand.bones["thumbprox"].end(distal=True, depth_mm=4))
    hand.shift(("ulna",), np.array([rng.uniform(1.0, 4.5), rng.normal(-1, 1.5), 0.0]))
    wrist = hand.bones["lunate"].vertices.mean(0)
    hand.turn(FOREARM, (0, 0, 1), rng.normal(0, 4), wrist)


def _flex(rng: np.random.Generator, hand: Assembly, look_alikes: float) -> None:
    """Fingers that do not lie flat."""
    stiff = rng.random() < 0.12 + 0.3 * look_alikes
    for k in range(2, 6):
        for n, (mean, spread) in enumerate(((4, 4), (5, 5), (4, 4)), start=1):
            angle = float(np.clip(abs(rng.normal(mean, spread)) + (rng.uniform(5, 22) if stiff else 0), 0, 34))
            bone = hand.bones[RAYS[k][n]]
            across = np.cross(bone.axis, (0, 0, 1))
            hand.turn(RAYS[k][n:], across, -angle, hand.bones[RAYS[k][n - 1]].end(distal=True, depth_mm=5))
    for bones in (ALL_RAYS + DISTAL_ROW + PROXIMAL_ROW + FOREARM,):
        centre = hand.bones["3mc"].vertices.mean(0)
        hand.turn(bones, (0, 1, 0), rng.normal(0, 5), centre)
        hand.turn(bones, (1, 0, 0), rng.normal(0, 4), centre)


def _slip(rng: np.random.Generator, hand: Assembly, name: str, share: float) -> None:
    """Ulnar drift and palmar shift of the distal side; beyond 1 the ends overlap."""
    joint = hand.joints[name]
    along = hand.direction(joint)
    across = np.array([-along[1], along[0]])
    ulnar = -np.sign(across[0]) if name.startswith("MCP") else rng.choice((-1.0, 1.0))
    hand.turn(joint.moved, (0, 0, 1), float(ulnar) * share * rng.uniform(9, 17), np.append(hand.gap(name).centre, 0))
    move = ulnar * across * share * rng.uniform(2.2, 3.6)
    if share > 1:
        move = move - along * rng.uniform(3.0, 6.5)
    hand.shift(joint.moved, np.append(move, -2.0 * share))


def _lesions(rng: np.random.Generator, hand: Assembly, site: Site, grade: int) -> list[Lesion]:
    """The erosions of one site."""
    name = site.joint
    lesions: list[Lesion] = []
    if name in CARPAL_OF:
        bone = hand.bones[CARPAL_OF[name]]
        borders, width = EROSION_BORDERS[bone.name]
        order = rng.permutation(len(borders))
        for n, part in enumerate(erosion_parts(rng, grade)):
            direction = np.array(borders[order[n % len(borders)]], float) + rng.normal(0, 0.15, 2)
            lesions.append(border_erosion(rng, bone, part, direction, width))
        return lesions
    if name == "MC1BASE":
        bone = hand.bones["1mc"]
        for n, part in enumerate(erosion_parts(rng, grade)):
            lesions.append(
                margin_erosion(rng, bone, part, distal=False, side=(-1.0) ** (n + grade), depth_mm=(0.8, 3.5))
            )
        return lesions
    near, far = (hand.bones[hand.joints[name].proximal[0]], hand.bones[hand.joints[name].distal[0]])
    head_depth = (2.6, 5.2) if name.startswith("MCP") else (1.2, 3.2)
    places = [(near, s, head_depth) for s in (-1.0, 1.0)] + [(far, s, (0.6, 2.2)) for s in (-1.0, 1.0)]
    chance = np.array([0.3, 0.3, 0.2, 0.2])
    order = rng.choice(4, size=4, replace=False, p=chance)
    for n, part in enumerate(sorted(erosion_parts(rng, grade), reverse=True)):
        bone, side, depth = places[order[n]]
        lesions.append(margin_erosion(rng, bone, part, distal=bone is near, side=side, depth_mm=depth))
    return lesions


def _points(hand: Assembly) -> dict[str, tuple[float, float]]:
    """Centres of every joint and bone that the field marks, mm."""
    at = {name: hand.gap(name).centre for name in JOINTS}
    for k, ray in RAYS.items():
        at[f"TIP{k}"] = hand.bones[ray[-1]].end(distal=True, depth_mm=1.5)[:2]
    at["MC1BASE"] = hand.bones["1mc"].end(distal=False, depth_mm=7)[:2]
    for name, bone in CARPAL_OF.items():
        mesh = hand.bones[bone]
        short = name not in ("RAD", "ULN")
        at[name] = mesh.vertices.mean(0)[:2] if short else mesh.end(distal=True, depth_mm=12)[:2]
    return {name: (float(p[0]), float(p[1])) for name, p in at.items()}


def hand_film(
    rng: np.random.Generator,
    grades: Mapping[Site, int],
    *,
    side: Side,
    mm_per_px: float = 0.2,
    film_id: str = "phantom",
    person: np.random.Generator | None = None,
    look_alikes: float = 0.0,
    deformity: float = 0.0,
    technique: np.random.Generator | None = None,
    moved: Callable[[Assembly], None] = lambda limb: None,
) -> LabelledFilm:
    """A PA film of one hand, fingers up, filling the frame but for a margin, with its truth.

    Sites that are not in `grades` are undamaged. `person` draws build and bone quality (give the same one to both sides
    of a patient), `rng` the rest. `look_alikes` from 0 to 1 makes what imitates damage more frequent: osteoarthritis of
    the end joints, bent fingers, thin bone round an undamaged joint. `deformity` from 0 to 1 lays drift, dislocation
    and collapse on the hand and raises the narrowing of the joints that it luxates. At 0.2 mm a pixel a film takes
    about a fifth of a second. `technique` draws the machine and the exposure apart, for another film of the same limb;
    `moved` may move its bones before they are exposed.
    """
    person = person or rng
    hand = Assembly(hand_bones(), JOINTS, CORTEX_MM)
    _shape(person, hand)
    _place(rng, hand)
    wide = float(np.clip(person.normal(1, 0.11), 0.75, 1.3))
    jsn = {site.joint: grades.get(site, 0) for site in HAND_JSN}
    for name in (*WRIST_ORDER, *(n for n in JOINTS if n not in WRIST_ORDER)):
        loss = narrowing(rng, jsn.get(name, 0), may_slip=name.startswith(SLIP_JOINTS))
        # Osteoarthritis of the end joints is no SvH damage.
        if name.startswith("DIP") and rng.random() < 0.08 + 0.5 * look_alikes:
            loss = narrowing(rng, int(rng.integers(1, 4)), may_slip=False)
        hand.set_gap(name, GAP_MM[name] * wide * loss.left * rng.normal(1, 0.04), tilt_deg=loss.tilt_deg)
        if loss.slip:
            _slip(rng, hand, name, loss.slip)
        if loss.fused:
            hand.dissolved.append(name)
    if deformity:
        least = deform_hand(rng, hand, RAYS, (PROXIMAL_ROW, DISTAL_ROW), deformity)
        grades = raised(grades, HAND_JSN, least)
        jsn |= {site.joint: grades.get(site, 0) for site in HAND_JSN}
    _flex(rng, hand, look_alikes)
    moved(hand)
    thinnings: list[Thinning] = []
    lesions, owners = eroded(HAND_EROSION, grades, lambda site, grade: _lesions(rng, hand, site, grade))
    points = _points(hand)
    for name in JOINTS:
        worst = max(jsn.get(name, 0), max((grades.get(s, 0) for s in HAND_EROSION if s.joint == name), default=0))
        if worst and rng.random() < 0.6:
            thinnings.append(Thinning(points[name], rng.uniform(5, 9), rng.uniform(0.08, 0.3)))
        elif rng.random() < 0.05 + 0.35 * look_alikes:
            thinnings.append(Thinning(points[name], rng.uniform(5, 9), rng.uniform(0.05, 0.2)))
    look = draw_look(person, technique)
    gaps = {name: hand.gap(name) for name in JOINTS}
    return acquire(
        technique or rng, hand, points, gaps, hand_segments(rng, hand, points), lesions, owners, thinnings, look,
        site_grades={site: grades.get(site, 0) for site in HAND_EROSION + HAND_JSN},
        side=side, mm_per_px=mm_per_px, film_id=film_id, cut_y_mm=points["RAD"][1] + rng.uniform(18, 50),
        normal_gap_mm={name: GAP_MM[name] * wide for name in JOINTS},
    )  # fmt: skip
