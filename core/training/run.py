"""One command trains one network, of the compact set or of the papers: `python -m core train NAME`."""

import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.checkpoint import WeightCard, read_card, save_weights, weights_there, write_card
from core.checkpoint.weight_file import FOLDER, float_tensors
from core.cohort.labelled_film import LabelledFilm, read_grey
from core.cohort.marked_films import found_films, marked_films
from core.cohort.unmarked_films import REFUSED, unmarked_films
from core.detection.network import FinderSettings, LimbFinder, PartsNetwork, PartsSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.model_reader.weight_sets import SCORERS
from core.svh import Limb
from core.training import find_limbs, find_parts, parallel, score_joints
from core.training.calibrate import calibrate
from core.training.engine import LoopSettings, learning_curve, run_loop
from core.training.film_cache import Crops, as_float, smaller, stored_films
from core.training.prepare import phantom_tasks, prepare_small, real_tasks
from core.training.run_study import calibrate_system, make_films, train_system, with_size
from core.training.starts import load_start
from core.training.systems import SYSTEMS, shortened

NETWORKS = ("limb_finder", "hand_parts", "foot_parts", "joint_scorer")
PARTS_SETTINGS = {
    Limb.HAND: PartsSettings(
        limb="HAND", width_px=256, height_px=352, mm_per_px=0.75, centre_mm=(-6.0, 6.0), glance=True
    ),
    Limb.FOOT: PartsSettings(
        limb="FOOT", width_px=224, height_px=256, mm_per_px=0.7, centre_mm=(0.0, 8.0), glance=True
    ),
}
LOOPS = {
    "limb_finder": LoopSettings(steps=6000, validate_steps=750),
    "hand_parts": LoopSettings(steps=6000, validate_steps=750),
    "foot_parts": LoopSettings(steps=5000, validate_steps=750),
    "joint_scorer": LoopSettings(steps=9000, learning_rate=1.5e-3, warm_up=300, validate_steps=1000),
}
BATCH = {"limb_finder": 24, "hand_parts": 32, "foot_parts": 32, "joint_scorer": 64}
FURTHER_RATE = 0.3
# What the scorer's batches are drawn from: phantoms, real films untouched and with simulated damage, small plates (all undamaged).
SOURCES = {"train-": 0.44, "real-train-": 0.46, "small-train": 0.10}
PHANTOMS = {Limb.HAND: 3500, Limb.FOOT: 2500}
DATA = (
    "Digital phantoms (X-ray images computed from bone meshes, made by this repository) and real hand and foot films of "
    "FracAtlas (CC BY 4.0, Abedeen et al. 2023) with joints marked by hand; the scorer also on simulated damage on these films and, "
    "as undamaged, on small plates whose joints the detector found. No film with clinical scores was used."
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


def real_for_detection(films_folder: Path, split: str) -> list[LabelledFilm]:
    """Marked films, large plates brought down to 1000 px, small plates as they are."""
    films = [
        *marked_films(films_folder, split=split, small=False),
        *marked_films(films_folder, split=split, small=True),
    ]
    return [smaller(f, min(1.0, 1000 / max(f.pixels.shape))) for f in films]


def other_films(films_folder: Path, *, held_out: bool) -> list[np.ndarray]:
    """Films of other parts of the body; of forearms only what lies above the wrist, which is no other part."""
    found = []
    for kind in (*REFUSED, "hip_shoulder"):
        for path in unmarked_films(films_folder, kind, held_out=held_out):
            pixels = read_grey(path)
            if kind == "other" and path.parent.name == "hand_frontal":  # they lie with the hand down
                pixels = pixels[: int(0.68 * pixels.shape[0])]
            found.append(pixels)
    return found


def train_named(
    name: str,
    *,
    cache: Path,
    films_folder: Path | None,
    threads: int = 2,
    px: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    further: bool = False,
) -> None:
    """Make the training films, train one network or all of them, or calibrate; "missing" trains every system without weights.

    "study_films" makes the films of the papers' systems alone, "paper_calibration" fits cuts and intervals of DeepRA's networks
    again. `px`, `steps` and `minutes` make a system of the papers smaller than the paper's; its card states them.
    Raises: ValueError for an unknown name; FileNotFoundError where films are missing; ModuleNotFoundError without the
    ImageNet starts.
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
            if steps or minutes:
                system = shortened(system, steps, minutes)
            train_system(system_name, system, cache=cache, films_folder=films_folder, threads=threads)
        return
    if name not in (*compact, "all"):
        raise ValueError(
            f"no network {name}; there are {', '.join((*compact, 'all', 'study_films', *SYSTEMS, 'missing', 'paper_calibration'))}"
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


@dataclass(frozen=True)
class TrainingTask:
    """What the loop needs of one network: it, what draws a batch of a step, its losses, its figures on validation films."""

    network: nn.Module
    draw: Callable[[int], Any]
    losses: Callable[[Any], dict[str, Tensor]]
    figures: Callable[[Any], dict[str, float]]


def train(
    name: str,
    *,
    cache: Path,
    films_folder: Path,
    threads: int = 2,
    steps: int | None = None,
    minutes: float | None = None,
    further: bool = False,
) -> None:
    """Train one network of the compact set, resuming where its checkpoint stands, and write weight file and card.

    `steps` and `minutes` shorten it; `threads` is how many processes draw batches. `further` begins with the weights that are
    there, as far as their tensors fit, at a lower rate.

    Raises: ValueError for an unknown name; FileNotFoundError where films or ImageNet starts are missing.
    """
    makers: dict[str, Callable[[Path, Path], TrainingTask]] = {
        "limb_finder": _finder_task,
        "hand_parts": lambda c, f: _parts_task(Limb.HAND, c, f),
        "foot_parts": lambda c, f: _parts_task(Limb.FOOT, c, f),
        "joint_scorer": _scorer_task,
    }
    if name not in makers:
        raise ValueError(f"no network {name}; there are {', '.join(NETWORKS)}")
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
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
        before = read_card(f"compact_{name}")
        loop = replace(
            loop, learning_rate=FURTHER_RATE * loop.learning_rate, warm_up=50, average=0.99, validate_steps=300
        )
        _start_further(task.network, before)
    trained = run_loop(
        task.network,
        task.losses,
        settings=loop,
        folder=cache / name,
        draw=task.draw,
        workers=threads,
        validate=task.figures,
    )
    _write(trained.cpu(), name, loop, revision, learning_curve(cache / name / "log.jsonl"), before)


def _start_further(network: nn.Module, card: WeightCard) -> None:
    """Begin with the weights of a card; tensors of another shape keep their start."""
    given = float_tensors(load_file(FOLDER / f"{card.name}.safetensors"))
    own = network.state_dict()
    network.load_state_dict({**own, **{k: v for k, v in given.items() if k in own and own[k].shape == v.shape}})


def _write(
    network: nn.Module,
    name: str,
    loop: LoopSettings,
    revision: str,
    curve: list[dict[str, float]],
    before: WeightCard | None,
) -> None:
    settings = network.settings
    size = (
        (settings.width_px, settings.height_px)  # type: ignore[union-attr]
        if isinstance(settings, PartsSettings)
        else (getattr(settings, "side_px", 0) or getattr(settings, "crop_px", 0),) * 2
    )
    digest = save_weights(network, f"compact_{name}")
    write_card(
        WeightCard(
            name=f"compact_{name}",
            architecture=type(network).__name__,
            settings=asdict(settings),  # type: ignore[call-overload]
            input_px=size,
            trained_on=DATA,
            training={
                "loop": asdict(loop),
                "batch": BATCH[name],
                "steps_taken": int(curve[-1]["step"]) if curve else 0,
                **({"before": {"code_revision": before.code_revision, **before.training}} if before else {}),
            },
            code_revision=revision or "unknown",
            sha256=digest,
        )
    )


def _finder_task(cache: Path, films_folder: Path) -> TrainingTask:
    settings, batch = FinderSettings(), BATCH["limb_finder"]
    network = LimbFinder(settings)
    load_start(network.backbone.body, "mobilenet_v2")
    draw, held_out = (
        find_limbs.FilmDraw(
            stored_films(cache / f"films-{split}"),
            real_for_detection(films_folder, split),
            other_films(films_folder, held_out=split == "validation"),
            settings.side_px,
        )
        for split in ("train", "validation")
    )
    rng = np.random.default_rng(99)
    validation = [held_out.draw(rng) for _ in range(300)]

    def drawn(step: int) -> find_limbs.FinderBatch:
        rng = np.random.default_rng([1, step])
        return find_limbs.make_batch([draw.draw(rng) for _ in range(batch)], settings)

    return TrainingTask(
        network,
        drawn,
        lambda b: find_limbs.batch_losses(network, b),
        lambda net: find_limbs.validation_figures(net, validation),
    )


def _parts_task(limb: Limb, cache: Path, films_folder: Path) -> TrainingTask:
    settings, batch = PARTS_SETTINGS[limb], BATCH[f"{limb.value.lower()}_parts"]
    network = PartsNetwork(settings)
    load_start(network.backbone.body, "mobilenet_v2")
    phantoms = [f for f in stored_films(cache / "films-train") if f.limb is limb]
    found = [f for f in found_films(films_folder) if f.limb is limb]
    real = [f for f in real_for_detection(films_folder, "train") if f.limb is limb]
    rng = np.random.default_rng(99)
    unseen = [as_float(f) for f in stored_films(cache / "films-validation") if f.limb is limb][:40]
    unseen += 4 * [f for f in real_for_detection(films_folder, "validation") if f.limb is limb]
    validation = [find_parts.draw_sample(rng, f, settings) for f in unseen]

    def drawn(step: int) -> find_parts.PartsBatch:
        rng = np.random.default_rng([2, step])
        pools = [(real, phantoms, found)[int(rng.choice(3, p=(0.45, 0.45, 0.1)))] for _ in range(batch)]
        films = [as_float(pool[int(rng.integers(len(pool)))]) for pool in pools]
        return find_parts.make_batch([find_parts.draw_sample(rng, f, settings) for f in films], settings)

    return TrainingTask(
        network,
        drawn,
        lambda b: find_parts.batch_losses(network, b),
        lambda net: find_parts.validation_figures(net, validation, settings),
    )


def _scorer_task(cache: Path, films_folder: Path) -> TrainingTask:
    settings, batch = ScoringSettings(), BATCH["joint_scorer"]
    network = ScoringNetwork(settings)
    load_start(network.backbone, settings.backbone)
    prepare_small(cache, films_folder)
    sources = [Crops.load(sorted(cache.glob(f"{pattern}*.npz"))) for pattern in SOURCES]
    crops = Crops(**{
        name: np.concatenate([getattr(source, name) for source in sources]) for name in Crops.__dataclass_fields__
    })  # fmt: skip
    ends = np.cumsum([len(source) for source in sources])
    draw = score_joints.BalancedDraw(
        crops,
        [
            (np.arange(end - len(source), end), share)
            for source, end, share in zip(sources, ends, SOURCES.values(), strict=True)
        ],
    )
    del sources
    checks = {
        "phantom": Crops.load(sorted(cache.glob("validation-*.npz"))),
        "real": Crops.load(sorted(cache.glob("real-validation-*.npz"))),
    }

    def drawn(step: int) -> score_joints.CropBatch:
        rng = np.random.default_rng([3, step])
        return score_joints.make_batch(rng, crops, draw.draw(rng, batch), settings.crop_px)

    return TrainingTask(
        network,
        drawn,
        lambda b: score_joints.batch_losses(network, b),
        lambda net: score_joints.validation_figures(net, checks),
    )
