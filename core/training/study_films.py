"""The films of the study's patients on disk, made once, and read one by one while training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.evaluation.study_cohort import StudyPatient, study_cohort
from core.svh import SITES, Limb, Side, Site
from core.training.film_cache import store_film, stored_film
from core.whole_hand.picture import both_hands


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


def limb_pictures(cache: Path, patients: Sequence[StudyPatient], limb: Limb, side_px: int) -> NDArray[np.uint8]:
    """Left and right films side by side, [N, side_px, side_px]; kept on disk and mapped into memory."""
    if not patients:
        raise ValueError("there are no patients to make pictures of")
    path = cache / f"study-{patients[0].split}" / f"{limb.value.lower()}s-{side_px}-{len(patients)}.npy"
    if not path.exists():
        made = np.lib.format.open_memmap(
            path.with_suffix(".new.npy"), mode="w+", dtype=np.uint8, shape=(len(patients), side_px, side_px)
        )
        for n, patient in enumerate(patients):
            left, right = (_grey(film_path(cache, patient, limb, side)) for side in (Side.L, Side.R))
            made[n] = np.clip(both_hands(left, right, side_px) * 255 + 0.5, 0, 255).astype(np.uint8)
        made.flush()
        path.with_suffix(".new.npy").replace(path)
    pictures: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return pictures


def _grey(path: Path) -> NDArray[np.float32]:
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise FileNotFoundError(f"the study film {path.name} has not been made")
    return np.divide(pixels, 255, dtype=np.float32)
