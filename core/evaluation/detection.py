"""How well parts and joints are found.

Average precision at IoU 0.6 as DeepRA's Table 1 has it, and joint-centre errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.anatomy.parts import PART_JOINTS, PARTS, Box, part_boxes
from core.cohort.labelled_film import LabelledFilm
from core.model_reader.evidence import FilmReading
from core.svh import Limb

IOU = 0.6
OUTSIDE_SHARE = 0.4  # a part more of whose box lies outside is not on the film


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def average_precision(found: Sequence[tuple[float, bool]], truths: int) -> float:
    """Area under the interpolated precision-recall curve of (confidence, right) pairs; NaN without truths.

    Source: Everingham 2010, IJCV 88:303, all points.
    """
    if truths == 0:
        return float("nan")
    right = np.array([hit for _, hit in sorted(found, key=lambda pair: -pair[0])], bool)
    recall = np.cumsum(right) / truths
    precision = np.cumsum(right) / np.arange(1, right.size + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * best))


@dataclass(frozen=True)
class FoundFilm:
    """A film with its truth and what the reader found on it (None: nothing)."""

    film: LabelledFilm
    reading: FilmReading | None


def true_boxes(film: LabelledFilm) -> dict[str, Box]:
    """Boxes of the parts that are on the film, clipped to it."""
    height, width = film.pixels.shape
    boxes: dict[str, Box] = {}
    for part, (x0, y0, x1, y1) in part_boxes(film.limb, film.points).items():
        box = (max(0.0, x0), max(0.0, y0), min(float(width), x1), min(float(height), y1))
        inside = max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
        if inside >= (1 - OUTSIDE_SHARE) * (x1 - x0) * (y1 - y0):
            boxes[part] = box
    return boxes


def detection_figures(films: Sequence[FoundFilm], limb: Limb) -> dict[str, float]:
    """AP at IoU 0.6 of each part and their mean.

    Median and 95th percentile of joint errors in % of the part's long side.
    """
    mine = [f for f in films if f.film.limb is limb]
    pairs: dict[str, list[tuple[float, bool]]] = {part: [] for part in PARTS[limb]}
    truths = dict.fromkeys(PARTS[limb], 0)
    errors: list[float] = []
    for item in mine:
        boxes = true_boxes(item.film)
        for part in boxes:
            truths[part] += 1
        if item.reading is None or item.reading.limb is not limb:
            continue
        for found in item.reading.parts:
            right = found.name in boxes and overlap(found.box, boxes[found.name]) >= IOU
            if found.name in boxes or not _unmarked(item.film, found.name):
                pairs[found.name].append((found.confidence, right))
        at = {joint.name: (joint.x, joint.y) for joint in item.reading.joints}
        for part, joints in PART_JOINTS[limb].items():
            for joint in joints:
                if part in boxes and joint in item.film.points and joint in at and joint not in item.film.uncertain:
                    x0, y0, x1, y1 = boxes[part]
                    distance = float(np.hypot(*np.subtract(at[joint], item.film.points[joint])))
                    errors.append(100 * distance / max(x1 - x0, y1 - y0))
    figures = {f"ap_{part}": round(average_precision(pairs[part], truths[part]), 4) for part in PARTS[limb]}
    figures["map"] = round(float(np.nanmean(list(figures.values()))), 4)
    figures["films"] = len(mine)
    if errors:
        figures["joint_error_percent_median"] = round(float(np.median(errors)), 2)
        figures["joint_error_percent_p95"] = round(float(np.percentile(errors, 95)), 2)
    return figures


def _unmarked(film: LabelledFilm, part: str) -> bool:
    """Whether the marks say nothing about a part, so that a box there is neither right nor wrong."""
    return film.source != "phantom" and any(joint not in film.points for joint in PART_JOINTS[film.limb][part])
