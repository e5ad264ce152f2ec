"""Bones put together: which move with which, the joints between them, and their radiographic gaps."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.phantom.skeleton import Bone, Points, normals, rotation

GAP_BINS = 7


@dataclass(frozen=True)
class Joint:
    """A joint: bones on its proximal and distal side, and all bones that move when the gap changes."""

    proximal: tuple[str, ...]
    distal: tuple[str, ...]
    moved: tuple[str, ...]
    widest: float = 0.6  # share of the common width over which the gap is measured
    along: tuple[float, float] | None = None  # direction on the film; None: the mean axis of the bones


@dataclass(frozen=True)
class Gap:
    """The two subchondral lines of a joint on the film.

    Points [n, 2] in mm, from side to side, and their mean distance.
    """

    near: Points
    far: Points
    width_mm: float

    @property
    def centre(self) -> Points:
        """Middle of the joint space [2]."""
        return (self.near + self.far).mean(0) / 2

    @property
    def outline(self) -> Points:
        """Polygon [2n, 2] round the gap; at least 0.3 mm wide, so that a closed joint has one too."""
        along = self.far.mean(0) - self.near.mean(0)
        length = float(np.linalg.norm(along))
        unit = along / length if length > 1e-6 else np.array([0.0, -1.0])
        pad = max(0.0, 0.3 - self.width_mm) / 2 * unit
        return np.vstack([self.near - pad, (self.far + pad)[::-1]])


def _dense(bone: Bone) -> Points:
    a, b, c = (bone.vertices[bone.faces[:, k]] for k in range(3))
    return np.vstack([bone.vertices, (a + b + c) / 3, (a + b) / 2, (b + c) / 2])


@dataclass
class Assembly:
    """Bones in film space with their joints; every move is in place."""

    bones: dict[str, Bone]
    joints: Mapping[str, Joint]
    middle_cortex_mm: Mapping[str, float]
    dissolved: list[str] = field(default_factory=list)

    def shift(self, names: Iterable[str], by: Points) -> None:
        """Move bones by [3] mm."""
        for name in names:
            self.bones[name].vertices = self.bones[name].vertices + by

    def turn(self, names: Iterable[str], axis: Sequence[float] | Points, angle_deg: float, centre: Points) -> None:
        """Turn bones about an axis through `centre`."""
        matrix = rotation(axis, angle_deg)
        for name in names:
            self.bones[name].moved(matrix, centre, np.zeros(3))

    def resize(self, name: str, *, length: float, width: float, children: Iterable[str] = ()) -> None:
        """Scale a bone along and across its axis about its proximal end; children follow its distal end."""
        bone = self.bones[name]
        base, tip = bone.end(distal=False), bone.end(distal=True)
        matrix = width * np.eye(3) + (length - width) * np.outer(bone.axis, bone.axis)
        bone.vertices = (bone.vertices - base) @ matrix.T + base
        self.shift(children, bone.end(distal=True) - tip)

    def direction(self, joint: Joint) -> NDArray[np.float64]:
        """Unit vector [2] on the film from the proximal to the distal side of a joint."""
        if joint.along:
            return np.array(joint.along) / np.linalg.norm(joint.along)
        axes = [self.bones[n].axis[:2] for n in (*joint.proximal, *joint.distal)]
        flat = np.mean([a / max(float(np.linalg.norm(a)), 1e-6) for a in axes], axis=0)
        return flat / max(float(np.linalg.norm(flat)), 1e-6)

    def gap(self, name: str) -> Gap:
        """The joint space as the film shows it: subchondral lines over the central width, dishes not lips."""
        joint = self.joints[name]
        along = self.direction(joint)
        across = np.array([-along[1], along[0]])
        near = np.vstack([_dense(self.bones[n]) for n in joint.proximal])
        far = np.vstack([_dense(self.bones[n]) for n in joint.distal])
        near_t, far_t = near[:, :2] @ along, far[:, :2] @ along
        near_end, far_end = near[near_t > near_t.max() - 6], far[far_t < far_t.min() + 6]
        u0 = max((near_end[:, :2] @ across).min(), (far_end[:, :2] @ across).min())
        u1 = min((near_end[:, :2] @ across).max(), (far_end[:, :2] @ across).max())
        middle, half = (u0 + u1) / 2, max((u1 - u0) / 2 * joint.widest, 0.8)
        edges = np.linspace(middle - half, middle + half, GAP_BINS + 1)
        z = (near_end[:, 2].mean() + far_end[:, 2].mean()) / 2
        deep = max(np.ptp(near_end[:, 2]), 2.0) * 0.22
        tops: list[float] = []
        bottoms: list[float] = []
        for a, b in itertools.pairwise(edges):
            reach = (b - a) * 0.6
            for points, out, best in ((near, tops, np.max), (far, bottoms, np.min)):
                t, u = points[:, :2] @ along, points[:, :2] @ across
                inside = (np.abs(u - (a + b) / 2) < reach) & (np.abs(points[:, 2] - z) < deep)
                inside &= (t > near_t.max() - 12) if best is np.max else (t < far_t.min() + 12)
                out.append(float(best(t[inside])) if inside.sum() >= 2 else np.nan)
        u = (edges[:-1] + edges[1:]) / 2
        near_line, far_line = (_filled(np.array(v)) for v in (tops, bottoms))
        return Gap(
            near_line[:, None] * along + u[:, None] * across,
            far_line[:, None] * along + u[:, None] * across,
            float(np.mean(far_line - near_line)),
        )

    def set_gap(self, name: str, width_mm: float, *, tilt_deg: float = 0.0) -> None:
        """Move the distal side until the gap is `width_mm` wide; a tilt narrows one side more."""
        joint = self.joints[name]
        along = np.append(self.direction(joint), 0.0)
        if tilt_deg:
            self.turn(joint.moved, (0, 0, 1), tilt_deg, np.append(self.gap(name).centre, 0.0))
        for _ in range(2):
            self.shift(joint.moved, along * (width_mm - self.gap(name).width_mm))

    def surfaces(self, *, cortex: float) -> dict[str, tuple[Bone, Points]]:
        """Every bone with its inner surface; dissolved joints have no subchondral plates."""
        inner: dict[str, Points] = {}
        for name, bone in self.bones.items():
            middle = self.middle_cortex_mm[name]
            depth = np.full(len(bone.vertices), middle)
            if middle > 0.7:
                t = bone.along / max(bone.length_mm, 1e-6)
                shaft = np.clip(np.minimum(t - 0.16, 0.84 - t) / 0.22, 0, 1)
                depth = 0.45 + (middle - 0.45) * shaft * shaft * (3 - 2 * shaft)
            inner[name] = bone.vertices - normals(bone.vertices, bone.faces) * (cortex * depth)[:, None]
        for name in self.dissolved:
            joint, centre = self.joints[name], np.append(self.gap(name).centre, 0.0)
            for part in (*joint.proximal, *joint.distal):
                outer = self.bones[part].vertices
                distance = np.linalg.norm((outer - centre)[:, :2], axis=1)
                melt = np.clip(1.3 - distance / 7, 0, 1)[:, None]
                inner[part] = inner[part] * (1 - melt) + outer * melt
        return {name: (bone, inner[name]) for name, bone in self.bones.items()}


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values with holes filled from their neighbours; zeros if all are missing."""
    known = np.isfinite(values)
    return (
        np.interp(np.arange(values.size), np.flatnonzero(known), values[known])
        if known.any()
        else np.zeros_like(values)
    )
