"""One command trains one network, of the compact set or of the papers: `python -m core train NAME`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import torch
from safetensors.torch import load_file
from torch import nn

from core.checkpoint import WeightCard, read_card, weights_there
from core.checkpoint.weight_file import FOLDER, float_tensors
from core.model_reader.weight_sets import SCORERS
from core.svh import Limb
from core.training import parallel
from core.training.calibrate import calibrate
from core.training.engine import run_loop
from core.training.prepare import phantom_tasks, prepare_small, real_tasks
from core.training.run_study import calibrate_system, make_films, train_system, with_size
from core.training.schedule import LoopSettings
from core.training.systems import SYSTEMS, shortened, until_it_stops
from core.training.task import TrainingTask, code_revision, write_trained
from core.training.tasks import BATCH, finder_task, parts_task, scorer_task

NETWORKS = ("limb_finder", "hand_parts", "foot_parts", "joint_scorer")
LOOPS = {
    "limb_finder": LoopSettings(steps=6000, validate_steps=750),
    "hand_parts": LoopSettings(steps=6000, validate_steps=750),
    "foot_parts": LoopSettings(steps=5000, validate_steps=750),
    "joint_scorer": LoopSettings(steps=9000, learning_rate=1.5e-3, warm_up=300, validate_steps=1000),
}
FURTHER_RATE = 0.3
PHANTOMS = {Limb.HAND: 1900, Limb.FOOT: 1000}
DATA = (
    "Digital phantoms (X-ray images computed from bone meshes, made by this repository) and real hand and foot films of"
    " FracAtlas (CC BY 4.0, Abedeen et al. 2023) with joints marked by hand; the scorer also on simulated damage on"
    " these films and, as undamaged, on small plates whose joints the detector found. No film with clinical scores was"
    " used."
)


def prepare(cache: Path, films_folder: Path, workers: int) -> None:
    """Everything that the four networks are trained and calibrated on, made in `workers` processes."""
    tasks = [*real_tasks(cache, films_folder, "train"), *real_tasks(cache, films_folder, "validation", per_film=12)]
    for limb in Limb:
        tasks += phantom_tasks(cache, "validation", limb, 150, first_seed=2_000_000, skewed=True)
        tasks += phantom_tasks(cache, "train", limb, PHANTOMS[limb], first_seed=1_000_000, skewed=False)
    cache.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(parallel.in_processes(tasks, workers), start=1):
        print(f"{name}: {number} of {len(tasks)}", flush=True)
    prepare_small(cache, films_folder)


def train_named(
    name: str,
    *,
    cache: Path,
    films_folder: Path | None,
    threads: int = 2,
    px: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    epochs: int | None = None,
    further: bool = False,
) -> None:
    """Make the training films, train one network or all of them, or calibrate.

    "missing" trains every system without weights. "study_films" makes the films of the papers' systems alone,
    "paper_calibration" fits cuts and intervals of DeepRA's networks again. `px`, `steps` and `minutes` make a system of
    the papers smaller than the paper's; its card states them. `epochs` trains a whole-hand network until it stops
    improving, at most so long. Raises: ValueError for an unknown name; FileNotFoundError
    where films are missing; ModuleNotFoundError without the ImageNet starts.
    """
    compact = ("films", *NETWORKS, "calibration")
    if name == "study_films":
        make_films(cache, films_folder, workers=threads)
        return
    if name == "paper_calibration":
        for network in SCORERS["paper"]:
            print(
                network, calibrate_system(network, cache=cache, films_folder=films_folder, threads=threads), flush=True
            )
        return
    if name in SYSTEMS or name == "missing":
        names = [n for n in SYSTEMS if not weights_there(n)] if name == "missing" else [name]
        for system_name in names:
            system = with_size(SYSTEMS[system_name], px)
            if epochs:
                system = until_it_stops(system, epochs)
            elif steps or minutes:
                system = shortened(system, steps, minutes)
            train_system(system_name, system, cache=cache, films_folder=films_folder, threads=threads)
        return
    if name not in (*compact, "all"):
        raise ValueError(
            f"no network {name}; there are"
            f" {', '.join((*compact, 'all', 'study_films', *SYSTEMS, 'missing', 'paper_calibration'))}"
        )
    if films_folder is None:
        raise ValueError("the compact networks need --films, the folder with the real films")
    for step in compact if name == "all" else (name,):
        if step == "films":
            prepare(cache, films_folder, threads)
        elif step == "calibration":
            print(calibrate(cache))
        else:
            train(
                step,
                cache=cache,
                films_folder=films_folder,
                threads=threads,
                steps=steps,
                minutes=minutes,
                further=further,
            )


def train(
    name: str,
    *,
    cache: Path,
    films_folder: Path,
    threads: int = 2,
    steps: int | None = None,
    minutes: float | None = None,
    further: bool = False,
    folder: Path = FOLDER,
) -> None:
    """Train one network of the compact set, resuming where its checkpoint stands, and write weight file and card.

    `steps` and `minutes` shorten it; `threads` is how many processes draw batches. `further` begins with the weights
    that are there in `folder`, as far as their tensors fit, at a lower rate.

    Raises: ValueError for an unknown name; FileNotFoundError where films or ImageNet starts are missing.
    """
    makers: dict[str, Callable[[Path, Path], TrainingTask]] = {
        "limb_finder": finder_task,
        "hand_parts": lambda c, f: parts_task(Limb.HAND, c, f),
        "foot_parts": lambda c, f: parts_task(Limb.FOOT, c, f),
        "joint_scorer": scorer_task,
    }
    if name not in makers:
        raise ValueError(f"no network {name}; there are {', '.join(NETWORKS)}")
    revision = code_revision()
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    device = parallel.start()
    task = makers[name](cache, films_folder)
    task.network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    loop = LOOPS[name]
    loop = replace(loop, steps=steps or loop.steps, minutes=minutes or loop.minutes)
    before = None
    if further:
        before = read_card(f"compact_{name}", folder=folder)
        loop = replace(
            loop, learning_rate=FURTHER_RATE * loop.learning_rate, warm_up=50, average=0.99, validate_steps=500
        )
        _start_further(task.network, before, folder)
    trained = run_loop(
        task.network,
        task.losses,
        settings=loop,
        folder=cache / name,
        draw=task.draw,
        workers=threads,
        validate=task.figures,
    )
    write_trained(
        trained.cpu(),
        f"compact_{name}",
        run=cache / name,
        loop=loop,
        batch=BATCH[name],
        trained_on=DATA,
        revision=revision,
        more={"before": _in_short(before)} if before else {},
        calibration=task.calibrate(trained.cpu()),
        folder=folder,
    )


def _in_short(card: WeightCard) -> dict[str, Any]:
    """What a card tells of a training that another one goes on from, without its curve."""
    kept = {key: value for key, value in card.training.items() if key != "curve"}
    return {"code_revision": card.code_revision, **kept}


def _start_further(network: nn.Module, card: WeightCard, folder: Path) -> None:
    """Begin with the weights of a card; tensors of another shape keep their start."""
    given = float_tensors(load_file(folder / f"{card.name}.safetensors"))
    own = network.state_dict()
    network.load_state_dict({**own, **{k: v for k, v in given.items() if k in own and own[k].shape == v.shape}})
