"""What a system of the papers learns from.

The study's phantoms, and real films and small plates where there are any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.cohort.labelled_film import LabelledFilm
from core.phantom.study_cohort import StudyPatient, study_cohort
from core.svh import Limb
from core.training import score_parts
from core.training.film_cache import stored_films
from core.training.prepare import real_films_folder, small_films_folder
from core.training.score_parts import PartCrops
from core.training.study_films import study_films


@dataclass(frozen=True)
class Data:
    """Where the pictures lie, how many patients of a split are used, whether real films are among them.

    `workers` is how many threads read them.
    """

    cache: Path
    limit: int | None
    real: bool
    workers: int = 1

    def patients(self, split: str) -> Sequence[StudyPatient]:
        """The phantom patients of a split."""
        return study_cohort(split)[: self.limit]

    def real_films(self, split: str, limb: Limb) -> list[LabelledFilm]:
        """The stored real films of a split; none where training goes without."""
        folder = real_films_folder(self.cache, split)
        return [film for film in stored_films(folder) if film.limb is limb] if self.real else []

    def small_films(self, limbs: Sequence[Limb]) -> list[LabelledFilm]:
        """The small plates of undamaged limbs that are trained on."""
        films = stored_films(small_films_folder(self.cache)) if self.real else []
        return [film for film in films if film.limb in limbs]

    def crops(self, rows: Sequence[str], side_px: int, split: str) -> list[PartCrops]:
        """The crops of the phantoms and, where there are any, those of the real films."""
        name = f"{rows[0] if len(rows) == 1 else 'all'}-{side_px}"
        limbs = [limb for limb in Limb if any(limb is of for of, _, _ in score_parts.parts_of_rows(rows))]
        films = [film for limb in limbs for film in study_films(self.cache, split, limb=limb, limit=self.limit)]
        path = self.cache / f"study-{split}" / f"{name}-{len(self.patients(split))}.npz"
        sources = [score_parts.part_crops(path, [film.labelled for film in films], rows, side_px, self.workers)]
        others = {
            real_films_folder(self.cache, split): [f for limb in limbs for f in self.real_films(split, limb)],
            small_films_folder(self.cache): self.small_films(limbs) if split == "train" else [],
        }
        for folder, stored in others.items():
            if stored:
                reads = [partial(_with_grades, film) for film in stored]
                sources.append(score_parts.part_crops(folder / f"{name}.npz", reads, rows, side_px, self.workers))
        return sources


def _with_grades(film: LabelledFilm) -> score_parts.Labelled:
    return film, film.grades
