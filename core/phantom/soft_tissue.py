"""Skin, muscle and fat round the bones: rounded segments whose thickness adds up smoothly where they meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.phantom.acquisition import Window
from core.phantom.assembly import Assembly

COARSE = 4


@dataclass(frozen=True)
class Segment:
    """A rounded segment from `a` to `b` (mm, film plane) with radii across, and its thickness as a share of width."""

    a: tuple[float, float]
    b: tuple[float, float]
    radius_a_mm: float
    radius_b_mm: float
    flatness: float = 0.9


def thickness(segments: Sequence[Segment], window: Window, *, power: float = 4.0) -> NDArray[np.float32]:
    """Thickness of the soft tissue, mm, [H, W]: the p-norm of the segments' chords, at a quarter of the resolution."""
    height, width = -(-window.height_px // COARSE) + 1, -(-window.width_px // COARSE) + 1
    step = window.mm_per_px * COARSE
    x = (window.x_mm + np.arange(width) * step).astype(np.float32)[None, :]
    y = (window.y_mm + np.arange(height) * step).astype(np.float32)[:, None]
    total = np.zeros((height, width), np.float32)
    for segment in segments:
        (ax, ay), (bx, by) = segment.a, segment.b
        dx, dy = bx - ax, by - ay
        share = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-6), 0, 1)
        radius = segment.radius_a_mm + share * (segment.radius_b_mm - segment.radius_a_mm)
        inside = np.maximum(radius**2 - (x - ax - share * dx) ** 2 - (y - ay - share * dy) ** 2, 0)
        total += (2 * segment.flatness * np.sqrt(inside)) ** power
    coarse = cv2.GaussianBlur(total ** (1 / power), (0, 0), 0.7)
    big = cv2.resize(coarse, (width * COARSE, height * COARSE), interpolation=cv2.INTER_LINEAR)
    shifted = cv2.warpAffine(  # cv2.resize puts the first coarse pixel's centre half a coarse pixel in
        big,
        np.array([[1.0, 0, -(COARSE - 1) / 2], [0, 1.0, -(COARSE - 1) / 2]]),
        (width * COARSE, height * COARSE),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return shifted[: window.height_px, : window.width_px]


def hand_segments(rng: np.random.Generator, hand: Assembly, points: Mapping[str, tuple[float, float]]) -> list[Segment]:
    """Skin outline: fingers, palm, thumb with thenar, wrist and forearm."""
    build = rng.uniform(0.9, 1.18)
    size = float(np.linalg.norm(np.subtract(points["MCP3"], points["CMC3"]))) / 64
    r = build * size
    segments: list[Segment] = []
    for k in range(2, 6):
        thin = 0.88 if k == 5 else 1.0
        tip = np.array(points[f"TIP{k}"]) + hand.bones[f"{k}distph"].axis[:2] * 0.5
        chain = [tuple(tip), points[f"DIP{k}"], points[f"PIP{k}"], points[f"MCP{k}"]]
        radii = [5.6 * r * thin, 8.4 * r * thin, 10.0 * r * thin, 12.5 * r * thin]
        segments += [Segment(chain[n], chain[n + 1], radii[n], radii[n + 1]) for n in range(3)]
        base = hand.bones[f"{k}mc"].end(distal=False)[:2]
        segments.append(Segment(points[f"MCP{k}"], (float(base[0]), float(base[1])), 12.5 * r, 14.5 * r, 0.85))
    end = np.array(points["TIP1"]) + hand.bones["thumbdist"].axis[:2] * 0.5
    thumb_tip = (float(end[0]), float(end[1]))
    segments += [
        Segment(thumb_tip, points["IP1"], 7.2 * r, 10.4 * r),
        Segment(points["IP1"], points["MCP1"], 10.4 * r, 12.6 * r),
        Segment(points["MCP1"], points["CMC1"], 12.5 * r, 17.0 * r),
        Segment(points["MCP1"], points["CMC3"], 9.0 * r, 15.0 * r, 0.9),
    ]
    left, right = np.array(points["ULN"]), np.array(points["RAD"])
    down = -hand.bones["radius"].axis[:2]
    middle = (left + right) / 2
    ends = [tuple(middle + down * d) for d in (-22 * size, 2 * size, 45 * size, 120 * size)]
    radii = [25 * r, 25.5 * r, 27 * r, 33 * r]
    segments += [Segment(ends[n], ends[n + 1], radii[n], radii[n + 1], 0.62) for n in range(3)]
    return segments


def foot_segments(rng: np.random.Generator, foot: Assembly, points: Mapping[str, tuple[float, float]]) -> list[Segment]:
    """Skin outline: toes, forefoot, and the foot towards the heel."""
    r = rng.uniform(0.9, 1.15) * float(np.linalg.norm(np.subtract(points["MTP1"], points["TMT1"]))) / 62.7
    segments: list[Segment] = []
    for k in range(1, 6):
        big = k == 1
        tip = tuple(np.array(points[f"TIP{k}"]) + foot.bones[f"{k}dp"].axis[:2] * 0.5)
        middle = points["IP1" if big else f"PIP{k}"]
        base = points[f"MTP{k}"]
        foot_end = foot.bones[f"{k}mt"].end(distal=False)[:2]
        segments += [
            Segment(tip, middle, (11.0 if big else 7.6) * r, (14.5 if big else 9.0) * r, 0.85),
            Segment(middle, base, (14.5 if big else 9.0) * r, (17.0 if big else 12.5) * r, 0.95),
            Segment(base, (float(foot_end[0]), float(foot_end[1])), (16.0 if big else 13.0) * r, 17.0 * r, 1.15),
        ]
    left, right = np.array(points["TMT5"]), np.array(points["TMT1"])
    down = np.array([0.0, 1.0])
    segments += [
        Segment(tuple(left), tuple(left + 60 * down), 15 * r, 22 * r, 1.4),
        Segment(tuple(right), tuple(right + 60 * down), 19 * r, 24 * r, 1.5),
        Segment(tuple((left + right) / 2), tuple((left + right) / 2 + 60 * down), 22 * r, 28 * r, 1.3),
    ]
    return segments
