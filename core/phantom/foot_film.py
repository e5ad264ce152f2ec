"""A dorsoplantar foot film computed from bones, with the grades it was asked to show."""

from collections.abc import Callable, Mapping

import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.acquire import acquire, draw_look
from core.phantom.acquisition import Lesion, Thinning
from core.phantom.assembly import Assembly, Joint
from core.phantom.damage import eroded, erosion_parts, margin_erosion, narrowing
from core.phantom.deformity import deform_foot, raised
from core.phantom.foot_bones import RAYS, SESAMOIDS, foot_bones
from core.phantom.skeleton import Bone
from core.phantom.soft_tissue import foot_segments
from core.svh import FOOT_EROSION, FOOT_JSN, Side, Site


def _joints() -> dict[str, Joint]:
    joints: dict[str, Joint] = {}
    for k, ray in RAYS.items():
        names = ("MTP1", "IP1") if k == 1 else (f"MTP{k}", f"PIP{k}", f"DIP{k}")
        for n, name in enumerate(names):
            joints[name] = Joint((ray[n],), (ray[n + 1],), ray[n + 1 :])
    joints["TMT1"] = Joint(("medial cuneiform",), ("1mt",), (*RAYS[1], *SESAMOIDS), 0.5, (0.2, -1.0))
    return joints


JOINTS = _joints()
CORTEX_MM = {
    "1mt": 2.3, **{f"{k}mt": 1.9 for k in range(2, 6)}, "1pp": 1.7, **{f"{k}pp": 1.3 for k in range(2, 6)}, "1dp": 1.2,
    **{f"{k}mp": 0.7 for k in range(2, 6)}, **{f"{k}dp": 0.6 for k in range(2, 6)},
    **dict.fromkeys(
        (*SESAMOIDS, "medial cuneiform", "middle cuneiform", "lateral cuneiform", "cuboid", "navicular"), 0.6
    ),
}  # fmt: skip
GAP_MM = {
    "MTP1": 2.0, "IP1": 1.4, "TMT1": 1.5,
    **{f"MTP{k}": 1.7 for k in range(2, 6)}, **{f"PIP{k}": 1.0 for k in range(2, 6)},
    **{f"DIP{k}": 0.8 for k in range(2, 6)},
}  # fmt: skip


def _place(rng: np.random.Generator, foot: Assembly) -> None:
    """Stance and toes: forefoot width, hallux valgus, curled toes."""
    spread = rng.normal(0, 1.6)
    for k, ray in RAYS.items():
        base = foot.bones[f"{k}mt"].end(distal=False)
        moved = (*ray, *SESAMOIDS) if k == 1 else ray
        foot.turn(moved, (0, 0, 1), spread * (2.6 - k) * 0.5 + rng.normal(0, 0.7), base)
    valgus = max(0.0, rng.normal(2, 6)) if rng.random() < 0.75 else rng.uniform(8, 24)
    foot.turn((*RAYS[1], *SESAMOIDS), (0, 0, 1), 0.45 * valgus, foot.bones["1mt"].end(distal=False))
    foot.turn(RAYS[1][1:], (0, 0, 1), -valgus, foot.bones["1mt"].end(distal=True, depth_mm=8))
    for k in range(2, 6):
        drift = rng.normal(-2, 4)
        foot.turn(RAYS[k][1:], (0, 0, 1), drift, foot.bones[f"{k}mt"].end(distal=True, depth_mm=5))
        foot.turn(RAYS[k][2:], (0, 0, 1), rng.normal(3 * (k > 3), 5), foot.bones[f"{k}pp"].end(distal=True, depth_mm=3))


def _curl(rng: np.random.Generator, foot: Assembly) -> None:
    claw = rng.uniform(0.3, 1.4)
    for k in range(2, 6):
        for n, most in ((1, 10), (2, 34), (3, 30)):
            bone = foot.bones[RAYS[k][n]]
            across = np.cross(bone.axis, (0, 0, 1))
            angle = (-0.6 if n == 1 else 1.0) * abs(rng.normal(0, most * 0.5)) * claw
            foot.turn(
                RAYS[k][n:],
                across,
                -float(np.clip(angle, -12, 50)),
                foot.bones[RAYS[k][n - 1]].end(distal=True, depth_mm=3),
            )
    everything = tuple(foot.bones)
    centre = foot.bones["3mt"].vertices.mean(0)
    foot.turn(everything, (0, 1, 0), rng.normal(0, 5), centre)
    foot.turn(everything, (1, 0, 0), rng.normal(0, 4), centre)


def _slip(rng: np.random.Generator, foot: Assembly, name: str, share: float) -> None:
    joint = foot.joints[name]
    along = foot.direction(joint)
    across = np.array([-along[1], along[0]])
    lateral = -np.sign(across[0])  # towards the little toe
    foot.turn(joint.moved, (0, 0, 1), float(lateral) * share * rng.uniform(8, 16), np.append(foot.gap(name).centre, 0))
    move = lateral * across * share * rng.uniform(1.8, 3.2)
    if share > 1:
        move = move - along * rng.uniform(3.0, 6.0)
    foot.shift(joint.moved, np.append(move, 3.0 * share))


