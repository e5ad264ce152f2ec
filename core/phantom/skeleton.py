"""The bones: a small geometry pack made once from public meshes, and rigid moves of them.

Film axes, mm: x to the right of the film, y down (proximal), z towards the tube. The pack holds a right hand seen from
its back with the thumb at +x, which is how the mirrored (left) hand lies on a film. Source: 27 hand bones of PyPI
myo-sim 0.2.4 (Apache-2.0), placed by its chain of the right arm, each decimated to 1,200 faces and centred on the third
metacarpal; the broken fifth distal phalanx is the fourth, scaled. Radius and ulna are lofted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Faces = NDArray[np.int32]
PACK = Path(__file__).with_name("hand_bones.npz")


@dataclass
class Bone:
    """A closed mesh: `vertices` [V, 3] mm, `faces` [F, 3] turning outwards, `axis` unit vector towards distal."""

    name: str
    vertices: Points
    faces: Faces
    axis: Points

    def moved(self, rotation: Points, centre: Points, shift: Points) -> None:
        """Turn about `centre`, then shift, in place."""
        self.vertices = (self.vertices - centre) @ rotation.T + centre + shift
        self.axis = rotation @ self.axis

    @property
    def along(self) -> NDArray[np.float64]:
        """Distance of every vertex along the axis from the proximal end, mm."""
        t = self.vertices @ self.axis
        return t - t.min()

    def end(self, *, distal: bool, depth_mm: float = 2.0) -> Points:
        """Centre [3] of the vertices within `depth_mm` of one end."""
        t = self.along
        near = t > t.max() - depth_mm if distal else t < depth_mm
        return self.vertices[near].mean(0)

    @property
    def length_mm(self) -> float:
        """Length along the axis."""
        return float(self.along.max())

    def copy(self) -> "Bone":
        """A bone that can be moved on its own."""
        return Bone(self.name, self.vertices.copy(), self.faces, self.axis.copy())


def rotation(axis: Iterable[float], angle_deg: float) -> Points:
    """Rotation matrix [3, 3] about a unit axis (Rodrigues)."""
    x, y, z = np.asarray(list(axis), float) / np.linalg.norm(list(axis))
    a = np.deg2rad(angle_deg)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * k @ k


def normals(vertices: Points, faces: Faces) -> Points:
    """Unit vertex normals [V, 3], weighted by face area."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    summed = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(summed, faces[:, k], face)
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9)


def loft(
    rows: Iterable[tuple[float, float, float, float, float]], *, round_: float = 2.3, steps: int = 36, sides: int = 40
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """A closed tube through rows of (y, x centre, z centre, x radius, z radius): vertices, faces."""
    given = np.asarray(list(rows), float)
    s = np.linspace(0, len(given) - 1, steps)
    rings = np.stack([np.interp(s, np.arange(len(given)), given[:, k]) for k in range(5)], 1)
    kernel = np.array([1, 2, 3, 2, 1]) / 9
    for k in range(5):
        rings[:, k] = np.convolve(np.pad(rings[:, k], 2, mode="edge"), kernel, mode="valid")
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ex = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / round_)
    ez = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / round_)
    vertices = np.stack(
        [
            rings[:, 1, None] + rings[:, 3, None] * ex,
            np.repeat(rings[:, 0, None], sides, 1),
            rings[:, 2, None] + rings[:, 4, None] * ez,
        ],
        -1,
    )
    caps = [1 - (1 - f) ** 2 for f in np.linspace(0.15, 0.9, 5)]
    first, last = vertices[0].mean(0), vertices[-1].mean(0)
    stack = np.concatenate(
        [
            np.array([first + (vertices[0] - first) * f for f in caps]),
            vertices,
            np.array([last + (vertices[-1] - last) * f for f in caps[::-1]]),
        ]
    )
    count = len(stack)
    index = np.arange(count * sides).reshape(count, sides)
    a, b = index[:-1], index[1:]
    faces = np.concatenate(
        [
            np.stack([a, np.roll(a, -1, 1), b], -1).reshape(-1, 3),
            np.stack([np.roll(a, -1, 1), np.roll(b, -1, 1), b], -1).reshape(-1, 3),
        ]
    )
    flat = np.vstack([stack.reshape(-1, 3), stack[0].mean(0), stack[-1].mean(0)])
    tips = (len(flat) - 2, len(flat) - 1)
    faces = np.vstack(
        [
            faces,
            np.stack([index[0], np.full(sides, tips[0]), np.roll(index[0], -1)], -1),
            np.stack([np.roll(index[-1], -1), np.full(sides, tips[1]), index[-1]], -1),
        ]
    )
    return flat, outwards(flat, faces.astype(np.int32))


