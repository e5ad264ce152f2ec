"""How two maps agree, and how much of a map lies where the damage is.

Where heat is equal, ranks are shared: a uniform map scores what chance scores, in every measure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]
HOTTEST = 0.2


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rank correlation of two maps [H, W]; NaN if one of them is uniform."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(spearmanr(a.ravel(), b.ravel()).statistic)


def hottest(heat: Floats, share: float = HOTTEST) -> NDArray[np.float64]:
    """How far each pixel belongs to the hottest `share`: 1, 0, and a part for those that are equal at the edge."""
    flat = heat.ravel().astype(np.float64)
    wanted = share * flat.size
    edge = np.sort(flat)[::-1][max(0, int(np.ceil(wanted)) - 1)]
    above, equal = flat > edge, flat == edge
    member = above.astype(np.float64)
    member[equal] = (wanted - above.sum()) / equal.sum()
    return member.reshape(heat.shape)


def hottest_overlap(a: Floats, b: Floats, share: float = HOTTEST) -> float:
    """Share of the hottest pixels of `a` that are among those of `b`; chance is `share`."""
    return float((hottest(a, share) * hottest(b, share)).sum() / (share * a.size))


def heat_inside(heat: Floats, mask: Mask) -> float:
    """Share of all heat that lies inside the mask; a map without heat counts as uniform."""
    total = float(heat.sum())
    return float(heat[mask].sum()) / total if total > 0 else float(mask.mean())


def pointing(heat: Floats, mask: Mask) -> float:
    """Pointing game: 1 if the hottest pixel lies in the mask, else 0; of several equal ones their mean.

    Source: Zhang 2018, IJCV 126:1084, without its tolerance.
    """
    return float(mask[heat == heat.max()].mean())


def precision_recall_area(heat: Floats, mask: Mask) -> float:
    """Average precision of heat as a detector of mask pixels; chance is the mask's share. NaN for an empty mask.

    Equal heat is one threshold. Source: Davis & Goadrich 2006, ICML.
    """
    if not mask.any():
        return float("nan")
    order = np.argsort(-heat.ravel(), kind="stable")
    values, right = heat.ravel()[order], mask.ravel()[order]
    last = np.append(np.flatnonzero(np.diff(values)), values.size - 1)  # the end of each run of equal heat
    found = np.cumsum(right)[last]
    precision, recall = found / (last + 1), found / right.sum()
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision))


@dataclass(frozen=True)
class MapAgreement:
    """Two maps compared: Spearman's correlation and overlap of the hottest 20 %."""

    spearman: float
    overlap: float


def agreement_of_maps(a: Floats, b: Floats) -> MapAgreement:
    """Compare two maps [H, W] of one view."""
    return MapAgreement(spearman(a, b), hottest_overlap(a, b))


@dataclass(frozen=True)
class MapTruth:
    """A map against the place of the damage: share of heat inside, pointing game, area under precision-recall."""

    inside: float
    pointing: float
    area: float


def truth_of_map(heat: Floats, damage: Mask) -> MapTruth:
    """Compare a map [H, W] with the pixels of the damage (or with the site's box, where no damage is known)."""
    return MapTruth(heat_inside(heat, damage), pointing(heat, damage), precision_recall_area(heat, damage))
