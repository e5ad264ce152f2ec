"""After training: cuts and interval widths of the scorer, fitted on validation films and stored in its card."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from core.agreement.coefficients import quadratic_kappa
from core.checkpoint import open_weights, read_card, write_card
from core.checkpoint.weight_file import FOLDER
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import site_kind
from core.joint_scoring.table import ROW_BY_NAME
from core.svh import SITES, Damage, Site
from core.training.film_cache import JOINT_KEYS, Crops
from core.training.score_joints import predict
from core.training.score_parts import PartCrops, crop_cells

CUTS = np.arange(0.3, 1.35, 0.05)
COVERAGE = 0.90
# Points that an undamaged site of a real film with simulated damage elsewhere may get on average. On a film without any
# damage there are fewer.
FALSE_POINTS = 0.25


def jitter(rng: np.random.Generator, crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A crop [S, S] as a detector that errs a little would cut it: 2 degrees, 3 % of scale, 1.25 % of the side."""
    side = crop.shape[0]
    middle = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 2)), float(np.exp(rng.normal(0, 0.03))))
    matrix[:, 2] += rng.normal(0, 0.0125 * side, 2)
    return cv2.warpAffine(crop, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def jittered(crops: Crops, seed: int) -> Crops:
    """The close-ups as a detector that errs a little would cut them."""
    rng = np.random.default_rng(seed)
    return replace(crops, pixels=np.stack([jitter(rng, crop) for crop in crops.pixels]))


def _site(joint: int, damage: int) -> Site | None:
    limb, name = JOINT_KEYS[joint]
    wanted = (Damage.EROSION, Damage.JSN)[damage]
    return next((s for s in SITES[limb] if s.joint == name and s.damage is wanted), None)


class Cells:
    """All cells of a set of crops as flat arrays.

    Kind of site, maximum, truth, and the network's three values in points.
    """

    def __init__(self, rows: Sequence[tuple[str, float, float, float, float, float]]) -> None:
        self.kind = np.array([r[0] for r in rows], str)
        self.maximum, self.truth, self.value, self.low, self.high = (
            np.array([r[k] for r in rows], float) for k in range(1, 6)
        )

    def of(self, damage: Damage) -> "Cells":
        """The cells of one damage."""
        mine = [n for n, kind in enumerate(self.kind) if ROW_BY_NAME[kind.split("/")[0]].damage is damage]
        columns = (self.kind, self.maximum, self.truth, self.value, self.low, self.high)
        return Cells([tuple(column[n] for column in columns) for n in mine])

    def points(self, cut: float) -> NDArray[np.float64]:
        """Whole points: 0 below the cut, else rounded and at least 1."""
        value = np.clip(self.value, 0, self.maximum)
        return np.where(value < cut, 0, np.clip(np.floor(value + 0.5), 1, self.maximum))


def _close_up_cells(crops: Crops, values: NDArray[np.float32]) -> Cells:
    rows = []
    for damage in (0, 1):
        sites = {j: _site(j, damage) for j in np.unique(crops.joint)}
        for n in np.flatnonzero(crops.truth[:, damage] >= 0):
            site = sites[crops.joint[n]]
            if site is not None:
                rows.append((site_kind(site), site.maximum, crops.truth[n, damage], *values[n, damage]))
    return Cells(rows)


def _best_cut(phantom: Cells, simulated: Cells, budget: float) -> float:
    """The cut that agrees best on skewed phantoms and simulated damage within the budget of false points.

    Agreement is the mean of quadratic kappa and of the share of damaged sites that get points: early damage weighs
    little in kappa and much for a patient. Where no cut keeps the budget, the one with the fewest false points. One cut
    serves all sites of a damage: cuts of single kinds of site were fitted to the few real hands that there are, and
    hid erosions of real wrists.
    """
    zeros = simulated.truth == 0

    def worth(cut: float) -> tuple[bool, float]:
        false = float(simulated.points(cut)[zeros].mean()) if zeros.any() else 0.0
        if false > budget:
            return False, -false
        gains = []
        for cells in (phantom, simulated):
            points, damaged = cells.points(cut), cells.truth > 0
            if damaged.any():
                kappa = quadratic_kappa(np.floor(cells.truth + 0.5), points)
                gains += [kappa, float((points[damaged] > 0).mean())]
        return True, float(np.nanmean(gains)) if gains else 0.0

    return float(max(CUTS, key=worth))


def _misses(cells: Cells, points: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """By how much the interval of each chosen cell misses its truth.

    Below zero where it holds the truth with room to spare.
    """
    low, high = np.minimum(cells.low, points), np.maximum(cells.high, points)
    return np.maximum(low - cells.truth, cells.truth - high)[chosen]


def _widening(misses: NDArray[np.float64]) -> float:
    """Points by which the quantiles move outwards so that the interval covers 90 % of the truths."""
    if misses.size < 30:
        return 0.0
    return round(float(np.quantile(misses, min(1.0, COVERAGE * (1 + 1 / misses.size)))), 3)


@torch.inference_mode()
def calibrate(cache: Path, name: str = "compact_joint_scorer", *, folder: Path = FOLDER) -> dict[str, Any]:
    """Fit and store the calibration; returns it."""
    card = read_card(name, folder=folder)
    settings: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in card.settings.items()}
    network = ScoringNetwork(ScoringSettings(**settings))
    open_weights(network, card, folder=folder)
    network.eval()
    sets = []
    for n, pattern in enumerate(("validation-*.npz", "real-validation-*.npz")):
        crops = jittered(Crops.load(sorted(cache.glob(pattern))), seed=n)
        sets.append(_close_up_cells(crops, predict(network, crops)))
    found = fit_calibration(*sets)
    write_card(card.model_copy(update={"calibration": found}), folder=folder)
    return found


def part_calibration(network: ScoringNetwork, sources: Sequence[PartCrops]) -> dict[str, Any]:
    """`fit_calibration` of a network of whole parts on crops of phantoms and, where there are any, painted real films.

    Of those there are few: they come again, cut otherwise, until both count alike, for an interval is to hold on both.
    """
    limit = max(len(crops.pixels) for crops in sources)
    cells = []
    for number, crops in enumerate(sources):
        rng = np.random.default_rng([number])
        times = max(1, limit // len(crops.pixels))
        cuts = (replace(crops, pixels=np.stack([jitter(rng, crop) for crop in crops.pixels])) for _ in range(times))
        cells.append(Cells([row for cut in cuts for row in crop_cells(network, cut)]))
    return fit_calibration(cells[0], cells[1] if len(cells) > 1 else Cells([]))


def fit_calibration(phantom: Cells, simulated: Cells) -> dict[str, Any]:
    """The cut of each damage, for all its kinds of site, and what the intervals are widened by."""
    kinds = sorted({*phantom.kind, *simulated.kind})
    cuts: dict[str, float] = {}
    widen: dict[str, tuple[float, float]] = {}
    for damage in Damage:
        own = [cells.of(damage) for cells in (phantom, simulated)]
        mine = [str(kind) for kind in kinds if ROW_BY_NAME[kind.split("/")[0]].damage is damage]
        if not mine:
            continue
        cuts |= dict.fromkeys(mine, round(_best_cut(own[0], own[1], FALSE_POINTS), 2))
        misses: list[list[NDArray[np.float64]]] = [[], []]
        for cells in own:
            points = cells.points(cuts[mine[0]])
            for n, chosen in enumerate((points == 0, points > 0)):
                misses[n].append(_misses(cells, points, chosen))
        widen[damage.value] = (_widening(np.concatenate(misses[0])), _widening(np.concatenate(misses[1])))
    return {"zero_cut": cuts, "widen": widen}
