"""The films of the study's patients on disk, made once, and read one by one while training."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.evaluation.study_cohort import StudyPatient, study_cohort
from core.joint_scoring.crops import SCORED_JOINTS
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import as_float, store_film, stored_film
from core.whole_hand.picture import hands_picture


def prepare_study(
    cache: Path, split: str, *, most: int | None = None, mm_per_px: float = 0.2, tell: Callable[[str], None] = print
) -> None:
    """Write the four films of every patient of a split (of the first `most`); films that are there are kept."""
    patients = study_cohort(split)[:most]
    for number, patient in enumerate(patients, start=1):
        if all(film_path(cache, patient, limb, side).exists() for limb in Limb for side in Side):
            continue
        for (limb, side), film in patient.films(mm_per_px=mm_per_px).items():
            named = replace(film, film_id=film_path(cache, patient, limb, side).stem)
            store_film(film_path(cache, patient, limb, side).parent, named)
        if number % 25 == 0 or number == len(patients):
            tell(f"films of {split}: {number} of {len(patients)} patients")


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


def study_films(cache: Path, split: str, *, limb: Limb | None = None, most: int | None = None) -> list[StudyFilm]:
    """The films of a split, of one kind of limb or of both."""
    return [
        StudyFilm(film_path(cache, patient, kind, side), patient, kind, side)
        for patient in study_cohort(split)[:most]
        for kind in Limb
        for side in Side
        if limb in (None, kind)
    ]


@dataclass(frozen=True)
class HandPictures:
    """Both hands in one picture, and where their joints lie.

    `pixels` [N, S, S] uint8; `places` [N, J, 2] of the joints of both hands in pixels of the picture, NaN for a joint that is not
    marked; `points` [N, J] of all their sites.
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


def hand_pictures(pairs: Iterable[Pair], side_px: int) -> HandPictures:
    """Pictures of left and right films (pixels as bytes) with the points of their sites."""
    joints = SCORED_JOINTS[Limb.HAND]
    pixels, places, points = [], [], []
    for left, right, given in pairs:
        made = hands_picture(as_float(left).pixels, as_float(right).pixels, side_px)
        pixels.append(np.clip(made.pixels * 255 + 0.5, 0, 255).astype(np.uint8))
        place, value = np.full((2, len(joints), 2), np.nan, np.float32), np.zeros((2, len(joints)), np.float32)
        for n, (film, frame, side) in enumerate(zip((left, right), (made.left, made.right), Side, strict=True)):
            assert frame is not None  # both hands are there
            for k, joint in enumerate(joints):
                if joint in film.points:
                    place[n, k] = frame.to_view(np.array([film.points[joint]]))[0]
                value[n, k] = sum(given.get((side, site), 0.0) for site in SITES[Limb.HAND] if site.joint == joint)
        places.append(place.reshape(-1, 2))
        points.append(value.reshape(-1))
    if not pixels:
        joint_count = 2 * len(joints)
        return HandPictures(
            np.zeros((0, side_px, side_px), np.uint8),
            np.zeros((0, joint_count, 2), np.float32),
            np.zeros((0, joint_count), np.float32),
        )
    return HandPictures(np.stack(pixels), np.stack(places), np.stack(points))


def study_hands(cache: Path, patients: Sequence[StudyPatient], side_px: int) -> HandPictures:
    """The hands of the study's patients with the mean of the two readers' points; kept on disk.

    Raises: ValueError without patients; FileNotFoundError if a film has not been made.
    """
    if not patients:
        raise ValueError("there are no patients to make pictures of")
    path = cache / f"study-{patients[0].split}" / f"hands-{side_px}-{len(patients)}.npz"
    if not path.exists():
        pairs = (
            (
                stored_film(film_path(cache, patient, Limb.HAND, Side.L)),
                stored_film(film_path(cache, patient, Limb.HAND, Side.R)),
                {
                    (side, site): sum(reader.points[(side, site)] or 0 for reader in patient.readers) / 2
                    for side in Side
                    for site in SITES[Limb.HAND]
                },
            )
            for patient in patients
        )
        made, fresh = hand_pictures(pairs, side_px), path.with_suffix(".new.npz")
        np.savez(fresh, pixels=made.pixels, places=made.places, points=made.points)
        fresh.replace(path)
    with np.load(path) as stored:
        return HandPictures(stored["pixels"], stored["places"], stored["points"])


def real_hands(films: Sequence[LabelledFilm], side_px: int, count: int) -> HandPictures:
    """`count` pictures of two stored real films each, laid as left and right, every other one of undamaged films; by seed.

    The films are of different people: what is learnt is how real films look. None without a film whose every site is known.
    """
    known = [film for film in films if len(film.grades) == len(SITES[Limb.HAND])]
    pools = [pool for pool in ([film for film in known if not any(film.grades.values())], known) if pool]
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

    return hand_pictures((pair(n) for n in range(count if known else 0)), side_px)


def _mirrored(film: LabelledFilm) -> LabelledFilm:
    right = film.pixels.shape[1] - 1
    return replace(
        film, pixels=film.pixels[:, ::-1], points={name: (right - x, y) for name, (x, y) in film.points.items()}
    )
