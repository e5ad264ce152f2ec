"""One command trains one network, of the compact set or of the papers: `python -m core train NAME`."""

import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from core.checkpoint import WeightCard, save_weights, weights_there, write_card
from core.cohort.labelled_film import read_grey
from core.cohort.marked_films import marked_films
from core.cohort.unmarked_films import REFUSED, unmarked_films
from core.detection.network import FinderSettings, LimbFinder, PartsNetwork, PartsSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.model_reader.opening import open_detector
from core.model_reader.weight_sets import SCORERS
from core.svh import Limb
from core.training import find_limbs, find_parts, score_joints
from core.training.calibrate import calibrate
from core.training.engine import LoopSettings, run_loop
from core.training.film_cache import Crops, LabelledFilm, as_float, smaller, stored_films
from core.training.prepare import prepare_phantoms, prepare_real, prepare_small
from core.training.run_study import calibrate_system, make_films, train_system, with_size
from core.training.starts import load_start
from core.training.systems import SYSTEMS, shortened

NETWORKS = ("limb_finder", "hand_parts", "foot_parts", "joint_scorer")
PARTS_SETTINGS = {
    Limb.HAND: PartsSettings(limb="HAND", width_px=256, height_px=352, mm_per_px=0.75, centre_mm=(-6.0, 6.0)),
    Limb.FOOT: PartsSettings(limb="FOOT", width_px=224, height_px=256, mm_per_px=0.7, centre_mm=(0.0, 8.0)),
}
LOOPS = {
    "limb_finder": LoopSettings(steps=1300),
    "hand_parts": LoopSettings(steps=1800),
    "foot_parts": LoopSettings(steps=1300),
    "joint_scorer": LoopSettings(steps=4800, validate_steps=600),
}
BATCH = {"limb_finder": 12, "hand_parts": 8, "foot_parts": 8, "joint_scorer": 32}
# What the scorer's batches are drawn from: phantoms, real films untouched and with simulated damage, small plates (all undamaged).
SOURCES = {"train-": 0.46, "real-train-": 0.46, "small-train": 0.08}
PHANTOMS = {Limb.HAND: 1600, Limb.FOOT: 900}
DATA = (
    "Digital phantoms (X-ray images computed from bone meshes, made by this repository) and real hand and foot films of "
    "FracAtlas (CC BY 4.0, Abedeen et al. 2023) with joints marked by hand; the scorer also on simulated damage on these films and, "
    "as undamaged, on small plates whose joints the detector found. No film with clinical scores was used."
)


def prepare(cache: Path, films_folder: Path) -> None:
    """Everything that the four networks are trained and calibrated on."""
    for limb in Limb:
        prepare_phantoms(cache, "validation", limb, 150, first_seed=2_000_000, skewed=True)
    prepare_real(cache, films_folder, "train")
    prepare_real(cache, films_folder, "validation", per_film=12)
    for limb in Limb:
        prepare_phantoms(cache, "train", limb, PHANTOMS[limb], first_seed=1_000_000, skewed=False)


def real_for_detection(films_folder: Path, split: str) -> list[LabelledFilm]:
    """Marked films, large plates brought down to 1000 px, small plates as they are."""
    films = [
        *marked_films(films_folder, split=split, small=False),
        *marked_films(films_folder, split=split, small=True),
    ]
    return [smaller(f, min(1.0, 1000 / max(f.pixels.shape))) for f in films]


def other_films(films_folder: Path, *, held_out: bool) -> list[np.ndarray]:
    """Films of other parts of the body."""
    kinds = (*REFUSED, "hip_shoulder")
    paths = [path for kind in kinds for path in unmarked_films(films_folder, kind, held_out=held_out)]
    return [read_grey(path) for path in paths]


