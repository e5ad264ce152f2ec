"""Training of DeepRA's networks: crops of whole parts, as many damaged as undamaged ones a draw.

And of DenseNet on whole films.

Source: DeepRA, section 4.3.1. The paper freezes 30 % of an ImageNet backbone; no ImageNet start of these backbones is
at hand, so all of it learns. Its public code balances before it splits and splits by crop: here patients were split
first.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm, unit
from core.joint_scoring.crops import PART_OF, part_frames
from core.joint_scoring.film_network import FilmNetwork, letterbox
from core.joint_scoring.network import ScoringNetwork, scoring_loss
from core.joint_scoring.scorer import site_kind
from core.joint_scoring.table import ROW_BY_NAME, SITE_ROWS
from core.svh import SITES, Limb, Site
from core.training.augment import random_brightness, random_grain, random_size
from core.training.film_cache import as_float
from core.training.study_films import StudyFilm

REAL_SHARE = 0.35  # of a batch, where there are real films with simulated damage
SMALL_SHARE = 0.08  # of a batch, where there are small plates of undamaged limbs


def parts_of_rows(rows: Sequence[str]) -> list[tuple[Limb, str, tuple[Site, ...]]]:
    """The parts that some rows of Table 2 look at, each with the sites that they score there."""
    found: dict[tuple[Limb, str], list[Site]] = {}
    for limb in Limb:
        for site in SITES[limb]:
            if SITE_ROWS[site][0].name in rows:
                found.setdefault((limb, PART_OF[limb][site.joint]), []).append(site)
    return [(limb, part, tuple(sites)) for (limb, part), sites in found.items()]


def output_kinds(rows: Sequence[str]) -> list[str]:
    """All outputs of some rows in order, as `row/output`."""
    return [f"{row}/{output}" for row in rows for output in ROW_BY_NAME[row].outputs]


@dataclass(frozen=True)
class PartCrops:
    """Crops [N, S, S] uint8, targets [N, K] as shares of the maximum (NaN: no such output), maxima [N, K]."""

    pixels: NDArray[np.uint8]
    targets: NDArray[np.float32]
    maxima: NDArray[np.float32]

    def some(self, limit: int) -> "PartCrops":
        """At most `limit` crops, by seed: every n-th would miss parts, which come in turn."""
        chosen = np.sort(np.random.default_rng(97).permutation(len(self.pixels))[:limit])
        return PartCrops(self.pixels[chosen], self.targets[chosen], self.maxima[chosen])

    def balanced(self, rng: Generator, count: int) -> NDArray[np.int64]:
        """Numbers of `count` crops, half of them with damage where there are both kinds."""
        damaged = np.nanmax(self.targets, axis=1) > 0
        pools = [np.flatnonzero(kind) for kind in (damaged, ~damaged) if kind.any()]
        return np.array([(pool := pools[n % len(pools)])[int(rng.integers(len(pool)))] for n in range(count)])


Labelled = tuple[LabelledFilm, Mapping[Site, float]]


def part_crops(
    path: Path, films: Sequence[Callable[[], Labelled]], rows: Sequence[str], side_px: int, workers: int = 1
) -> PartCrops:
    """The crops that some rows look at, out of films with the points of their sites, read on `workers` threads.

    Kept as `path`.
    """
    if not path.exists():
        kinds = output_kinds(rows)
        wanted = parts_of_rows(rows)

        def cut(read: Callable[[], Labelled]) -> list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
            film, points = read()
            pose = fit_pose(film.limb, film.points)
            frames = part_frames(film.limb, film.points, pose, side_px=side_px)
            found = []
            for _, part, sites in (w for w in wanted if w[0] is film.limb and w[1] in frames):
                values, maxima = np.full(len(kinds), np.nan, np.float32), np.ones(len(kinds), np.float32)
                for site in (s for s in sites if s in points):
                    output = kinds.index(site_kind(site))
                    values[output], maxima[output] = points[site] / site.maximum, site.maximum
                if not np.isnan(values).all():
                    found.append((frames[part].take(film.pixels), values, maxima))
            return found

        with ThreadPoolExecutor(workers) as pool:
            crops, targets, maxima = zip(*(crop for cuts in pool.map(cut, films) for crop in cuts), strict=True)
        fresh = path.with_suffix(".new.npz")
        np.savez(fresh, pixels=np.stack(crops), targets=np.stack(targets), maxima=np.stack(maxima))
        fresh.replace(path)
    with np.load(path) as stored:
        return PartCrops(stored["pixels"], stored["targets"], stored["maxima"])


def random_part(rng: Generator, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A crop as a detector that errs would cut it, mirrored or not, brightness, size and grain varied.

    In [S, S] uint8, out about [0, 1].
    """
    middle = (crop.shape[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 4)), float(np.exp(rng.normal(0, 0.05))))
    matrix[:, 2] += rng.normal(0, 0.02 * crop.shape[0], 2)
    if rng.random() < 0.5:
        matrix[0] = [-1, -1, -1] * matrix[0] + [0, 0, 2 * middle]
    view = cv2.warpAffine(unit(crop), matrix, crop.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    view = random_size(rng, random_brightness(rng, view.astype(np.float32)), 0.22, 0.7)  # down to a millimetre a pixel
    return random_grain(rng, view).astype(np.float32)


def _outputs(model: nn.Module, network: ScoringNetwork, views: Tensor) -> Tensor:
    """Values [N, K, 3] of all outputs of all rows of a network."""
    found = model(views)
    return torch.cat([found[row][0] for row in network.settings.rows], 1).float()


Batch = tuple[NDArray[np.float32], NDArray[np.float32]]  # views [N, S, S] and the shares that they show [N, K]


def draw_crops(rng: Generator, sources: Sequence[PartCrops], count: int) -> Batch:
    """`count` varied crops and their targets, out of phantoms and, if they are there, real films and small plates."""
    more = [round(share * count) for share in (REAL_SHARE, SMALL_SHARE)[: len(sources) - 1]]
    shares = (count - sum(more), *more)
    chosen = [crops.balanced(rng, share) for crops, share in zip(sources, shares, strict=True)]
    views = [
        random_part(rng, crops.pixels[n]) for crops, numbers in zip(sources, chosen, strict=True) for n in numbers
    ]  # fmt: skip
    targets = [crops.targets[numbers] for crops, numbers in zip(sources, chosen, strict=True)]
    return np.stack(views), np.concatenate(targets)


def crop_losses(model: nn.Module, network: ScoringNetwork, batch: Batch) -> dict[str, Tensor]:
    """Squared error and quantile loss of the known outputs of a batch."""
    device = next(network.parameters()).device
    views, targets = (torch.from_numpy(array).to(device) for array in batch)
    values = _outputs(model, network, views[:, None])
    known = ~torch.isnan(targets)
    return {"score": scoring_loss(values[known], targets[known]).mean() * 10}


@torch.inference_mode()
def crop_values(network: ScoringNetwork, crops: PartCrops, batch: int = 32) -> NDArray[np.float32]:
    """Estimate and quantiles [N, K, 3] in points, not clipped."""
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(crops.pixels), batch):
        views = torch.from_numpy(unit(crops.pixels[start : start + batch]))[:, None]
        found.append(_outputs(network, network, views.to(device)).cpu().numpy())
    values: NDArray[np.float32] = np.concatenate(found) * crops.maxima[:, :, None]
    return values


