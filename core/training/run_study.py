"""Trains one system of the papers on the study's training patients and writes its weights and card."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import nn

from core.checkpoint import WeightCard, open_weights, read_card, write_card
from core.checkpoint.weight_file import FOLDER
from core.detection.network import PartsSettings, smaller_view
from core.joint_scoring.film_network import FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.model_reader.opening import settings_of
from core.training import parallel
from core.training.calibrate import part_calibration
from core.training.engine import run_loop
from core.training.prepare import prepare_small_films, real_film_tasks
from core.training.starts import load_start, start_from, trained_features
from core.training.study_data import Data
from core.training.study_films import study_tasks
from core.training.study_tasks import CHECKED_CROPS, MAKERS
from core.training.systems import SYSTEMS, System
from core.training.task import INT8_FROM, code_revision, write_trained
from core.whole_hand import WholeHandNetwork, WholeHandSettings

REAL_PER_FILM = {"train": 8, "validation": 4}
TRAINED_ON = (
    "{train} digital phantom patients of the study cohort (core/phantom/study_cohort.py), checked on {validation}"
    " others; targets are the mean of two simulated readers. "
)
NO_REAL = "No film of a patient was used."
REAL = (
    "Also real films of FracAtlas (CC BY 4.0, Abedeen et al. 2023) with joints marked by hand, untouched and with"
    " simulated damage. No film with clinical scores was used."
)
SMALL = "Also, as undamaged, small plates of FracAtlas (of half of them the compact detectors found the joints). "


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
    films_folder: Path | None = None,
    folder: Path = FOLDER,
    limit: int | None = None,
    mm_per_px: float = 0.2,
    threads: int = 2,
) -> nn.Module:
    """Train a system of `SYSTEMS` (or `system` under that name), resuming where its checkpoint stands.

    `films_folder` holds the real films that are trained on beside the phantoms. `limit` keeps the first patients of
    each split. Under torchrun every process trains and process 0 writes. Raises: KeyError for an unknown name;
    FileNotFoundError if the network it starts from has not been trained; ValueError for minutes, or a detector, under
    torchrun.
    """
    system = system or SYSTEMS[name]
    revision = code_revision()
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(system.seed)
    device = parallel.start()
    if system.loop.minutes and parallel.world() > 1:
        raise ValueError("minutes go without torchrun: its processes would end at different steps")
    with parallel.in_turn():
        make_films(
            cache,
            films_folder,
            limit=limit,
            mm_per_px=mm_per_px,
            workers=threads,
            hands_only=isinstance(system.settings, WholeHandSettings),
        )
    data = Data(cache, limit, real=films_folder is not None, workers=threads)
    task = MAKERS[type(system.settings)](system, data, device)
    network = task.network
    if system.start and not (cache / name / "checkpoint.pt").exists():
        attribute = "body" if isinstance(network, WholeHandNetwork) else "backbone"
        body = getattr(network, attribute)
        if system.start == "imagenet":
            assert isinstance(network, WholeHandNetwork)
            load_start(body, network.settings.architecture)
        else:
            start_from(body, trained_features(system.start, attribute, cache=cache, folder=folder))
            if isinstance(network, WholeHandNetwork) and (
                head := trained_features(system.start, "score", cache=cache, folder=folder)
            ):
                start_from(network.score, head)
    trained = run_loop(
        network,
        task.losses,
        settings=system.loop,
        folder=cache / name,
        draw=task.draw,
        workers=threads,
        validate=task.figures,
    )
    if parallel.rank() == 0:
        sizes = {split: len(data.patients(split)) for split in ("train", "validation")}
        small = SMALL if data.real and not isinstance(system.settings, FilmSettings) else ""
        card = write_trained(
            trained,
            name,
            run=cache / name,
            loop=system.loop,
            batch=system.batch,
            trained_on=TRAINED_ON.format(**sizes) + small + (REAL if data.real else NO_REAL),
            revision=revision,
            more={"start": system.start, "seed": system.seed},
            calibration=task.calibrate(trained),
            epoch=sizes["train"],
            whole_numbers=True,
            folder=folder,
        )
        if card.training["parameters"] > INT8_FROM:
            _compare_stored(trained, card, folder, task.figures)
    return trained


def calibrate_system(
    name: str,
    *,
    cache: Path,
    films_folder: Path | None,
    folder: Path = FOLDER,
    limit: int | None = None,
    threads: int = 2,
) -> dict[str, Any]:
    """Fit cuts and interval widths of a trained network of DeepRA again and keep them in its card.

    What else it holds stays.

    Raises: WeightsError if weights or card are missing; FileNotFoundError if the films of the study have not been made.
    """
    torch.set_num_threads(threads)
    card = read_card(name, folder=folder)
    network = ScoringNetwork(ScoringSettings(**settings_of(card)))
    open_weights(network, card, folder=folder)
    settings, data = network.settings, Data(cache, limit, real=films_folder is not None, workers=threads)
    unseen = [crops.some(CHECKED_CROPS) for crops in data.crops(settings.rows, settings.crop_px, "validation")]
    found = part_calibration(network.eval(), unseen)
    write_card(card.model_copy(update={"calibration": {**card.calibration, **found}}), folder=folder)
    return found


def make_films(
    cache: Path,
    films_folder: Path | None,
    *,
    limit: int | None = None,
    mm_per_px: float = 0.2,
    workers: int = 1,
    hands_only: bool = False,
) -> None:
    """The films that every system of the papers learns from and is checked on; those that are there are kept."""
    tasks = [
        task
        for split in ("train", "validation")
        for task in study_tasks(cache, split, limit=limit, mm_per_px=mm_per_px, hands_only=hands_only)
    ]
    if films_folder:
        prepare_small_films(cache, films_folder)
        for split, count in REAL_PER_FILM.items():
            tasks += real_film_tasks(cache, films_folder, split, per_film=count)
    for number, name in enumerate(parallel.in_processes(tasks, workers), start=1):
        if number % 25 == 0 or number == len(tasks):
            print(f"films: {name}, {number} of {len(tasks)} patients and real films", flush=True)


@torch.no_grad()
def _compare_stored(
    network: nn.Module, card: WeightCard, folder: Path, validate: Callable[[Any], dict[str, float]]
) -> None:
    """Keep in the card, and print, the validation figures before and after the weights became whole numbers."""
    before = validate(network.eval())
    open_weights(network, card, folder=folder)
    after = validate(network)
    both = {key: {"before": round(before[key], 5), "after": round(after[key], 5)} for key in before if key != "score"}
    print(f"{card.name} in int8: {json.dumps(both)}", flush=True)
    write_card(card.model_copy(update={"training": {**card.training, "int8": both}}), folder=folder)