def outwards(vertices: Points, faces: Faces) -> Faces:
    """Faces turned so that the enclosed volume is positive."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum()
    return faces if volume > 0 else faces[:, ::-1].copy()


def forearm(y: float, x: float, z: float) -> dict[str, tuple[Points, Faces]]:
    """Distal radius and ulna below a carpus whose radiocarpal line is at height `y`, centred at `x`, `z` (mm)."""
    radius, faces = loft(
        [(y + 1, x + 6, z, 12.0, 8.0), (y + 3, x + 6, z, 14.2, 9.6), (y + 8, x + 5.6, z, 13.6, 9.9),
         (y + 15, x + 4.6, z, 11.2, 8.8),
         (y + 25, x + 3, z, 8.9, 7.2), (y + 45, x + 2, z, 7.3, 6.4), (y + 110, x, z, 7.0, 6.2)],
        round_=2.5, steps=44,
    )  # fmt: skip
    end = np.clip((y + 17 - radius[:, 1]) / 16, 0, 1)
    end = end * end * (3 - 2 * end)
    u, w = (radius[:, 0] - x - 6) / 14, (radius[:, 2] - z) / 9.5
    radius[:, 1] -= end * (4.8 * u + 1.0)  # about 22 degrees of radial inclination
    radius[:, 1] -= end * 10.0 * np.clip(u - 0.5, 0, 1) ** 1.5  # styloid
    radius[:, 1] += end * (
        1.6 * np.exp(-(((u + 0.45) / 0.38) ** 2)) + 1.3 * np.exp(-(((u - 0.25) / 0.30) ** 2))
    )  # fossae
    radius[:, 1] -= end * (1.2 * w**2 + 0.9 * w)  # lips, palmar tilt
    ulna, ulna_faces = loft(
        [(y + 5.0, x - 19.2, z, 3.6, 3.4), (y + 6.0, x - 19.3, z, 6.6, 5.6), (y + 8.5, x - 19.3, z, 7.6, 7.2),
         (y + 12, x - 19.0, z, 7.2, 6.8),
         (y + 18, x - 18.4, z, 5.9, 5.6), (y + 28, x - 17.6, z, 5.0, 5.0), (y + 60, x - 16.6, z, 4.9, 4.9),
         (y + 110, x - 15.5, z, 5.3, 5.3)],
        round_=2.0, steps=44,
    )  # fmt: skip
    styloid = np.exp(-(((ulna[:, 0] - (x - 25.2)) / 2.6) ** 2) - (((ulna[:, 2] - z + 1) / 3.2) ** 2)) * (
        ulna[:, 1] < y + 12
    )
    ulna[:, 1] -= 5.0 * styloid
    return {"radius": (radius, faces), "ulna": (ulna, ulna_faces)}


@cache
def _pack() -> dict[str, tuple[Points, Faces]]:
    with np.load(PACK) as stored:
        bones = {
            n[:-2]: (stored[n].astype(np.float64), stored[f"{n[:-2]}_f"].astype(np.int32))
            for n in stored
            if n.endswith("_v")
        }
    lunate, scaphoid = bones["lunate"][0], bones["scaphoid"][0]
    joint_y = max(lunate[:, 1].max(), scaphoid[:, 1].max()) - 3.0
    bones.update(forearm(joint_y, (lunate[:, 0].mean() + scaphoid[:, 0].mean()) / 2 - 7, lunate[:, 2].mean()))
    return bones


def hand_bones() -> dict[str, Bone]:
    """A fresh copy of the hand: bones by name (1mc, 2proxph, thumbdist, lunate, radius ...)."""
    bones = {}
    for name, (vertices, faces) in _pack().items():
        spread = vertices - vertices.mean(0)
        axis = np.linalg.eigh(spread.T @ spread)[1][:, -1]
        if name in ("radius", "ulna"):
            axis = np.array([0.0, -1.0, 0.0])
        axis = axis if axis[1] < 0 else -axis
        bones[name] = Bone(name, vertices.copy(), faces, axis)
    return bones
