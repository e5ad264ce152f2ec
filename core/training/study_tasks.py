"""The systems of the papers as training tasks: their batches, losses, figures on validation films and calibration."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from core.detection.network import PartsNetwork, PartsSettings
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.svh import Limb
from core.training import find_parts, parallel, score_hands, score_parts
from core.training.calibrate import part_calibration
from core.training.film_cache import as_float
from core.training.study_data import Data
from core.training.study_films import real_hands, study_films, study_hands
from core.training.systems import System
from core.training.task import TrainingTask
from core.whole_hand import WholeHandNetwork, WholeHandSettings

CHECKED_CROPS, CHECKED_FILMS, REAL_PAIRS = 400, 96, 300


def _rng(kind: int, step: int, seed: int = 0) -> np.random.Generator:
    return np.random.default_rng([kind, step, parallel.rank(), seed])


Network = TypeVar("Network", bound=nn.Module)


def _placed(network: Network, device: torch.device) -> Network:
    return network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def hands_task(system: System, data: Data, device: torch.device) -> TrainingTask:
    """A whole-hand network on pictures of both hands."""
    settings = system.settings
    assert isinstance(settings, WholeHandSettings)
    side = settings.side_px
    with parallel.in_turn():
        train, unseen = (
            study_hands(data.cache, data.patients(split), side, data.workers) for split in ("train", "validation")
        )
    films = data.real_films("train", Limb.HAND) + data.small_films([Limb.HAND])
    real = real_hands(films, side, REAL_PAIRS, data.workers)
    chances = score_hands.draw_chances(train, real, maps=system.maps)
    train = train.and_also(real)
    unseen_real = real_hands(data.real_films("validation", Limb.HAND), side, len(unseen.totals), data.workers)
    points = train.totals
    settings = replace(settings, mean_points=float(points.mean()), sd_points=float(points.std()) or 1.0)
    network = _placed(WholeHandNetwork(settings), device)
    model, pixels = parallel.together(network), torch.from_numpy(train.pixels).to(device)

    return TrainingTask(
        network,
        lambda step: score_hands.draw_pictures(
            _rng(4, step, system.seed), train, chances, system.batch, maps=system.maps
        ),
        lambda batch: score_hands.batch_losses(model, network, pixels, batch),
        lambda net: score_hands.validation_figures(net, unseen.pixels, unseen.totals),
        lambda net: score_hands.fit_calibration(net, unseen, unseen_real),
    )


def crops_task(system: System, data: Data, device: torch.device) -> TrainingTask:
    """A network of DeepRA on crops of parts."""
    settings = system.settings
    assert isinstance(settings, ScoringSettings)
    with parallel.in_turn():
        train, unseen = (data.crops(settings.rows, settings.crop_px, split) for split in ("train", "validation"))
    unseen = [crops.some(CHECKED_CROPS) for crops in unseen]
    network = _placed(ScoringNetwork(settings), device)
    model = parallel.together(network)

    return TrainingTask(
        network,
        lambda step: score_parts.draw_crops(_rng(5, step), train, system.batch),
        lambda batch: score_parts.crop_losses(model, network, batch),
        lambda net: score_parts.crop_figures(net, unseen[0]),
        lambda net: part_calibration(net, unseen),
    )


def films_task(system: System, data: Data, device: torch.device) -> TrainingTask:
    """A network that scores a whole film at once."""
    settings = system.settings
    assert isinstance(settings, FilmSettings)
    train = {limb: study_films(data.cache, "train", limb=limb, limit=data.limit) for limb in Limb}
    unseen = study_films(data.cache, "validation", limit=data.limit)
    checked = unseen[:: max(1, len(unseen) // CHECKED_FILMS)]
    network = _placed(FilmNetwork(settings), device)
    model = parallel.together(network)

    def draw(step: int) -> tuple[Limb, score_parts.Batch]:
        return score_parts.draw_films(_rng(6, step), train[list(Limb)[step % 2]], settings.side_px, system.batch)

    return TrainingTask(
        network,
        draw,
        lambda batch: score_parts.film_losses(model, network, *batch),
        lambda net: score_parts.film_figures(net, checked),
    )


def detector_task(system: System, data: Data, device: torch.device) -> TrainingTask:
    """A detector of DeepRA on upright views.

    Raises: ValueError under torchrun.
    """
    settings = system.settings
    assert isinstance(settings, PartsSettings)
    if parallel.world() > 1:
        raise ValueError("a detector is trained on one device: start it without torchrun")
    train, unseen = (
        study_films(data.cache, split, limb=system.limb, limit=data.limit) for split in ("train", "validation")
    )
    real = data.real_films("train", system.limb) + data.small_films([system.limb])
    fixed = np.random.default_rng(99)
    checks = [find_parts.draw_sample(fixed, as_float(film.load()), settings) for film in unseen[:60]]
    network = _placed(PartsNetwork(settings), device)

    def draw(step: int) -> find_parts.PartsBatch:
        rng = _rng(7, step)
        chosen = [
            real[int(rng.integers(len(real)))]
            if real and rng.random() < score_parts.REAL_SHARE
            else train[int(rng.integers(len(train)))].load()
            for _ in range(system.batch)
        ]
        samples = [find_parts.draw_sample(rng, as_float(film), settings) for film in chosen]
        return find_parts.make_batch(samples, settings)

    return TrainingTask(
        network,
        draw,
        lambda batch: find_parts.batch_losses(network, batch),
        lambda net: find_parts.validation_figures(net, checks, settings),
        lambda net: find_parts.fit_seen(net, checks),
    )


MAKERS: dict[type, Callable[[System, Data, torch.device], TrainingTask]] = {
    PartsSettings: detector_task,
    WholeHandSettings: hands_task,
    ScoringSettings: crops_task,
    FilmSettings: films_task,
}