def _lesions(rng: np.random.Generator, foot: Assembly, site: Site, grade: int) -> list[Lesion]:
    """Erosions of both sides of a joint, at most 5 points each, the head first."""
    head = int(np.clip(round(grade * rng.uniform(0.45, 1.0)), grade - 5 if grade > 5 else 0, 5))
    near, far = (foot.bones[foot.joints[site.joint].proximal[0]], foot.bones[foot.joints[site.joint].distal[0]])
    lesions: list[Lesion] = []
    outer = -1.0 if site.joint == "MTP5" and rng.random() < 0.75 else float(rng.choice((-1.0, 1.0)))
    for bone, points, depth in ((near, head, (1.8, 4.5)), (far, grade - head, (0.6, 2.2))):
        side = outer
        for part in sorted(erosion_parts(rng, points), reverse=True):
            lesions.append(
                margin_erosion(rng, bone, part, distal=bone is near, side=_across_sign(bone) * side, depth_mm=depth)
            )
            side = -side
    return lesions


def _across_sign(bone: Bone) -> float:
    """Sign that turns "towards the big toe" into the direction that `margin_erosion` counts."""
    return float(np.sign(-bone.axis[1]))


def _points(foot: Assembly) -> dict[str, tuple[float, float]]:
    at = {name: foot.gap(name).centre for name in JOINTS if not name.startswith("DIP")}
    for k in range(1, 6):
        at[f"TIP{k}"] = foot.bones[f"{k}dp"].end(distal=True, depth_mm=1.5)[:2]
    at["TMT5"] = foot.bones["5mt"].end(distal=False, depth_mm=3)[:2]
    return {name: (float(p[0]), float(p[1])) for name, p in at.items()}


def foot_film(
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
    """A dorsoplantar film of one forefoot, toes up, filling the frame but for a margin, with its truth.

    Sites that are not in `grades` are undamaged. `person` draws build and bone quality (give the same one to both sides
    of a patient), `rng` the rest. `look_alikes` from 0 to 1 makes what imitates damage more frequent: stiff toe joints
    and thin bone round an undamaged joint. `deformity` from 0 to 1 lays hallux valgus, drifted, crossed and luxated
    toes on the foot and raises the narrowing of the joints that it luxates. `technique` draws the machine and the
    exposure apart, for another film of the same limb; `moved` may move its bones before they are exposed.
    """
    person = person or rng
    foot = Assembly(foot_bones(person), JOINTS, CORTEX_MM)
    size = float(np.clip(person.normal(1, 0.075), 0.8, 1.2))
    for bone in foot.bones.values():
        bone.vertices = bone.vertices * size
    _place(rng, foot)
    wide = float(np.clip(person.normal(1, 0.11), 0.75, 1.3))
    jsn = {site.joint: grades.get(site, 0) for site in FOOT_JSN}
    for name in JOINTS:
        loss = narrowing(rng, jsn.get(name, 0), may_slip=name.startswith("MTP"))
        if name.startswith(("PIP", "DIP")):
            loss = narrowing(
                rng, int(rng.random() < 0.25 + 0.4 * look_alikes) * int(rng.integers(1, 4)), may_slip=False
            )  # toes that are often stiff
        foot.set_gap(name, GAP_MM[name] * size * wide * loss.left * rng.normal(1, 0.04), tilt_deg=loss.tilt_deg)
        if loss.slip:
            _slip(rng, foot, name, loss.slip)
        if loss.fused:
            foot.dissolved.append(name)
    if deformity:
        grades = raised(grades, FOOT_JSN, deform_foot(rng, foot, RAYS, deformity))
        jsn |= {site.joint: grades.get(site, 0) for site in FOOT_JSN}
    _curl(rng, foot)
    moved(foot)
    lesions, owners = eroded(FOOT_EROSION, grades, lambda site, grade: _lesions(rng, foot, site, grade))
    points = _points(foot)
    thinnings = [
        Thinning(points[site.joint], rng.uniform(5, 9), rng.uniform(0.08, 0.3))
        for site in FOOT_EROSION
        if rng.random() < (0.6 if grades.get(site, 0) or jsn[site.joint] else 0.05 + 0.35 * look_alikes)
    ]
    look = draw_look(person, technique)
    gaps = {site.joint: foot.gap(site.joint) for site in FOOT_JSN}
    return acquire(
        technique or rng, foot, points, gaps, foot_segments(rng, foot, points), lesions, owners, thinnings, look,
        site_grades={site: grades.get(site, 0) for site in FOOT_EROSION + FOOT_JSN},
        side=side, mm_per_px=mm_per_px, film_id=film_id, cut_y_mm=points["TMT5"][1] + rng.uniform(8, 30),
        normal_gap_mm={site.joint: GAP_MM[site.joint] * size * wide for site in FOOT_JSN},
    )  # fmt: skip
