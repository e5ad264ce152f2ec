"""The films of the study's patients on disk, made once, and read one by one while training."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.joint_scoring.crops import SCORED_JOINTS
from core.phantom.study_cohort import StudyPatient, study_cohort
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import as_float, store_film, stored_film
from core.whole_hand.picture import hands_picture


def study_tasks(
    cache: Path, split: str, *, limit: int | None = None, mm_per_px: float = 0.2, hands_only: bool = False
) -> list[Callable[[], str]]:
    """What writes the films of every patient of a split (of the first `limit`): four, or the two of the hands.

    For films that are there no task.
    """
    limbs = (Limb.HAND,) if hands_only else tuple(Limb)
    return [
        partial(_make_films, cache, split, place, mm_per_px, hands_only)
        for place, patient in enumerate(study_cohort(split)[:limit])
        if not all(film_path(cache, patient, limb, side).exists() for limb in limbs for side in Side)
    ]


def _make_films(cache: Path, split: str, place: int, mm_per_px: float, hands_only: bool) -> str:
    cv2.setNumThreads(1)
    patient = study_cohort(split)[place]
    for (limb, side), film in patient.films(mm_per_px=mm_per_px, hands_only=hands_only).items():
        path = film_path(cache, patient, limb, side)
        store_film(path.parent, replace(film, film_id=path.stem))
    return patient.patient_id


def film_path(cache: Path, patient: StudyPatient, limb: Limb, side: Side) -> Path:
    """The picture of one film; the points lie beside it."""
    return cache / f"study-{patient.split}" / f"{patient.patient_id}-{side.value}{limb.value[0]}.jpg"


@dataclass(frozen=True)
class StudyFilm:
    """A film of the study, not yet read."""

    path: Path
    patient: StudyPatient
    limb: Limb
    side: Side

    def load(self) -> LabelledFilm:
        """Pixels as uint8, with the true points of every site as grades.

        Raises: FileNotFoundError if the film has not been made.
        """
        film = stored_film(self.path)
        grades = {site: self.patient.truth.points[(self.side, site)] or 0 for site in SITES[self.limb]}
        return replace(film, grades=grades)

    def target(self, site: Site) -> float:
        """Mean of the two readers' points."""
        return sum(reader.points[(self.side, site)] or 0 for reader in self.patient.readers) / 2

    def labelled(self) -> tuple[LabelledFilm, Mapping[Site, float]]:
        """The film with the targets of its sites."""
        return self.load(), {site: self.target(site) for site in SITES[self.limb]}


def study_films(cache: Path, split: str, *, limb: Limb | None = None, limit: int | None = None) -> list[StudyFilm]:
    """The films of a split, of one kind of limb or of both."""
    return [
        StudyFilm(film_path(cache, patient, kind, side), patient, kind, side)
        for patient in study_cohort(split)[:limit]
        for kind in Limb
        for side in Side
        if limb in (None, kind)
    ]


