"""From the finder's maps to limbs.

Every cell votes for the middle of its limb, and the cells of a limb for its pose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.pose import Pose, fit_pose
from core.detection.network import LIMBS, MAPS_A_LIMB, OFFSET_UNIT_PX, PLACE_UNIT_MM
from core.svh import Limb

Floats = NDArray[np.float32]
FINDER_STRIDE = 8
CELLS = 4  # fewer cells are no limb
ROBUST_MM = 6.0  # a vote that is further off counts less (Cauchy weights)
SAME_PX = 26.0  # cells whose votes for a middle lie nearer are of one limb


@dataclass(frozen=True)
class SeenLimb:
    """A limb as the coarse pass sees it: kind, confidence, pose, and how much speaks for the other kind (0 to 1)."""

    limb: Limb
    confidence: float
    pose: Pose
    other_kind: float


def seen_limbs(heat: Floats, maps: Floats, frame: Frame, *, min_heat: float = 0.3, limit: int = 8) -> list[SeenLimb]:
    """The limbs on a film, best first.

    `heat` [2, h, w] in [0, 1] and `maps` [8, h, w] as `LimbFinder` gives them, `frame` the view they were read from.
    Cells are gathered round the strongest that is left, as far as their votes for the middle of the limb agree.
    """
    strength = heat.max(0)
    rows, columns = np.nonzero(strength >= min_heat)
    if rows.size < CELLS:
        return []
    cells = np.stack([columns, rows], 1) * FINDER_STRIDE + (FINDER_STRIDE - 1) / 2.0
    score = strength[rows, columns].astype(float)
    kinds = heat[:, rows, columns].argmax(0)
    by_kind = maps.reshape(len(LIMBS), MAPS_A_LIMB, *strength.shape)[:, :, rows, columns].astype(float)
    own = by_kind[kinds, :, np.arange(len(rows))]  # [cells, 4]
    middles = cells + own[:, 2:4] * OFFSET_UNIT_PX
    left = np.ones(len(rows), bool)
    seen: list[SeenLimb] = []
    for index in score.argsort()[::-1]:
        if len(seen) == limit:
            break
        if not left[index]:
            continue
        mine = left & (np.linalg.norm(middles - middles[index], axis=1) < SAME_PX)
        mine = left & (np.linalg.norm(middles - np.median(middles[mine], axis=0), axis=1) < SAME_PX)
        mine[index] = True
        left &= ~mine
        if mine.sum() < CELLS:
            continue
        support = heat[:, rows[mine], columns[mine]].sum(1)
        kind = int(support.argmax())
        pose = _voted_pose(LIMBS[kind], frame.to_film(cells[mine]), by_kind[kind][:, mine].T, score[mine])
        if pose is not None:
            confidence = float(np.average(heat[kind, rows[mine], columns[mine]], weights=score[mine]))
            seen.append(SeenLimb(LIMBS[kind], confidence, pose, float(support[1 - kind] / support.sum())))
    return sorted(seen, key=lambda limb: -limb.confidence)


def _voted_pose(
    limb: Limb, at: NDArray[np.float64], maps: NDArray[np.float64], score: NDArray[np.float64]
) -> Pose | None:
    """The pose, not mirrored, that most cells agree on; `at` [n, 2] film pixels, `maps` [n, 4].

    None where they tell no size.
    """
    places = maps[:, :2] * PLACE_UNIT_MM
    if np.ptp(places, axis=0).max() < 8 or np.ptp(at, axis=0).max() < 1:
        return None
    names = [str(n) for n in range(len(at))]
    film = {n: (float(x), float(y)) for n, (x, y) in zip(names, at, strict=True)}
    onto = {n: (float(x), float(y)) for n, (x, y) in zip(names, places, strict=True)}
    weights = score.copy()
    pose = None
    for _ in range(5):
        pose = fit_pose(limb, film, weights=dict(zip(names, weights, strict=True)), onto=onto, mirrored=False)
        off = np.linalg.norm(pose.to_mm(at) - places, axis=1)
        weights = score / (1 + (off / ROBUST_MM) ** 2)
    return pose
