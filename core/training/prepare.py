"""Makes the films that training and calibration use, once, into a cache folder.

Phantoms; simulated damage on real films; small plates of undamaged hands and feet, where nothing may be seen that is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from core.cohort.labelled_film import LabelledFilm, read_grey, unit
from core.cohort.marked_films import marked_films, undamaged
from core.cohort.unmarked_films import unmarked_films
from core.detection.detector import Detector
from core.model_reader.opening import open_detector
from core.phantom import foot_film, hand_film, patient_grades, simulate_damage
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import film_crops, smaller, store_film

SHARD = 25
STORED_SHARE = 0.5  # of 0.2 mm a pixel: what the detectors are given
SIMULATED_PER_FILM = 30
STUDY_PX = 1400  # longer side of the real films that the papers' networks are given: the bound of DeepRA's detectors
SURE = 0.4  # height of the heat peak of a joint that is taken from the detector


def training_grades(rng: Generator, limb: Limb) -> dict[Site, int]:
    """Grades for training: from no damage to damage everywhere, every grade as likely as another."""
    share = 0.0 if rng.random() < 0.12 else rng.uniform(0.1, 0.85)
    return {s: int(rng.integers(1, s.maximum + 1)) if rng.random() < share else 0 for s in SITES[limb]}


def skewed_grades(rng: Generator, limb: Limb, side: Side) -> dict[Site, int]:
    """Grades of one limb of a patient as cohorts have them."""
    return {site: grade for (s, site), grade in patient_grades(rng).items() if s is side and site.limb is limb}


def phantom_film(seed: int, limb: Limb, *, skewed: bool) -> LabelledFilm:
    """One phantom film by seed."""
    rng = np.random.default_rng([seed, list(Limb).index(limb)])
    side = Side.L if rng.random() < 0.5 else Side.R
    grades: Mapping[Site, int] = skewed_grades(rng, limb, side) if skewed else training_grades(rng, limb)
    film = (hand_film if limb is Limb.HAND else foot_film)(rng, grades, side=side)
    return replace(film, film_id=f"{limb.value.lower()}-{seed:07d}")


def simulated_films(film: LabelledFilm, count: int, seed: int) -> list[LabelledFilm]:
    """The film untouched, and `count` times with simulated damage."""
    films = [film]
    for n in range(count):
        rng = np.random.default_rng([seed, n])
        grades = {site: grade for site, grade in training_grades(rng, film.limb).items() if site in film.grades}
        films.append(simulate_damage(rng, film, grades))
    return films


def prepare_phantoms(
    cache: Path,
    name: str,
    limb: Limb,
    count: int,
    *,
    first_seed: int,
    skewed: bool,
    tell: Callable[[str], None] = print,
) -> None:
    """Phantom films as shards of close-ups and small films; shards that are there are kept."""
    for start in range(0, count, SHARD):
        path = cache / f"{name}-{limb.value.lower()}-{start:05d}.npz"
        if path.exists():
            continue
        films = [phantom_film(first_seed + n, limb, skewed=skewed) for n in range(start, min(start + SHARD, count))]
        for film in films:
            store_film(cache / f"films-{name}", smaller(film, STORED_SHARE))
        film_crops(films).save(path)
        tell(f"{path.name}: {start + len(films)} of {count}")


def prepare_real(
    cache: Path,
    films_folder: Path,
    split: str,
    *,
    per_film: int = SIMULATED_PER_FILM,
    tell: Callable[[str], None] = print,
) -> None:
    """Real films of a split: each untouched and with simulated damage, as close-ups."""
    for number, film in enumerate(marked_films(films_folder, split=split, small=False)):
        path = cache / f"real-{split}-{film.limb.value.lower()}-{film.film_id}.npz"
        if path.exists() or not film.grades:
            continue
        film_crops(simulated_films(film, per_film, seed=7_000_000 + number)).save(path)
        tell(path.name)


def real_films_folder(cache: Path, split: str) -> Path:
    """Where `prepare_real_films` puts the films of a split."""
    return cache / f"real-films-{split}"


def real_film_tasks(cache: Path, films_folder: Path, split: str, *, per_film: int = 8) -> list[Callable[[], str]]:
    """What writes the real films of a split, each untouched and with simulated damage; for those that are there no task."""
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


def prepare_small_films(cache: Path, films_folder: Path, *, tell: Callable[[str], None] = print) -> None:
    """The small plates of the training split as whole films, for the networks of the papers; the compact detectors find joints."""
    folder = small_films_folder(cache)
    if folder.exists():
        return
    films = small_plates(films_folder, open_detector()[0], held_out=False)
    for film in films:
        store_film(folder, film)
    tell(f"{folder.name}: {len(films)} films")


def small_plates(films_folder: Path, detector: Detector, *, held_out: bool) -> list[LabelledFilm]:
    """Small plates of undamaged hands and feet: the marked ones, and unmarked ones with the joints that the detector finds."""
    films = marked_films(films_folder, split="validation" if held_out else "train", small=True)
    for kind, limb in (("hand", Limb.HAND), ("foot", Limb.FOOT)):
        for path in unmarked_films(films_folder, kind, held_out=held_out):
            floats = unit(read_grey(path))
            seen = [one for one in detector.see(floats, least=0.3) if one.limb is limb]
            if not seen:
                continue
            found = detector.find(floats, seen[0])
            points = {name: point for name, (point, height) in found.joints.items() if height > SURE}
            if len(points) >= 4:
                films.append(
                    LabelledFilm(
                        floats,
                        limb,
                        found.pose.side,
                        points,
                        undamaged(limb, points),
                        path.stem,
                        "fracatlas, joints found",
                    )
                )
    return films


def prepare_small(cache: Path, films_folder: Path, detector: Detector, *, tell: Callable[[str], None] = print) -> None:
    """The close-ups of the small plates of the training split."""
    path = cache / "small-train.npz"
    if not path.exists():
        crops = film_crops(small_plates(films_folder, detector, held_out=False))
        crops.save(path)
        tell(f"{path.name}: {len(crops)} close-ups")
