"""Trains one system of the papers on the study's training patients and writes its weights and card."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoint import WeightCard, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.detection.network import PartsNetwork, PartsSettings, smaller_view
from core.evaluation.study_cohort import study_cohort
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.svh import Limb
from core.training import find_parts, parallel, score_hands, score_parts
from core.training.engine import run_loop
from core.training.film_cache import as_float
from core.training.study_films import limb_pictures, prepare_study, study_films
from core.training.systems import SYSTEMS, System
from core.whole_hand import WholeHandNetwork, WholeHandSettings

CURVE_POINTS = 120
TRAINED_ON = (
    "{train} digital phantom patients of the study cohort (core/evaluation/study_cohort.py), checked on {validation} others; "
    "targets are the mean of two simulated readers. No film of a patient was used."
)
Loss = Callable[[int], dict[str, Tensor]]
Validate = Callable[[nn.Module], dict[str, float]]


def with_size(system: System, px: int | None) -> System:
    """The system at another size of its picture: what a machine without a GPU can train; the card states it."""
    if px is None:
        return system
    if isinstance(system.settings, PartsSettings):
        return replace(system, settings=smaller_view(system.settings, px))
    key = "crop_px" if isinstance(system.settings, ScoringSettings) else "side_px"
    return replace(system, settings=replace(system.settings, **{key: px}))  # type: ignore[arg-type]


def train_system(
    name: str,
    system: System | None = None,
    *,
    cache: Path,
    folder: Path = FOLDER,
    most: int | None = None,
    mm_per_px: float = 0.2,
    threads: int = 2,
) -> nn.Module:
    """Train a system of `SYSTEMS` (or `system` under that name), resuming where its checkpoint stands.

    `most` keeps only the first patients of each split. Under torchrun every process trains and process 0 writes.
    Raises: KeyError for an unknown name; FileNotFoundError if the network it starts from has not been trained.
    """
    system = system or SYSTEMS[name]
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    device = parallel.start()
    if parallel.rank() == 0:
        for split in ("train", "validation"):
            prepare_study(cache, split, most=most, mm_per_px=mm_per_px)
    if parallel.world() > 1:
        torch.distributed.barrier()
    make = {PartsSettings: _detector, WholeHandSettings: _hands, ScoringSettings: _parts, FilmSettings: _films}[
        type(system.settings)
    ]
    network, loss, validate, calibrate = make(system, cache, most, device)
    trained = run_loop(network, loss, settings=system.loop, folder=cache / name, validate=validate)
    if parallel.rank() == 0:
        _write(name, system, trained, cache / name, folder, calibrate(trained), most)
    return trained


Made = tuple[nn.Module, Loss, Validate, Callable[[nn.Module], dict[str, float]]]


def _rng(kind: int, step: int) -> np.random.Generator:
    return np.random.default_rng([kind, step, parallel.rank()])


def _hands(system: System, cache: Path, most: int | None, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, WholeHandSettings)
    train, unseen = (study_cohort(split)[:most] for split in ("train", "validation"))
    points, unseen_points = (score_hands.totals(patients, system.limb) for patients in (train, unseen))
    settings = replace(settings, mean_points=float(points.mean()), sd_points=float(points.std()) or 1.0)
    pictures, unseen_pictures = (limb_pictures(cache, p, system.limb, settings.side_px) for p in (train, unseen))
    network = WholeHandNetwork(settings)
    if system.start:
        score_hands.load_body(network, cache / system.start / "best.pt")
    network = network.to(device)
    model = parallel.together(network)

    def loss(step: int) -> dict[str, Tensor]:
        rng = _rng(4, step)
        chosen = rng.integers(len(pictures), size=system.batch)
        views = np.stack([score_hands.vary_picture(rng, pictures[i]) for i in chosen])
        return score_hands.batch_losses(model, network, views, points[chosen])

    return (
        network,
        loss,
        lambda net: score_hands.validation_figures(net, unseen_pictures, unseen_points),
        lambda net: score_hands.fit_spread(net, unseen_pictures, unseen_points),
    )


def _parts(system: System, cache: Path, most: int | None, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, ScoringSettings)
    train, unseen = (
        score_parts.part_crops(cache, study_cohort(split)[:most], settings.rows[0], settings.crop_px)
        for split in ("train", "validation")
    )
    network = ScoringNetwork(settings).to(device)
    model = parallel.together(network)

    def loss(step: int) -> dict[str, Tensor]:
        rng = _rng(5, step)
        return score_parts.crop_losses(model, network, train, train.balanced(rng, system.batch), rng)

    return network, loss, lambda net: score_parts.crop_figures(net, unseen), lambda _: {}


def _films(system: System, cache: Path, most: int | None, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, FilmSettings)
    train = {limb: study_films(cache, "train", limb=limb, most=most) for limb in Limb}
    unseen = study_films(cache, "validation", most=most)
    network = FilmNetwork(settings).to(device)
    model = parallel.together(network)

    def loss(step: int) -> dict[str, Tensor]:
        rng = _rng(6, step)
        pool = train[list(Limb)[step % 2]]
        return score_parts.film_losses(
            model, network, [pool[int(i)] for i in rng.integers(len(pool), size=system.batch)], rng
        )

    return network, loss, lambda net: score_parts.film_figures(net, unseen), lambda _: {}


def _detector(system: System, cache: Path, most: int | None, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, PartsSettings)
    if parallel.world() > 1:
        raise ValueError("a detector is trained on one device: start it without torchrun")
    train, unseen = (study_films(cache, split, limb=system.limb, most=most) for split in ("train", "validation"))
    fixed = np.random.default_rng(99)
    checks = [find_parts.draw_sample(fixed, as_float(film.load()), settings) for film in unseen[:60]]
    network = PartsNetwork(settings).to(device)

    def loss(step: int) -> dict[str, Tensor]:
        rng = _rng(7, step)
        films = [as_float(train[int(i)].load()) for i in rng.integers(len(train), size=system.batch)]
        samples = [find_parts.draw_sample(rng, film, settings) for film in films]
        return find_parts.batch_losses(network, samples, settings)

    return network, loss, lambda net: find_parts.validation_figures(net, checks, settings), lambda _: {}


def learning_curve(log: Path) -> list[dict[str, float]]:
    """The lines of a training log, thinned to about `CURVE_POINTS`; lines with validation figures all stay if they can."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    keep = [line for line in lines if any(key.startswith("validation_") for key in line)]
    rest = [line for line in lines if line not in keep]
    for group in (keep, rest):
        while len(group) > CURVE_POINTS // 2:
            del group[1:-1:2]
    return sorted(keep + rest, key=lambda line: line["step"])