@dataclass(frozen=True)
class HandPictures:
    """Both hands in one picture, and where their joints lie.

    `pixels` [N, S, S] uint8; `places` [N, J, 2] of the joints of both hands in pixels of the picture, NaN for a joint
    that is not marked; `points` [N, J] of all their sites.
    """

    pixels: NDArray[np.uint8]
    places: NDArray[np.float32]
    points: NDArray[np.float32]

    @property
    def totals(self) -> NDArray[np.float32]:
        """Points of both hands [N]."""
        return self.points.sum(1)

    def and_also(self, other: "HandPictures") -> "HandPictures":
        """Both, one after the other."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return HandPictures(*(np.concatenate(pair) for pair in pairs))


Pair = tuple[LabelledFilm, LabelledFilm, Mapping[tuple[Side, Site], float]]


def hand_pictures(pairs: Sequence[Callable[[], Pair]], side_px: int, workers: int = 1) -> HandPictures:
    """Pictures of left and right films (pixels as bytes) with the points of their sites, read on `workers` threads."""
    joints = SCORED_JOINTS[Limb.HAND]
    shape = (len(pairs), 2, len(joints))
    pixels = np.zeros((len(pairs), side_px, side_px), np.uint8)
    places, points = np.full((*shape, 2), np.nan, np.float32), np.zeros(shape, np.float32)

    def fill(row: int) -> None:
        left, right, given = pairs[row]()
        made = hands_picture(as_float(left).pixels, as_float(right).pixels, side_px)
        pixels[row] = np.clip(made.pixels * 255 + 0.5, 0, 255).astype(np.uint8)
        for n, (film, frame, side) in enumerate(zip((left, right), (made.left, made.right), Side, strict=True)):
            assert frame is not None  # both hands are there
            for k, joint in enumerate(joints):
                if joint in film.points:
                    places[row, n, k] = frame.to_view(np.array([film.points[joint]]))[0]
                points[row, n, k] = sum(
                    given.get((side, site), 0.0) for site in SITES[Limb.HAND] if site.joint == joint
                )

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill, range(len(pairs))))
    return HandPictures(
        pixels, places.reshape(len(pairs), 2 * len(joints), 2), points.reshape(len(pairs), 2 * len(joints))
    )


def study_hands(cache: Path, patients: Sequence[StudyPatient], side_px: int, workers: int = 1) -> HandPictures:
    """The hands of the study's patients with the mean of the two readers' points; kept on disk.

    Raises: ValueError without patients; FileNotFoundError if a film has not been made.
    """
    if not patients:
        raise ValueError("there are no patients to make pictures of")
    path = cache / f"study-{patients[0].split}" / f"hands-{side_px}-{len(patients)}.npz"
    if not path.exists():
        pairs = [partial(_pair, cache, patient) for patient in patients]
        made, fresh = hand_pictures(pairs, side_px, workers), path.with_suffix(f".new-{os.getpid()}.npz")
        np.savez(fresh, pixels=made.pixels, places=made.places, points=made.points)
        fresh.replace(path)
    with np.load(path) as stored:
        return HandPictures(stored["pixels"], stored["places"], stored["points"])


def _pair(cache: Path, patient: StudyPatient) -> Pair:
    left, right = (stored_film(film_path(cache, patient, Limb.HAND, side)) for side in Side)
    sites = ((side, site) for side in Side for site in SITES[Limb.HAND])
    return left, right, {(s, site): sum(r.points[(s, site)] or 0 for r in patient.readers) / 2 for s, site in sites}


def real_hands(films: Sequence[LabelledFilm], side_px: int, count: int, workers: int = 1) -> HandPictures:
    """`count` pictures of two stored real films each, laid as left and right; by seed.

    A third are of undamaged films, a third of damaged ones, a third of any. The two are of different people: what is
    learnt is how real films look. None without a film whose every site is known.
    """
    known = [film for film in films if len(film.grades) == len(SITES[Limb.HAND])]
    undamaged = [film for film in known if not any(film.grades.values())]
    damaged = [film for film in known if any(film.grades.values())]
    pools = [pool for pool in (undamaged, damaged, known) if pool]
    rng = np.random.default_rng(11)

    def pair(number: int) -> Pair:
        pool = pools[number % len(pools)]
        chosen = [pool[int(rng.integers(len(pool)))] for _ in Side]
        left, right = (film if film.side is side else _mirrored(film) for film, side in zip(chosen, Side, strict=True))
        given = {
            (side, site): float(points)
            for film, side in zip(chosen, Side, strict=True)
            for site, points in film.grades.items()
        }
        return left, right, given

    return hand_pictures([partial(pair, n) for n in range(count if known else 0)], side_px, workers)


def _mirrored(film: LabelledFilm) -> LabelledFilm:
    right = film.pixels.shape[1] - 1
    return replace(
        film, pixels=film.pixels[:, ::-1], points={name: (right - x, y) for name, (x, y) in film.points.items()}
    )
