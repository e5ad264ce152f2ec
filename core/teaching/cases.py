"""A teaching case: one phantom film of chosen difficulty, made from a seed.

The order in which its joints are asked is drawn with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom import foot_film, hand_film
from core.svh import SITES, Damage, Limb, Side, Site

SEED_LIMIT = 1_000_000


class Difficulty(StrEnum):
    """How hard a case is."""

    EASY = "easy"  # undamaged or clearly damaged
    MIDDLE = "middle"  # every grade
    HARD = "hard"  # grade 1 against 0, look-alikes, low exposure


_SHARE_DAMAGED = {Difficulty.EASY: 0.4, Difficulty.MIDDLE: 0.55, Difficulty.HARD: 0.5}


@dataclass(frozen=True)
class TeachingCase:
    """A film with its truth and its joints in the order of asking.

    The truth of an `own` film is what its teacher gave.
    """

    seed: int
    difficulty: Difficulty
    film: LabelledFilm
    order: tuple[str, ...]
    own: bool = False

    def sites(self, joint: str) -> tuple[Site, ...]:
        """What is scored at a joint: narrowing first, then erosion."""
        found = [site for site in SITES[self.film.limb] if site.joint == joint]
        return tuple(sorted(found, key=lambda site: site.damage is Damage.EROSION))

    def truth(self, joint: str) -> dict[Site, int]:
        """True points of every site of a joint."""
        return {site: self.film.grades[site] for site in self.sites(joint)}

    def gap_mm(self, joint: str) -> tuple[float, float] | None:
        """Joint space on the film and what it would be undamaged, mm; None where there is no joint space to measure.

        A space of 0 is closed: the bones are fused or lie over each other.
        """
        if joint not in self.film.gap_mm or joint not in self.film.normal_gap_mm:
            return None
        return max(0.0, self.film.gap_mm[joint]), self.film.normal_gap_mm[joint]


def _grade_choices(site: Site, difficulty: Difficulty) -> tuple[int, ...]:
    """The grades above 0 that a damaged site of this difficulty can have."""
    if difficulty is Difficulty.HARD:
        return (1,)
    if difficulty is Difficulty.MIDDLE:
        return tuple(range(1, site.maximum + 1))
    return {4: (3, 4), 5: (3, 5), 10: (5, 8)}[site.maximum]


def make_case(seed: int, difficulty: Difficulty, limb: Limb) -> TeachingCase:
    """The case of a seed: the same three arguments give the same film, truth and order.

    Raises: ValueError for a seed outside 0..999999.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"a seed is a whole number from 0 to {SEED_LIMIT - 1}, not {seed}")
    rng = np.random.default_rng([seed, list(Difficulty).index(difficulty), list(Limb).index(limb)])
    side = list(Side)[int(rng.integers(2))]
    grades: Mapping[Site, int] = {
        site: int(rng.choice(_grade_choices(site, difficulty))) if rng.random() < _SHARE_DAMAGED[difficulty] else 0
        for site in SITES[limb]
    }
    joints = list(dict.fromkeys(site.joint for site in SITES[limb]))
    order = tuple(joints[n] for n in rng.permutation(len(joints)))
    make = hand_film if limb is Limb.HAND else foot_film
    hard = difficulty is Difficulty.HARD
    film = make(rng, grades, side=side, film_id=f"T{seed}", look_alikes=1.0 if hard else 0.0)
    return TeachingCase(seed, difficulty, underexposed(rng, film) if hard else film, order)


def underexposed(rng: np.random.Generator, film: LabelledFilm) -> LabelledFilm:
    """The film taken with too few quanta: flatter, and grainier where bone lets few of them through."""
    grain = cv2.GaussianBlur(rng.standard_normal(film.pixels.shape).astype(np.float32), (0, 0), 0.7)
    pixels = 0.12 + 0.66 * film.pixels + 0.03 * (0.3 + film.pixels) * grain / np.std(grain)
    return replace(film, pixels=np.clip(pixels, 0, 1).astype(np.float32))