def _write(
    name: str,
    system: System,
    network: nn.Module,
    run: Path,
    folder: Path,
    calibration: dict[str, Any],
    most: int | None,
) -> None:
    settings = network.settings
    side = getattr(settings, "side_px", 0) or getattr(settings, "crop_px", 0)
    size = (settings.width_px, settings.height_px) if isinstance(settings, PartsSettings) else (side, side)
    sizes = {split: len(study_cohort(split)[:most]) for split in ("train", "validation")}
    curve = learning_curve(run / "log.jsonl") if (run / "log.jsonl").exists() else []
    rates = [line["steps_s"] for line in curve if "steps_s" in line]
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    training: dict[str, Any] = {
        "loop": asdict(system.loop), "batch": system.batch, "start": system.start, "curve": curve,
        "parameters": sum(p.numel() for p in network.parameters()),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
    }  # fmt: skip
    if rates:
        training["seconds_per_epoch"] = round(-(-sizes["train"] // system.batch) / float(np.median(rates)), 1)
    digest = save_weights(network, name, folder=folder)
    write_card(
        WeightCard(
            name=name,
            architecture=type(network).__name__,
            settings=asdict(settings),  # type: ignore[call-overload]
            input_px=size,
            trained_on=TRAINED_ON.format(**sizes),
            training=training,
            code_revision=revision or "unknown",
            sha256=digest,
            calibration=calibration,
        ),
        folder=folder,
    )
