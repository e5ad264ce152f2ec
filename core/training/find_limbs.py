"""Training of the limb finder: where hands and feet, whole or in part, lie on a film, and where there are none."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.anatomy.frame import Frame
from core.anatomy.template import TEMPLATE_MM
from core.detection.limb_votes import FINDER_STRIDE, seen_limbs
from core.detection.network import LIMBS, MAPS_A_LIMB, OFFSET_UNIT_PX, PLACE_UNIT_MM, FinderSettings, LimbFinder
from core.svh import Limb, Side
from core.training.limb_views import FilmSample, LimbTruth

ON_MM, NEAR_MM = 9.0, 16.0  # a cell nearer to the bones lies on the limb; between the two nothing is asked of it
CHAINS: dict[Limb, tuple[tuple[str, ...], ...]] = {
    Limb.HAND: (
        ("TIP1", "IP1", "MCP1", "CMC1", "RAD"),
        ("TIP2", "PIP2", "MCP2", "CMC3"),
        ("TIP3", "PIP3", "MCP3", "CMC3", "RAD"),
        ("TIP4", "PIP4", "MCP4", "CMC5"),
        ("TIP5", "PIP5", "MCP5", "CMC5", "ULN"),
    ),
    Limb.FOOT: (
        ("TIP1", "IP1", "MTP1", "TMT1"),
        ("TIP2", "PIP2", "MTP2", "TMT1"),
        ("TIP3", "PIP3", "MTP3"),
        ("TIP4", "PIP4", "MTP4", "TMT5"),
        ("TIP5", "PIP5", "MTP5", "TMT5"),
        ("MTP1", "MTP3", "MTP5"),
    ),
}


def _bones(truth: LimbTruth, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance [n] in mm of grid points [n, 2] from the bones between the points that show."""
    here = {name: point for name, point, shown in zip(truth.names, truth.at, truth.shown, strict=True) if shown}
    ends = [(here[n], here[n]) for n in here]
    for chain in CHAINS[truth.limb]:
        there = [name for name in chain if name in here]
        ends += [(here[a], here[b]) for a, b in itertools.pairwise(there)]
    a, b = np.array([e[0] for e in ends]), np.array([e[1] for e in ends])
    along = b - a
    length = np.maximum((along**2).sum(1), 1e-9)
    t = np.clip(((grid[:, None] - a) * along).sum(2) / length, 0, 1)
    return np.linalg.norm(grid[:, None] - (a + t[..., None] * along), axis=2).min(1) * truth.pose.mm_per_px


