"""The bones of a foot: those of the hand pack, reshaped to its measures.

Metatarsal 1 56 x 13.7 mm in men, 50 x 11.7 in women; proximal phalanx 1 28.0 and 25.8 mm; metatarsal heads against the
second: +0.9, -4.4, -11.2, -20.2 mm.
"""

import numpy as np

from core.phantom.skeleton import Bone, Points, hand_bones

# A foot with the big toe at +x, mm: base, end, width of the head or base (the widest), template bone.
_PLAN: dict[str, tuple[tuple[float, float], tuple[float, float], float, str]] = {
    "1mt": ((21.0, 60.5), (33.8, 1.4), 20.0, "3mc"),
    "2mt": ((8.5, 61.0), (11.9, -4.4), 13.0, "3mc"),
    "3mt": ((0.0, 63.0), (-1.7, -2.7), 12.2, "3mc"),
    "4mt": ((-8.0, 66.0), (-14.2, 1.6), 12.4, "4mc"),
    "5mt": ((-18.0, 72.0), (-29.5, 9.8), 13.6, "5mc"),
    "1pp": ((35.6, -1.4), (40.2, -26.6), 18.5, "3proxph"),
    "1dp": ((40.6, -28.8), (42.4, -49.5), 17.0, "3distph"),
    "2pp": ((12.3, -6.5), (14.0, -28.4), 12.0, "2proxph"),
    "3pp": ((-2.2, -4.8), (-3.4, -23.6), 11.2, "3proxph"),
    "4pp": ((-15.2, -0.4), (-18.0, -17.5), 11.0, "4proxph"),
    "5pp": ((-30.4, 7.6), (-33.2, -9.2), 11.4, "5proxph"),
    "2mp": ((14.2, -30.0), (14.0, -40.6), 8.6, "2midph"),
    "3mp": ((-3.6, -25.2), (-4.7, -34.6), 8.0, "3midph"),
    "4mp": ((-18.2, -19.0), (-18.8, -26.8), 7.8, "4midph"),
    "5mp": ((-33.3, -10.6), (-32.4, -16.2), 7.8, "5midph"),
    "2dp": ((13.9, -41.6), (13.5, -52.0), 7.6, "2distph"),
    "3dp": ((-4.8, -35.6), (-5.5, -44.4), 7.2, "3distph"),
    "4dp": ((-18.8, -27.7), (-18.9, -35.2), 7.0, "4distph"),
    "5dp": ((-32.2, -17.0), (-31.0, -23.4), 7.0, "5distph"),
    "fibular sesamoid": ((28.0, 13.5), (29.0, 4.5), 8.0, "pisiform"),
    "tibial sesamoid": ((38.0, 13.0), (38.5, 4.0), 8.5, "pisiform"),
    "medial cuneiform": ((19.0, 88.0), (21.5, 62.0), 24.0, "trapezium"),
    "middle cuneiform": ((6.5, 80.0), (8.5, 62.5), 19.0, "trapezoid"),
    "lateral cuneiform": ((-2.0, 86.0), (0.0, 64.5), 20.0, "capitate"),
    "cuboid": ((-12.0, 104.0), (-12.0, 68.5), 31.0, "hamate"),
    "navicular": ((10.0, 106.0), (10.0, 90.0), 38.0, "lunate"),
}
RAYS: dict[int, tuple[str, ...]] = {
    1: ("1mt", "1pp", "1dp"),
    **{k: (f"{k}mt", f"{k}pp", f"{k}mp", f"{k}dp") for k in range(2, 6)},
}
SESAMOIDS = ("fibular sesamoid", "tibial sesamoid")


def _upright(bone: Bone) -> Points:
    """Vertices with the base at the origin and the axis along -y."""
    up = np.array([0.0, -1.0, 0.0])
    v = np.cross(bone.axis, up)
    c = float(bone.axis @ up)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    turned = (bone.vertices - bone.vertices.mean(0)) @ (np.eye(3) + k + k @ k / (1 + c)).T
    return turned - np.array([0.0, turned[:, 1].max(), 0.0])


def foot_bones(rng: np.random.Generator) -> dict[str, Bone]:
    """The plan with this person's build: every length and width a little different."""
    templates = {name: (_upright(bone), bone) for name, bone in hand_bones().items()}
    slim, toes = rng.normal(1, 0.06), rng.normal(1, 0.07)
    bones: dict[str, Bone] = {}
    for name, (base, end, width, template) in _PLAN.items():
        vertices, source = templates[template]
        a, b = np.array([*base, 0.0]), np.array([*end, 0.0])
        unit = (b - a) / np.linalg.norm(b - a)
        across = np.array([-unit[1], unit[0], 0.0])
        length = float(np.linalg.norm(b - a)) * (toes if "p" in name[1:2] and name[1:] != "mt" else 1.0)
        grow_x = width * slim * rng.normal(1, 0.05) / np.ptp(vertices[:, 0])
        grow_y = length * rng.normal(1, 0.025) / np.ptp(vertices[:, 1])
        grow_z = grow_x * rng.normal(1.0, 0.05)
        flat = vertices * (grow_x, grow_y, grow_z)
        placed = a + flat[:, :1] * across + -flat[:, 1:2] * unit + flat[:, 2:] * np.array([0.0, 0.0, 1.0])
        if name in SESAMOIDS:
            placed = placed + np.array([0, 0, -10.0])
        elif name[1:] == "mt":  # metatarsals lie under each other at their bases
            lift = (flat[:, 1] / min(flat[:, 1].min(), -1.0))[:, None] * np.array([0.0, 0.0, 1.0])
            placed = placed + (1 - lift) * np.array([0, 0, 4.0])
        bones[name] = Bone(name, placed, _facing(placed, source.faces), unit)
    return bones


def _facing(vertices: Points, faces: np.ndarray) -> np.ndarray:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return (
        faces
        if np.einsum("ij,ij->i", a - vertices.mean(0), np.cross(b - a, c - a)).sum() > 0
        else faces[:, ::-1].copy()
    )
