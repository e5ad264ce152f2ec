"""Erosions painted on a real film: brightness at the border of a bone is lowered towards the soft tissue."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.phantom.damage import POCKET_SHARE, erosion_parts, radius_mm
from core.phantom.hand_joints import CARPAL_OF, EROSION_BORDERS
from core.phantom.joint_place import Floats, joint_place, mm_per_px, step, up_vector
from core.svh import Limb


def _erode(
    rng: np.random.Generator, out: Floats, mask: NDArray[np.uint8], centre: NDArray[np.float64],
    inwards: NDArray[np.float64],
    radius: float, soft_value: float, contrast: float, px_per_mm: float,
) -> None:  # fmt: skip
    """Lower the brightness in a noise-edged disc at the border; `inwards` is the unit vector into the bone."""
    pocket = radius < 2.6 and rng.random() < POCKET_SHARE
    reach = (3.2 if pocket else 1.8) * radius * px_per_mm
    height, width = out.shape
    x0, y0 = (int(max(0, v - reach)) for v in centre)
    x1, y1 = int(min(width, centre[0] + reach + 1)), int(min(height, centre[1] + reach + 1))
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    if pocket:
        centre = centre + inwards * (radius * rng.uniform(0.7, 1.0) + rng.uniform(0.2, 1.2)) * px_per_mm
    x = ((np.arange(x0, x1) - centre[0])[None, :] / px_per_mm).astype(np.float32)
    y = ((np.arange(y0, y1) - centre[1])[:, None] / px_per_mm).astype(np.float32)
    patch = out[y0:y1, x0:x1]
    bone = np.maximum(patch - soft_value, 0)
    for _ in range(4):  # a border that was found too far out: go in until there is bone to take away
        if bone[np.hypot(x, y) < 0.8 * radius].mean() >= 0.5 * contrast:
            break
        x, y = x - 0.3 * radius * inwards[0].astype(np.float32), y - 0.3 * radius * inwards[1].astype(np.float32)
    deep = x * inwards[0] + y * inwards[1]
    aside = -x * inwards[1] + y * inwards[0]
    noise = cv2.GaussianBlur(
        rng.standard_normal((y1 - y0, x1 - x0)).astype(np.float32), (0, 0), max(0.35 * radius * px_per_mm, 0.8)
    )
    noise /= noise.std() + 1e-6
    shape = rng.uniform(0.8, 1.15)
    f = np.hypot(deep * shape, aside / shape) / radius * (1 + 0.13 * noise)
    share = (
        step((1.12 - f) / rng.uniform(0.25, 0.5))
        * np.float32(rng.uniform(0.65, 0.95))
        * np.clip(1.05 - 0.22 * (deep / radius + 1), 0.3, 1)
    )
    way = rng.random()
    if way < 0.2:  # no bite: the cortex is thinned and its edge blurred over a longer stretch
        share = share * np.float32(rng.uniform(0.45, 0.75))
        long = np.hypot(deep * 1.3, aside * 0.55) / radius
        worn = cv2.GaussianBlur(patch, (0, 0), 0.45 * px_per_mm)
        blend = step((1.3 - long) / 0.6) * np.float32(rng.uniform(0.5, 0.95))
        patch[...] = patch * (1 - blend) + np.minimum(worn, patch) * blend
        bone = np.maximum(patch - soft_value, 0)
    # Soft tissue beside the bone keeps its brightness, whatever the level that was found.
    solid = step(
        (cv2.GaussianBlur(patch, (0, 0), 0.25 * px_per_mm) - soft_value - 0.3 * contrast) / max(0.2 * contrast, 1e-3)
    )
    bone = bone * solid
    rim = np.clip(1 - np.abs(f - 1.2) / 0.16, 0, 1) * (rng.uniform(0, 0.18) if pocket or rng.random() < 0.4 else 0.0)
    patch[...] = np.clip(patch - share * bone + rim * bone, 0, 1)
    mask[y0:y1, x0:x1][(share > 0.3) & (bone > 0.02)] = 1


def _border(
    out: Floats, start: NDArray[np.float64], direction: NDArray[np.float64], px_per_mm: float, most_mm: float
) -> tuple[NDArray[np.float64], float, float]:
    """Walk outwards from inside a bone.

    The point of its border, the brightness outside, and how much brighter the bone is.
    """
    steps = np.arange(0, most_mm, 0.12)
    at = start[None] + steps[:, None] * direction[None] * px_per_mm
    side = np.array([-direction[1], direction[0]])
    lanes = [at + side * s * px_per_mm for s in (-0.4, 0.0, 0.4)]
    profile = np.mean(
        [
            cv2.remap(
                out,
                lane[None, :, 0].astype(np.float32),
                lane[None, :, 1].astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )[0]
            for lane in lanes
        ],
        axis=0,
    )
    profile = cv2.GaussianBlur(profile.astype(np.float32)[:, None], (1, 5), 0)[:, 0]
    half = len(profile) // 2
    level = float(profile[half:].min())
    inside = float(np.percentile(profile[: half + int(profile[half:].argmin()) + 1], 65))
    bright = np.flatnonzero(profile[: half + int(profile[half:].argmin()) + 1] > (inside + level) / 2)
    edge = int(bright[-1]) if bright.size else half
    return at[edge], level, max(0.0, inside - level)


def erode_joint(
    rng: np.random.Generator, film: LabelledFilm, out: Floats, mask: NDArray[np.uint8], joint: str, grade: int
) -> None:
    """Paint the erosions of one site in place, and mark them with 1 in `mask`."""
    if joint in CARPAL_OF or joint == "MC1BASE":
        _erode_bone(rng, film, out, mask, joint, grade)
        return
    place = joint_place(film, joint)
    parts: list[tuple[int, float]] = []
    if film.limb is Limb.FOOT:
        head = int(np.clip(round(grade * rng.uniform(0.45, 1.0)), grade - 5 if grade > 5 else 0, 5))
        parts = [(p, -1.0) for p in erosion_parts(rng, head)] + [(p, 1.0) for p in erosion_parts(rng, grade - head)]
    else:
        parts = [(p, -1.0 if rng.random() < 0.6 else 1.0) for p in erosion_parts(rng, grade)]
    side = float(rng.choice((-1.0, 1.0)))
    for part, end in parts:
        head_depth = (2.2, 5.0) if joint[:3] in ("MCP", "MTP") else (1.4, 3.4)
        radius = 1.12 * radius_mm(rng, part, 1.7 * place.half_mm)
        depth = (rng.uniform(*head_depth) if end < 0 else rng.uniform(1.2, 2.8)) + 0.25 * radius
        inside = place.centre + end * depth * place.along * place.px_per_mm
        border, outer, contrast = _border(out, inside, side * place.across, place.px_per_mm, place.half_mm + 1.0)
        inwards = -side * place.across
        _erode(
            rng,
            out,
            mask,
            border + inwards * radius * rng.uniform(0.25, 0.6) * place.px_per_mm,
            inwards,
            radius,
            outer,
            contrast,
            place.px_per_mm,
        )
        side = -side


def _erode_bone(
    rng: np.random.Generator, film: LabelledFilm, out: Floats, mask: NDArray[np.uint8], joint: str, grade: int
) -> None:
    """Erosions of carpals, the base of metacarpal 1, radius and ulna."""
    up = up_vector(film)
    thumb = np.subtract(film.points["MCP1"], film.points["MCP5"])
    across = np.array([-up[1], up[0]])
    across = across if across @ thumb > 0 else -across
    px_per_mm = 1 / mm_per_px(film)
    if joint == "MC1BASE":
        borders: tuple[tuple[float, float], ...] = ((1.0, 0.2), (-1.0, 0.0), (0.9, 0.8))
        width, most = 14.0, 10.0
    else:
        borders, width = EROSION_BORDERS[CARPAL_OF[joint]]
        most = 17.0 if joint == "RAD" else 10.0
    order = rng.permutation(len(borders))
    for n, part in enumerate(erosion_parts(rng, grade)):
        bx, by = np.array(borders[order[n % len(borders)]], float) + rng.normal(0, 0.15, 2)
        direction = bx * across - by * up
        direction = direction / np.linalg.norm(direction)
        radius = 1.12 * radius_mm(rng, part, width)
        border, outer, contrast = _border(out, np.array(film.points[joint]), direction, px_per_mm, most)
        x, y = (int(v) for v in border)
        around = out[
            max(0, y - int(4 * px_per_mm)) : y + int(4 * px_per_mm),
            max(0, x - int(4 * px_per_mm)) : x + int(4 * px_per_mm),
        ]
        darker = min(outer, float(np.percentile(around, 8)) if around.size else outer)
        outer, contrast = darker, contrast + outer - darker
        _erode(
            rng,
            out,
            mask,
            border - direction * radius * rng.uniform(0.3, 0.7) * px_per_mm,
            -direction,
            radius,
            outer,
            contrast,
            px_per_mm,
        )