def train_named(
    name: str,
    *,
    cache: Path,
    films_folder: Path | None,
    threads: int = 2,
    px: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
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
            prepare(cache, films_folder)
        elif step == "calibration":
            print(calibrate(cache))
        else:
            train(step, cache=cache, films_folder=films_folder, threads=threads)


def train(name: str, *, cache: Path, films_folder: Path, threads: int = 2) -> None:
    """Train one network of the compact set, resuming where its checkpoint stands, and write weight file and card.

    Raises: ValueError for an unknown name; FileNotFoundError where films or ImageNet starts are missing.
    """
    makers: dict[str, Callable[[Path, Path], nn.Module]] = {
        "limb_finder": _train_finder,
        "hand_parts": lambda c, f: _train_parts(Limb.HAND, c, f),
        "foot_parts": lambda c, f: _train_parts(Limb.FOOT, c, f),
        "joint_scorer": _train_scorer,
    }
    if name not in makers:
        raise ValueError(f"no network {name}; there are {', '.join(NETWORKS)}")
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    network = makers[name](cache, films_folder)
    _write(network, name)


def _write(network: nn.Module, name: str) -> None:
    settings = network.settings  # type: ignore[union-attr]
    size = (
        (settings.width_px, settings.height_px)  # type: ignore[union-attr]
        if isinstance(settings, PartsSettings)
        else (getattr(settings, "side_px", 0) or getattr(settings, "crop_px", 0),) * 2
    )
    revision = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    digest = save_weights(network, f"compact_{name}")
    write_card(
        WeightCard(
            name=f"compact_{name}",
            architecture=type(network).__name__,
            settings=asdict(settings),  # type: ignore[call-overload]
            input_px=size,
            trained_on=DATA,
            training={"loop": asdict(LOOPS[name]), "batch": BATCH[name]},
            code_revision=revision or "unknown",
            sha256=digest,
        )
    )


def _train_finder(cache: Path, films_folder: Path) -> nn.Module:
    settings = FinderSettings()
    network = LimbFinder(settings)
    load_start(network.backbone.body, "mobilenet_v2")
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    phantoms = stored_films(cache / "films-train")
    draw = find_limbs.FilmDraw(
        phantoms, real_for_detection(films_folder, "train"), other_films(films_folder, held_out=False), settings.side_px
    )
    rng = np.random.default_rng(99)
    held_out = find_limbs.FilmDraw(
        stored_films(cache / "films-validation"),
        real_for_detection(films_folder, "validation"),
        other_films(films_folder, held_out=True),
        settings.side_px,
    )
    validation = [held_out.draw(rng) for _ in range(160)]

    def loss(step: int) -> dict[str, torch.Tensor]:
        step_rng = np.random.default_rng([1, step])
        return find_limbs.batch_losses(network, [draw.draw(step_rng) for _ in range(BATCH["limb_finder"])])

    return run_loop(
        network, loss, settings=LOOPS["limb_finder"], folder=cache / "limb_finder",
        validate=lambda net: find_limbs.validation_figures(net, validation),  # type: ignore[arg-type]
    )  # fmt: skip


def _train_parts(limb: Limb, cache: Path, films_folder: Path) -> nn.Module:
    settings, name = PARTS_SETTINGS[limb], f"{limb.value.lower()}_parts"
    network = PartsNetwork(settings)
    load_start(network.backbone.body, "mobilenet_v2")
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    phantoms = [f for f in stored_films(cache / "films-train") if f.limb is limb]
    real = [f for f in real_for_detection(films_folder, "train") if f.limb is limb]
    rng = np.random.default_rng(99)
    unseen = [as_float(f) for f in stored_films(cache / "films-validation") if f.limb is limb][:20]
    unseen += 2 * [f for f in real_for_detection(films_folder, "validation") if f.limb is limb]
    validation = [find_parts.draw_sample(rng, f, settings) for f in unseen]

    def loss(step: int) -> dict[str, torch.Tensor]:
        step_rng = np.random.default_rng([2, step])
        pools = [real if step_rng.random() < 0.5 else phantoms for _ in range(BATCH[name])]
        films = [as_float(pool[int(step_rng.integers(len(pool)))]) for pool in pools]
        samples = [find_parts.draw_sample(step_rng, f, settings) for f in films]
        return find_parts.batch_losses(network, find_parts.make_batch(samples, settings))

    return run_loop(
        network, loss, settings=LOOPS[name], folder=cache / name,
        validate=lambda net: find_parts.validation_figures(net, validation, settings),  # type: ignore[arg-type]
    )  # fmt: skip


def _train_scorer(cache: Path, films_folder: Path) -> nn.Module:
    settings = ScoringSettings()
    network = ScoringNetwork(settings)
    load_start(network.backbone, settings.backbone)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    prepare_small(cache, films_folder, open_detector()[0])
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
    checks = {
        "phantom": Crops.load(sorted(cache.glob("validation-*.npz"))),
        "real": Crops.load(sorted(cache.glob("real-validation-*.npz"))),
    }

    def loss(step: int) -> dict[str, torch.Tensor]:
        step_rng = np.random.default_rng([3, step])
        chosen = draw.draw(step_rng, BATCH["joint_scorer"])
        return score_joints.batch_losses(network, score_joints.make_batch(step_rng, crops, chosen, settings.crop_px))

    return run_loop(
        network, loss, settings=LOOPS["joint_scorer"], folder=cache / "joint_scorer",
        validate=lambda net: score_joints.validation_figures(net, checks),  # type: ignore[arg-type]
    )  # fmt: skip