def _places(truth: LimbTruth, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where grid points [n, 2] lie on the template, mm: the pose, bent so that the marked points land on theirs."""
    template = np.array([TEMPLATE_MM[truth.limb][name] for name in truth.names])
    missing = template - truth.pose.to_mm(truth.at)
    distance = np.linalg.norm(grid[:, None] - truth.at, axis=2) * truth.pose.mm_per_px
    weight = 1 / (distance**2 + 9)
    return truth.pose.to_mm(grid) + (weight[..., None] * missing).sum(1) / weight.sum(1, keepdims=True)


@dataclass(frozen=True)
class FinderTargets:
    """Heat [2, h, w] with what is asked [2, h, w]; maps [8, h, w] with what is asked [8, h, w]."""

    heat: NDArray[np.float32]
    heat_asked: NDArray[np.float32]
    maps: NDArray[np.float32]
    maps_asked: NDArray[np.float32]


def targets_of(sample: FilmSample, settings: FinderSettings) -> FinderTargets:
    """What the finder should say of a film; nothing lies on one that is light for dark."""
    cells = settings.side_px // FINDER_STRIDE
    heat, asked = np.zeros((2, cells, cells), np.float32), np.ones((2, cells, cells), np.float32)
    maps = np.zeros((len(LIMBS) * MAPS_A_LIMB, cells, cells), np.float32)
    maps_asked = np.zeros_like(maps)
    line = np.arange(cells) * FINDER_STRIDE + (FINDER_STRIDE - 1) / 2
    grid = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    for truth in sample.limbs if not sample.inverted else ():
        if truth.shown.sum() < 2:
            continue
        kind = LIMBS.index(truth.limb)
        mm_a_cell = FINDER_STRIDE * truth.pose.mm_per_px
        distance = _bones(truth, grid).reshape(cells, cells)
        on = distance < max(ON_MM, 0.6 * mm_a_cell)
        asked[:, (distance < max(NEAR_MM, 1.2 * mm_a_cell)) & ~on & (heat[kind] == 0)] = 0
        heat[kind, on], asked[:, on] = 1, 1
        flat = np.flatnonzero(on.ravel())
        own = np.empty((flat.size, MAPS_A_LIMB))
        own[:, :2] = _places(truth, grid[flat]) / PLACE_UNIT_MM
        if truth.pose.side is Side.L:  # a mirrored limb has the place that its mirror image would have
            own[:, 0] = -own[:, 0]
        own[:, 2:4] = (truth.at[truth.shown].mean(0) - grid[flat]) / OFFSET_UNIT_PX
        rows = slice(kind * MAPS_A_LIMB, (kind + 1) * MAPS_A_LIMB)
        maps[rows].reshape(MAPS_A_LIMB, -1)[:, flat] = own.T
        maps_asked[rows].reshape(MAPS_A_LIMB, -1)[:, flat] = 1
    return FinderTargets(heat, asked, maps, maps_asked)


@dataclass(frozen=True)
class FinderBatch:
    """Views [N, 1, S, S], targets as in `FinderTargets` with a first axis, `inverted` [N]."""

    views: Tensor
    heat: Tensor
    heat_asked: Tensor
    maps: Tensor
    maps_asked: Tensor
    inverted: Tensor


def make_batch(samples: Sequence[FilmSample], settings: FinderSettings) -> FinderBatch:
    """Samples as tensors."""
    targets = [targets_of(sample, settings) for sample in samples]

    def stack(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(t, name) for t in targets]))

    views = torch.from_numpy(np.stack([s.view for s in samples]))[:, None]
    inverted = torch.tensor([float(s.inverted) for s in samples])
    return FinderBatch(views, stack("heat"), stack("heat_asked"), stack("maps"), stack("maps_asked"), inverted)


def batch_losses(network: LimbFinder, batch: FinderBatch) -> dict[str, Tensor]:
    """Focal loss of the heat; absolute error of places and offsets on the cells of limbs; polarity."""
    device = next(network.parameters()).device
    views = batch.views.to(device, memory_format=torch.channels_last)
    heat, maps, polarity = (value.float() for value in network(views))
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    target, asked = batch.heat.to(device), batch.heat_asked.to(device)
    focal = entropy(heat, target, reduction="none") * (heat.sigmoid() - target).abs() ** 2 * asked
    maps_target, maps_asked = batch.maps.to(device), batch.maps_asked.to(device)
    error = (maps - maps_target).abs() * maps_asked
    return {
        "heat": focal.sum() / target.sum().clamp_min(1) * 4,
        "places": error.sum() * MAPS_A_LIMB / maps_asked.sum().clamp_min(1),
        "polarity": 0.3 * entropy(polarity, batch.inverted.to(device)),
    }


def validation_figures(network: LimbFinder, samples: Sequence[FilmSample]) -> dict[str, float]:
    """Share of limbs found, of films refused, of polarity right.

    Found is: right kind, points within 15 mm, scale within a quarter.
    """
    found, limbs, clean, without, polar, scales = 0, 0, 0, 0, 0, []
    side = network.settings.side_px
    frame = Frame(np.array([[1.0, 0, 0], [0, 1.0, 0]]), side, side)
    device = next(network.parameters()).device
    for sample in samples:
        heat, maps, polarity = network(torch.from_numpy(sample.view)[None, None].to(device))
        polar += (float(polarity[0]) > 0) == sample.inverted
        if sample.inverted:
            continue
        seen = seen_limbs(heat[0].float().sigmoid().cpu().numpy(), maps[0].float().cpu().numpy(), frame)
        if not sample.limbs:
            without, clean = without + 1, clean + (not any(limb.confidence > 0.5 for limb in seen))
            continue
        for truth in sample.limbs:
            if truth.shown.sum() < 3:
                continue
            limbs += 1
            for other in seen:
                shown = truth.at[truth.shown]
                a = other.pose.to_mm(shown)
                b = truth.pose.to_mm(shown) * ((-1, 1) if truth.pose.side is Side.L else 1)
                ratio = other.pose.mm_per_px / truth.pose.mm_per_px
                near = float(np.median(np.linalg.norm(a - b, axis=1))) < 15
                if other.limb is truth.limb and near and 0.8 < ratio < 1.25:
                    found += 1
                    scales.append(abs(np.log(ratio)))
                    break
    return {
        "found": found / max(limbs, 1), "refused": clean / max(without, 1), "polarity": polar / len(samples),
        "scale_error": float(np.mean(scales)) if scales else 1.0,
        "score": found / max(limbs, 1) + clean / max(without, 1) + polar / len(samples),
    }  # fmt: skip
