"""The last steps that hand and foot share.

The frame of the film, its look, the exposure and the truth that goes with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.acquisition import Lesion, Look, Thinning, Window
from core.phantom.assembly import Assembly, Gap
from core.phantom.exposure import expose
from core.phantom.soft_tissue import Segment, thickness
from core.svh import Side, Site

ERODED_MM = 0.5  # a pixel belongs to an erosion when the beam misses this much bone


def draw_look(person: np.random.Generator, machine: np.random.Generator | None = None) -> Look:
    """A patient's bone quality and a clinic's machine; another `machine` leaves the patient's bones as they are."""
    look = _look(person)
    if machine is None:
        return look
    return replace(_look(machine), cortex=look.cortex, texture=look.texture, texture_mm=look.texture_mm)


def _look(rng: np.random.Generator) -> Look:
    return Look(
        cortex=float(np.clip(rng.normal(0.95, 0.16), 0.55, 1.3)),
        texture=rng.uniform(0.3, 0.95),
        texture_mm=rng.uniform(0.75, 1.5),
        blur_mm=rng.uniform(0.11, 0.30),
        noise=rng.uniform(0.004, 0.022),
        scatter=rng.uniform(0.03, 0.12),
        detail=rng.uniform(1.1, 2.0),
        contrast=rng.uniform(0.0, 0.6),
        gamma=rng.uniform(0.75, 1.5),
        floor=max(0.0, rng.uniform(-0.1, 0.2)),
    )


def acquire(
    rng: np.random.Generator,
    limb_bones: Assembly,
    points: Mapping[str, tuple[float, float]],
    gaps: Mapping[str, Gap],
    segments: Sequence[Segment],
    lesions: Sequence[Lesion],
    owners: Sequence[str],
    thinnings: Sequence[Thinning],
    look: Look,
    *,
    site_grades: Mapping[Site, int],
    side: Side,
    mm_per_px: float,
    film_id: str,
    cut_y_mm: float,
    normal_gap_mm: Mapping[str, float],
) -> LabelledFilm:
    """Expose the assembled limb; a right one is mirrored, because the pack lies as a left one does.

    `owners` names the site (suffix) of every lesion; the film ends at `cut_y_mm`.
    """
    ends = np.array([(s.a[0] + f * r, s.a[1] + f * r) for s in segments for r in (s.radius_a_mm,) for f in (-1, 1)])
    low = ends.min(0) - rng.uniform(3, 18, 2)
    high = ends.max(0) + rng.uniform(3, 18, 2)
    high[1] = min(high[1], cut_y_mm)
    window = Window(
        float(low[0]),
        float(low[1]),
        mm_per_px,
        int((high[0] - low[0]) / mm_per_px),
        int((high[1] - low[1]) / mm_per_px),
    )
    pixels, eroded, volumes = expose(
        rng, limb_bones.surfaces(cortex=look.cortex), thickness(segments, window), window, look,
        lesions=lesions, thinnings=thinnings,
    )  # fmt: skip
    mask = np.zeros(pixels.shape, np.uint8)
    for gap in gaps.values():
        cv2.fillPoly(mask, [np.rint(window.pixel(gap.outline)).astype(np.int32)], 2)
    mask[eroded > ERODED_MM] = 1
    placed = {name: window.pixel(np.array(point)) for name, point in points.items()}
    at = {name: (float(p[0]), float(p[1])) for name, p in placed.items()}
    if side is Side.R:
        pixels, mask = np.ascontiguousarray(pixels[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
        at = {name: (window.width_px - 1 - x, y) for name, (x, y) in at.items()}
    lost: dict[str, float] = {}
    for number, volume in volumes.items():
        lost[owners[number]] = lost.get(owners[number], 0.0) + volume
    limb = next(iter(site_grades)).limb
    return LabelledFilm(
        pixels=pixels,
        limb=limb,
        side=side,
        points=at,
        grades=dict(site_grades),
        film_id=film_id,
        source="phantom",
        spacing_mm=mm_per_px,
        damage_mask=mask,
        gap_mm={name: gap.width_mm for name, gap in gaps.items()},
        eroded_mm3=lost,
        normal_gap_mm=dict(normal_gap_mm),
    )
