"""Makes the films that training and calibration use, once, into a cache folder.

Phantoms; simulated damage on real films; small plates of undamaged hands and feet, where nothing may be seen that is
not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from core.cohort.labelled_film import LabelledFilm
from core.cohort.marked_films import found_films, marked_films
from core.phantom import foot_film, hand_film, patient_grades, simulate_damage
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import film_crops, smaller, store_film

SHARD = 25
STORED_SHARE = 0.5  # of 0.2 mm a pixel: what the detectors are given
SIMULATED_PER_FILM = 30
STUDY_PX = 1400  # longer side of the real films that the papers' networks are given: the bound of DeepRA's detectors
SEVERE_SHARE, DEFORMED_SHARE = 0.15, 0.12


def training_grades(rng: Generator, limb: Limb, *, severe: bool = False) -> dict[Site, int]:
    """Grades for training: from no damage to damage everywhere, every grade as likely as another.

    `severe`: 3 and more at most sites.
    """
    if severe:
        return {s: int(rng.integers(3, s.maximum + 1)) if rng.random() < 0.85 else 0 for s in SITES[limb]}
    share = 0.0 if rng.random() < 0.12 else rng.uniform(0.1, 0.85)
    return {s: int(rng.integers(1, s.maximum + 1)) if rng.random() < share else 0 for s in SITES[limb]}


def skewed_grades(rng: Generator, limb: Limb, side: Side) -> dict[Site, int]:
    """Grades of one limb of a patient as cohorts have them."""
    return {site: grade for (s, site), grade in patient_grades(rng).items() if s is side and site.limb is limb}


def phantom_film(seed: int, limb: Limb, *, skewed: bool) -> LabelledFilm:
    """One phantom film by seed."""
    rng = np.random.default_rng([seed, list(Limb).index(limb)])
    side = Side.L if rng.random() < 0.5 else Side.R
    severe = not skewed and rng.random() < SEVERE_SHARE
    grades: Mapping[Site, int] = skewed_grades(rng, limb, side) if skewed else training_grades(rng, limb, severe=severe)
    deformity = float(rng.uniform(0.2, 1.0)) if severe or (not skewed and rng.random() < DEFORMED_SHARE) else 0.0
    film = (hand_film if limb is Limb.HAND else foot_film)(rng, grades, side=side, deformity=deformity)
    return replace(film, film_id=f"{limb.value.lower()}-{seed:07d}")


def simulated_films(film: LabelledFilm, count: int, seed: int) -> list[LabelledFilm]:
    """The film untouched, and `count` times with simulated damage."""
    films = [film]
    for n in range(count):
        rng = np.random.default_rng([seed, n])
        grades = {site: grade for site, grade in training_grades(rng, film.limb).items() if site in film.grades}
        films.append(simulate_damage(rng, film, grades))
    return films


def phantom_tasks(
    cache: Path, name: str, limb: Limb, count: int, *, first_seed: int, skewed: bool
) -> list[Callable[[], str]]:
    """What writes phantom films as shards of close-ups and small films; for shards that are there no task."""
    tasks: list[Callable[[], str]] = []
    for start in range(0, count, SHARD):
        path = cache / f"{name}-{limb.value.lower()}-{start:05d}.npz"
        if not path.exists():
            seeds = range(first_seed + start, first_seed + min(start + SHARD, count))
            tasks.append(partial(_make_phantoms, path, cache / f"films-{name}", limb, seeds, skewed))
    return tasks


def _make_phantoms(path: Path, folder: Path, limb: Limb, seeds: range, skewed: bool) -> str:
    cv2.setNumThreads(1)
    films = [phantom_film(seed, limb, skewed=skewed) for seed in seeds]
    for film in films:
        store_film(folder, smaller(film, STORED_SHARE))
    film_crops(films).save(path)
    return path.name


def real_tasks(
    cache: Path, films_folder: Path, split: str, *, per_film: int = SIMULATED_PER_FILM
) -> list[Callable[[], str]]:
    """What writes the close-ups of the real films of a split, each untouched and with simulated damage."""
    return [
        partial(_make_real, path, film, per_film, 7_000_000 + number)
        for number, film in enumerate(marked_films(films_folder, split=split, small=False))
        if film.grades and not (path := cache / f"real-{split}-{film.limb.value.lower()}-{film.film_id}.npz").exists()
    ]


def _make_real(path: Path, film: LabelledFilm, count: int, seed: int) -> str:
    cv2.setNumThreads(1)
    film_crops(simulated_films(film, count, seed=seed)).save(path)
    return path.name


def real_films_folder(cache: Path, split: str) -> Path:
    """Where `prepare_real_films` puts the films of a split."""
    return cache / f"real-films-{split}"


def real_film_tasks(cache: Path, films_folder: Path, split: str, *, per_film: int = 8) -> list[Callable[[], str]]:
    """What writes the real films of a split, each untouched and with simulated damage.

    For those that are there no task.
    """
    folder = real_films_folder(cache, split)
    return [
        partial(_make_damaged, folder, film, per_film, 8_000_000 + number)
        for number, film in enumerate(marked_films(films_folder, split=split, small=False))
        if film.grades and not (folder / f"{film.film_id}-{per_film}.json").exists()
    ]


def _make_damaged(folder: Path, film: LabelledFilm, count: int, seed: int) -> str:
    cv2.setNumThreads(1)
    for n, damaged in enumerate(simulated_films(film, count, seed=seed)):
        small = smaller(damaged, min(1.0, STUDY_PX / max(damaged.pixels.shape)))
        store_film(folder, replace(small, film_id=f"{film.film_id}-{n}"))
    return film.film_id


def small_films_folder(cache: Path) -> Path:
    """Where `prepare_small_films` puts its films."""
    return cache / "small-films-train"


def small_plates(films_folder: Path) -> list[LabelledFilm]:
    """Small plates of undamaged hands and feet of the training split.

    The marked ones, and those whose joints a detector found.
    """
    return [*marked_films(films_folder, split="train", small=True), *found_films(films_folder)]


def prepare_small_films(cache: Path, films_folder: Path, *, log: Callable[[str], None] = print) -> None:
    """The small plates of the training split as whole films, for the networks of the papers."""
    folder = small_films_folder(cache)
    if folder.exists():
        return
    films = small_plates(films_folder)
    for film in films:
        store_film(folder, film)
    log(f"{folder.name}: {len(films)} films")


def prepare_small(cache: Path, films_folder: Path, *, log: Callable[[str], None] = print) -> None:
    """The close-ups of the small plates of the training split."""
    path = cache / "small-train.npz"
    if not path.exists():
        crops = film_crops(small_plates(films_folder))
        crops.save(path)
        log(f"{path.name}: {len(crops)} close-ups")
