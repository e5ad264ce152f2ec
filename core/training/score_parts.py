"""Training of DeepRA's networks: crops of whole parts, as many damaged as undamaged ones a draw; and of DenseNet on whole films.

Source: DeepRA, section 4.3.1. The paper freezes 30 % of an ImageNet backbone; no ImageNet start of these backbones is at hand,
so all of it learns. Its public code balances before it splits and splits by crop: here patients were split first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from core.detection.template import fit_pose
from core.evaluation.study_cohort import StudyPatient
from core.joint_scoring.crops import PART_OF, LimbPose, part_frames
from core.joint_scoring.film_network import FilmNetwork, film_square
from core.joint_scoring.network import ScoringNetwork, scoring_loss
from core.joint_scoring.table import ROW_BY_NAME, SITE_ROWS
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import as_float
from core.training.study_films import StudyFilm, film_path


def parts_of_row(row: str) -> list[tuple[Limb, str, tuple[Site, ...]]]:
    """The parts that a row of Table 2 looks at, each with the sites that it scores there."""
    found: dict[tuple[Limb, str], list[Site]] = {}
    for limb in Limb:
        for site in SITES[limb]:
            if SITE_ROWS[site][0].name == row:
                found.setdefault((limb, PART_OF[limb][site.joint]), []).append(site)
    return [(limb, part, tuple(sites)) for (limb, part), sites in found.items()]


@dataclass(frozen=True)
class PartCrops:
    """Crops [N, S, S] uint8, targets [N, K] as shares of the maximum (NaN: no such output), maxima [N, K]."""

    pixels: NDArray[np.uint8]
    targets: NDArray[np.float32]
    maxima: NDArray[np.float32]

    def balanced(self, rng: Generator, count: int) -> NDArray[np.int64]:
        """Numbers of `count` crops, half of them with damage where there are both kinds."""
        damaged = np.nanmax(self.targets, axis=1) > 0
        pools = [np.flatnonzero(kind) for kind in (damaged, ~damaged) if kind.any()]
        return np.array([(pool := pools[n % len(pools)])[int(rng.integers(len(pool)))] for n in range(count)])


def part_crops(cache: Path, patients: Sequence[StudyPatient], row: str, side_px: int) -> PartCrops:
    """The crops of a row of all patients; kept on disk."""
    path = cache / f"study-{patients[0].split}" / f"{row}-{side_px}-{len(patients)}.npz"
    if not path.exists():
        outputs = len(ROW_BY_NAME[row].outputs)
        crops, targets, maxima = [], [], []
        wanted = parts_of_row(row)
        for patient in patients:
            for limb in dict.fromkeys(limb for limb, _, _ in wanted):
                for side in Side:
                    source = StudyFilm(film_path(cache, patient, limb, side), patient, limb, side)
                    film = source.load()
                    pose = fit_pose(limb, film.points)
                    frames = part_frames(
                        limb, film.points, LimbPose(pose.mm_per_px, pose.up_deg, side is Side.L), side_px=side_px
                    )
                    for _, part, sites in (w for w in wanted if w[0] is limb and w[1] in frames):
                        crops.append(frames[part].take(film.pixels))
                        values, most = np.full(outputs, np.nan, np.float32), np.ones(outputs, np.float32)
                        for site in sites:
                            values[SITE_ROWS[site][1]] = source.target(site) / site.maximum
                            most[SITE_ROWS[site][1]] = site.maximum
                        targets.append(values)
                        maxima.append(most)
        np.savez(path, pixels=np.stack(crops), targets=np.stack(targets), maxima=np.stack(maxima))
    with np.load(path) as stored:
        return PartCrops(stored["pixels"], stored["targets"], stored["maxima"])


def crop_losses(
    model: nn.Module, network: ScoringNetwork, crops: PartCrops, chosen: NDArray[np.int64], rng: Generator
) -> dict[str, Tensor]:
    """Squared error and quantile loss of the known outputs of some crops, each mirrored or not."""
    device = next(network.parameters()).device
    views = crops.pixels[chosen].astype(np.float32) / 255
    mirrored = rng.random(len(chosen)) < 0.5
    views[mirrored] = views[mirrored, :, ::-1]
    values = model(torch.from_numpy(views)[:, None].to(device))[network.settings.rows[0]][0].float()
    targets = torch.from_numpy(crops.targets[chosen]).to(device)
    known = ~torch.isnan(targets)
    return {"score": scoring_loss(values[known], targets[known]).mean() * 10}


@torch.inference_mode()
def crop_figures(network: ScoringNetwork, crops: PartCrops, batch: int = 32) -> dict[str, float]:
    """RMSE in points of the known outputs; `score` is minus it."""
    row = network.settings.rows[0]
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(crops.pixels), batch):
        views = torch.from_numpy(crops.pixels[start : start + batch].astype(np.float32) / 255)[:, None]
        found.append(network(views.to(device))[row][0][:, :, 0].float().cpu().numpy())
    error = (np.clip(np.concatenate(found), 0, 1) - crops.targets) * crops.maxima
    rmse = float(np.sqrt(np.nanmean(error**2)))
    return {"rmse": rmse, "score": -rmse}


def _film_batch(network: FilmNetwork, films: Sequence[StudyFilm]) -> tuple[Tensor, Tensor]:
    side, device = network.settings.side_px, next(network.parameters()).device
    views = np.stack([film_square(as_float(film.load()).pixels, film.side, side) for film in films])
    shares = np.array([[film.target(s) / s.maximum for s in SITES[film.limb]] for film in films], np.float32)
    return torch.from_numpy(views)[:, None].to(device), torch.from_numpy(shares).to(device)


def film_losses(
    model: nn.Module, network: FilmNetwork, films: Sequence[StudyFilm], rng: Generator
) -> dict[str, Tensor]:
    """Squared error of the shares of films of one kind of limb, each mirrored or not."""
    views, shares = _film_batch(network, films)
    mirrored = torch.from_numpy(rng.random(len(films)) < 0.5)
    views[mirrored] = views[mirrored].flip(-1)
    return {"shares": torch.nn.functional.mse_loss(model(views, films[0].limb).float(), shares) * 10}


@torch.inference_mode()
def film_figures(network: FilmNetwork, films: Sequence[StudyFilm]) -> dict[str, float]:
    """RMSE in points over all sites of all films; `score` is minus it."""
    squares: list[Tensor] = []
    for film in films:
        views, shares = _film_batch(network, [film])
        found = network.points(network(views, film.limb).float(), film.limb)
        squares.append((found - network.points(shares, film.limb)).square().flatten())
    rmse = float(torch.cat(squares).mean().sqrt())
    return {"rmse": rmse, "score": -rmse}