def crop_figures(network: ScoringNetwork, crops: PartCrops) -> dict[str, float]:
    """RMSE in points of the known outputs; `score` is minus it."""
    error = np.clip(crop_values(network, crops)[:, :, 0], 0, crops.maxima) - crops.targets * crops.maxima
    rmse = float(np.sqrt(np.nanmean(error**2)))
    return {"rmse": rmse, "score": -rmse}


def crop_cells(network: ScoringNetwork, crops: PartCrops) -> list[tuple[str, float, float, float, float, float]]:
    """Kind of site, maximum, truth and the three values of every known output, in points.

    What a calibration is fitted on.
    """
    kinds, values = output_kinds(network.settings.rows), crop_values(network, crops)
    truths = crops.targets * crops.maxima
    return [
        (kinds[k], float(crops.maxima[n, k]), float(truths[n, k]), *(float(v) for v in values[n, k]))
        for n, k in np.argwhere(~np.isnan(truths))
    ]


def _film_batch(films: Sequence[StudyFilm], side_px: int) -> Batch:
    views = [letterbox(as_float(film.load()).pixels, film.side, side_px) for film in films]
    shares = [[film.target(s) / s.maximum for s in SITES[film.limb]] for film in films]
    return np.stack(views), np.array(shares, np.float32)


def draw_films(rng: Generator, films: Sequence[StudyFilm], side_px: int, count: int) -> tuple[Limb, Batch]:
    """`count` whole films of one kind of limb, each mirrored or not, and their shares."""
    chosen = [films[int(n)] for n in rng.integers(len(films), size=count)]
    views, shares = _film_batch(chosen, side_px)
    mirrored = rng.random(count) < 0.5
    views[mirrored] = views[mirrored, :, ::-1]
    return chosen[0].limb, (views, shares)


def film_losses(model: nn.Module, network: FilmNetwork, limb: Limb, batch: Batch) -> dict[str, Tensor]:
    """Squared error of the shares of films of one kind of limb."""
    device = next(network.parameters()).device
    views, shares = (torch.from_numpy(array).to(device) for array in batch)
    return {"shares": torch.nn.functional.mse_loss(model(views[:, None], limb).float(), shares) * 10}


@torch.inference_mode()
def film_figures(network: FilmNetwork, films: Sequence[StudyFilm]) -> dict[str, float]:
    """RMSE in points over all sites of all films; `score` is minus it."""
    squares: list[Tensor] = []
    device = next(network.parameters()).device
    for film in films:
        views, shares = (torch.from_numpy(array).to(device) for array in _film_batch([film], network.settings.side_px))
        found = network.points(network(views[:, None], film.limb).float(), film.limb)
        squares.append((found - network.points(shares, film.limb)).square().flatten())
    rmse = float(torch.cat(squares).mean().sqrt())
    return {"rmse": rmse, "score": -rmse}
