"""Trains one system of the papers on the study's training patients and writes its weights and card."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoint import WeightCard, open_weights, read_card, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.detection.network import PartsNetwork, PartsSettings, smaller_view
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.model_reader.opening import settings_of
from core.svh import Limb
from core.training import find_parts, parallel, score_hands, score_parts
from core.training.calibrate import part_calibration
from core.training.engine import learning_curve, run_loop, steps_a_second
from core.training.film_cache import as_float
from core.training.prepare import prepare_small_films, real_film_tasks
from core.training.starts import load_start, start_from, trained_features
from core.training.study_data import Data
from core.training.study_films import real_hands, study_films, study_hands, study_tasks
from core.training.systems import SYSTEMS, System
from core.whole_hand import WholeHandNetwork, WholeHandSettings

INT8_FROM = 4_000_000  # parameters: larger networks are stored as whole numbers, half the size of half precision
REAL_PER_FILM = {"train": 8, "validation": 4}
CHECKED_CROPS, CHECKED_FILMS, REAL_PAIRS = 400, 96, 300
TRAINED_ON = (
    "{train} digital phantom patients of the study cohort (core/evaluation/study_cohort.py), checked on {validation}"
    " others; targets are the mean of two simulated readers. "
)
NO_REAL = "No film of a patient was used."
REAL = (
    "Also real films of FracAtlas (CC BY 4.0, Abedeen et al. 2023) with joints marked by hand, untouched and with"
    " simulated damage. No film with clinical scores was used."
)
SMALL = "Also, as undamaged, small plates of FracAtlas (of half of them the compact detectors found the joints). "
Draw = Callable[[int], Any]
Loss = Callable[[Any], dict[str, Tensor]]
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
    films_folder: Path | None = None,
    folder: Path = FOLDER,
    most: int | None = None,
    mm_per_px: float = 0.2,
    threads: int = 2,
) -> nn.Module:
    """Train a system of `SYSTEMS` (or `system` under that name), resuming where its checkpoint stands.

    `films_folder` holds the real films that are trained on beside the phantoms. `most` keeps only the first patients of
    each split. Under torchrun every process trains and process 0 writes. Raises: KeyError for an unknown name;
    FileNotFoundError if the network it starts from has not been trained; ValueError for minutes, or a detector, under
    torchrun.
    """
    system = system or SYSTEMS[name]
    # Before, not after: a training takes long enough for the checkout to move on.
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    device = parallel.start()
    if system.loop.minutes and parallel.world() > 1:
        raise ValueError("minutes go without torchrun: its processes would end at different steps")
    with parallel.in_turn():
        make_films(cache, films_folder, most=most, mm_per_px=mm_per_px, workers=threads)
    make = {PartsSettings: _detector, WholeHandSettings: _hands, ScoringSettings: _parts, FilmSettings: _films}[
        type(system.settings)
    ]
    data = Data(cache, most, real=films_folder is not None, workers=threads)
    network, draw, loss, validate, calibrate = make(system, data, device)
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
        network, loss, settings=system.loop, folder=cache / name, draw=draw, workers=threads, validate=validate
    )
    if parallel.rank() == 0:
        card = _write(name, system, trained, cache / name, folder, calibrate(trained), data, revision)
        if card.training["parameters"] > INT8_FROM:
            _compare_stored(trained, card, folder, validate)
    return trained


def calibrate_system(
    name: str,
    *,
    cache: Path,
    films_folder: Path | None,
    folder: Path = FOLDER,
    most: int | None = None,
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
    settings, data = network.settings, Data(cache, most, real=films_folder is not None, workers=threads)
    unseen = [crops.some(CHECKED_CROPS) for crops in data.crops(settings.rows, settings.crop_px, "validation")]
    found = part_calibration(network.eval(), unseen)
    write_card(card.model_copy(update={"calibration": {**card.calibration, **found}}), folder=folder)
    return found


def make_films(
    cache: Path, films_folder: Path | None, *, most: int | None = None, mm_per_px: float = 0.2, workers: int = 1
) -> None:
    """The films that every system of the papers learns from and is checked on; those that are there are kept."""
    tasks = [
        task for split in ("train", "validation") for task in study_tasks(cache, split, most=most, mm_per_px=mm_per_px)
    ]
    if films_folder:
        prepare_small_films(cache, films_folder)
        for split, count in REAL_PER_FILM.items():
            tasks += real_film_tasks(cache, films_folder, split, per_film=count)
    for number, name in enumerate(parallel.in_processes(tasks, workers), start=1):
        if number % 25 == 0 or number == len(tasks):
            print(f"films: {name}, {number} of {len(tasks)} patients and real films", flush=True)


@torch.no_grad()
def _compare_stored(network: nn.Module, card: WeightCard, folder: Path, validate: Validate) -> None:
    """Keep in the card, and print, the validation figures before and after the weights became whole numbers."""
    before = validate(network.eval())
    open_weights(network, card, folder=folder)
    after = validate(network)
    both = {key: {"before": round(before[key], 5), "after": round(after[key], 5)} for key in before if key != "score"}
    print(f"{card.name} in int8: {json.dumps(both)}", flush=True)
    write_card(card.model_copy(update={"training": {**card.training, "int8": both}}), folder=folder)


Made = tuple[nn.Module, Draw, Loss, Validate, Callable[[nn.Module], dict[str, Any]]]


def _rng(kind: int, step: int) -> np.random.Generator:
    return np.random.default_rng([kind, step, parallel.rank()])


Network = TypeVar("Network", bound=nn.Module)


def _placed(network: Network, device: torch.device) -> Network:
    return network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _hands(system: System, data: Data, device: torch.device) -> Made:
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
    model = parallel.together(network)

    return (
        network,
        lambda step: score_hands.draw_pictures(_rng(4, step), train, chances, system.batch, maps=system.maps),
        lambda batch: score_hands.batch_losses(model, network, batch),
        lambda net: score_hands.validation_figures(net, unseen.pixels, unseen.totals),
        lambda net: score_hands.fit_calibration(net, unseen, unseen_real),  # type: ignore[arg-type]
    )


def _parts(system: System, data: Data, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, ScoringSettings)
    with parallel.in_turn():
        train, unseen = (data.crops(settings.rows, settings.crop_px, split) for split in ("train", "validation"))
    unseen = [crops.some(CHECKED_CROPS) for crops in unseen]
    network = _placed(ScoringNetwork(settings), device)
    model = parallel.together(network)

    return (
        network,
        lambda step: score_parts.draw_crops(_rng(5, step), train, system.batch),
        lambda batch: score_parts.crop_losses(model, network, batch),
        lambda net: score_parts.crop_figures(net, unseen[0]),
        lambda net: part_calibration(net, unseen),  # type: ignore[arg-type]
    )


def _films(system: System, data: Data, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, FilmSettings)
    train = {limb: study_films(data.cache, "train", limb=limb, most=data.most) for limb in Limb}
    unseen = study_films(data.cache, "validation", most=data.most)
    checked = unseen[:: max(1, len(unseen) // CHECKED_FILMS)]
    network = _placed(FilmNetwork(settings), device)
    model = parallel.together(network)

    def draw(step: int) -> tuple[Limb, score_parts.Batch]:
        return score_parts.draw_films(_rng(6, step), train[list(Limb)[step % 2]], settings.side_px, system.batch)

    return (
        network,
        draw,
        lambda batch: score_parts.film_losses(model, network, *batch),
        lambda net: score_parts.film_figures(net, checked),
        lambda _: {},
    )


def _detector(system: System, data: Data, device: torch.device) -> Made:
    settings = system.settings
    assert isinstance(settings, PartsSettings)
    if parallel.world() > 1:
        raise ValueError("a detector is trained on one device: start it without torchrun")
    train, unseen = (
        study_films(data.cache, split, limb=system.limb, most=data.most) for split in ("train", "validation")
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

    return (
        network,
        draw,
        lambda batch: find_parts.batch_losses(network, batch),
        lambda net: find_parts.validation_figures(net, checks, settings),
        lambda _: {},
    )


def _write(
    name: str,
    system: System,
    network: nn.Module,
    run: Path,
    folder: Path,
    calibration: dict[str, Any],
    data: Data,
    revision: str,
) -> WeightCard:
    settings = network.settings
    side = getattr(settings, "side_px", 0) or getattr(settings, "crop_px", 0)
    size = (settings.width_px, settings.height_px) if isinstance(settings, PartsSettings) else (side, side)
    sizes = {split: len(data.patients(split)) for split in ("train", "validation")}
    curve = learning_curve(run / "log.jsonl") if (run / "log.jsonl").exists() else []
    rate = steps_a_second(curve)
    parameters = sum(p.numel() for p in network.parameters())
    digest = save_weights(network, name, folder=folder, int8=parameters > INT8_FROM)
    training: dict[str, Any] = {
        "loop": asdict(system.loop), "batch": system.batch, "start": system.start, "curve": curve,
        "parameters": parameters,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
    }  # fmt: skip
    if rate:
        training["seconds_per_epoch"] = round(-(-sizes["train"] // system.batch) / rate, 1)
    card = WeightCard(
        name=name,
        architecture=type(network).__name__,
        settings=asdict(settings),  # type: ignore[call-overload]
        input_px=size,
        trained_on=TRAINED_ON.format(**sizes)
        + (SMALL if data.real and not isinstance(settings, FilmSettings) else "")
        + (REAL if data.real else NO_REAL),
        training=training,
        code_revision=revision or "unknown",
        sha256=digest,
        calibration=calibration,
    )
    write_card(card, folder=folder)
    return card
