"""The networks of the compact set as training tasks.

What draws their batches, their losses, their figures on validation films.
"""

from pathlib import Path

import numpy as np

from core.cohort.labelled_film import LabelledFilm, read_grey
from core.cohort.marked_films import found_films, marked_films
from core.cohort.unmarked_films import REFUSED, unmarked_films
from core.detection.network import FinderSettings, LimbFinder, PartsNetwork, PartsSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.svh import Limb
from core.training import find_limbs, find_parts, limb_views, score_joints
from core.training.film_cache import Crops, as_float, smaller, stored_films
from core.training.prepare import prepare_small
from core.training.starts import load_start
from core.training.task import TrainingTask

PARTS_SETTINGS = {
    Limb.HAND: PartsSettings(
        limb="HAND", width_px=256, height_px=352, mm_per_px=0.75, centre_mm=(-6.0, 6.0), glance=True
    ),
    Limb.FOOT: PartsSettings(
        limb="FOOT", width_px=224, height_px=256, mm_per_px=0.7, centre_mm=(0.0, 8.0), glance=True
    ),
}
# Two looks at every close-up: erosions show better on the larger one, and an error of the pose's scale counts less.
SCORER_SCALES = (0.95, 1.25)
CHECKED_VIEWS = 300  # views of the validation split that the finder is checked on
BATCH = {"limb_finder": 24, "hand_parts": 32, "foot_parts": 32, "joint_scorer": 64}
# What the scorer's batches are drawn from: phantoms, real films untouched and with simulated damage, small plates (all
# undamaged).
SOURCES = {"train-": 0.44, "real-train-": 0.46, "small-train": 0.10}


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


def finder_task(cache: Path, films_folder: Path) -> TrainingTask:
    """The limb finder on whole films, pieces and collages."""
    settings, batch = FinderSettings(), BATCH["limb_finder"]
    network = LimbFinder(settings)
    load_start(network.backbone.body, "mobilenet_v2")
    draw, held_out = (
        limb_views.FilmDraw(
            stored_films(cache / f"films-{split}"),
            real_for_detection(films_folder, split),
            other_films(films_folder, held_out=split == "validation"),
            settings.side_px,
        )
        for split in ("train", "validation")
    )
    rng = np.random.default_rng(99)
    validation = [held_out.draw(rng) for _ in range(CHECKED_VIEWS)]

    def drawn(step: int) -> find_limbs.FinderBatch:
        rng = np.random.default_rng([1, step])
        return find_limbs.make_batch([draw.draw(rng) for _ in range(batch)], settings)

    return TrainingTask(
        network,
        drawn,
        lambda b: find_limbs.batch_losses(network, b),
        lambda net: find_limbs.validation_figures(net, validation),
    )


def parts_task(limb: Limb, cache: Path, films_folder: Path) -> TrainingTask:
    """The parts network of a limb on upright views."""
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
        lambda net: find_parts.fit_seen(net, validation),
    )


def scorer_task(cache: Path, films_folder: Path) -> TrainingTask:
    """The joint scorer on close-ups."""
    settings, batch = ScoringSettings(scales=SCORER_SCALES), BATCH["joint_scorer"]
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
