"""Growth plates painted on a film of an adult: what tells a growing skeleton from a grown one.

A plate is a thin, dark, wavy line across the bone near its end, with a denser line on both sides. Fingers and toes have
one at the base of each phalanx, metacarpals and metatarsals 2 to 5 near their heads, radius and ulna near the wrist.
Source: Greulich and Pyle, Radiographic Atlas of Skeletal Development of the Hand and Wrist, for the places.
"""

from dataclasses import replace

import cv2
import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.joint_place import Floats, Place, joint_place, mm_per_px, step, up_vector
from core.phantom.simulated_narrowing import soft_level
from core.svh import Limb

NEEDED = {Limb.HAND: ("RADCAR", "MCP1", "MCP2", "MCP3", "MCP5", "CMC3"), Limb.FOOT: ("TMT1", "MTP1", "MTP5")}


def can_grow(film: LabelledFilm) -> bool:
    """Whether a film has the points that the painter measures by."""
    return all(name in film.points for name in NEEDED[film.limb])


def paint_growth_plates(rng: np.random.Generator, film: LabelledFilm) -> LabelledFilm:
    """The film with open growth plates at most of their places."""
    out = film.pixels.astype(np.float32).copy()
    soft = soft_level(out, 1 / mm_per_px(film))
    wide = float(np.exp(rng.uniform(np.log(0.7), np.log(2.0))))  # younger bones have wider plates
    for joint in film.points:
        if joint.startswith(("MCP", "PIP", "MTP", "IP1")):
            place = joint_place(film, joint)
            if rng.random() < 0.9:
                _plate(rng, out, soft, place, float(rng.uniform(3.0, 6.0)), wide)
            if joint[:3] in ("MCP", "MTP") and not joint.endswith("1") and rng.random() < 0.8:
                _plate(rng, out, soft, place, float(-rng.uniform(6.5, 10.0)), wide)
    if film.limb is Limb.HAND:
        up = up_vector(film)
        for name, half in (("RAD", 14.0), ("ULN", 7.5)):
            if name in film.points and rng.random() < 0.95:
                across = np.array([-up[1], up[0]])
                centre = np.array(film.points[name], float)
                place = Place(centre, up, across, 1 / mm_per_px(film), half)
                _plate(rng, out, soft, place, float(rng.uniform(2.0, 7.0)), 1.3 * wide)
    return replace(film, pixels=out, damage_mask=None)


def _plate(rng: np.random.Generator, out: Floats, soft: Floats, place: Place, distal_mm: float, wide: float) -> None:
    """One plate in place, `distal_mm` from the joint along its axis."""
    reach = (place.half_mm + 5) * place.px_per_mm
    centre = place.centre + distal_mm * place.along * place.px_per_mm
    height, width = out.shape
    x0, y0 = (int(max(0, v - reach)) for v in centre)
    x1, y1 = int(min(width, centre[0] + reach + 1)), int(min(height, centre[1] + reach + 1))
    if x1 - x0 < 4 or y1 - y0 < 4:
        return
    x = (np.arange(x0, x1) - centre[0])[None, :] / place.px_per_mm
    y = (np.arange(y0, y1) - centre[1])[:, None] / place.px_per_mm
    t = x * place.along[0] + y * place.along[1]
    u = x * place.across[0] + y * place.across[1]
    bow, phase = rng.normal(0, 0.6), rng.uniform(0, 6.3)
    t = t - bow * (u / place.half_mm) ** 2 - 0.35 * np.sin(u * rng.uniform(0.5, 1.4) + phase)
    half = wide * rng.uniform(0.35, 0.7)
    patch, low = out[y0:y1, x0:x1], soft[y0:y1, x0:x1]
    bone = np.maximum(patch - low, 0)
    aside = step((place.half_mm + 1.5 - np.abs(u)) / 1.5)
    dark = step((half + 0.35 - np.abs(t)) / 0.5) * np.float32(rng.uniform(0.45, 0.95))
    dense = np.exp(-(((np.abs(t) - half - 0.7) / 0.5) ** 2)) * np.float32(rng.uniform(0.0, 0.35))
    changed = patch - bone * dark * aside + bone * dense.astype(np.float32) * aside
    soften = cv2.GaussianBlur(changed.astype(np.float32), (0, 0), max(0.12 * place.px_per_mm, 0.3))
    patch[...] = np.clip(np.where(aside > 0, soften, patch), 0, 1)
