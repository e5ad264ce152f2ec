"""A phantom's limb, filmed again: another machine, another lie, narrower spaces; and what was measured on its films."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.anatomy.parts import BOX_POINTS, JOINTS
from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm
from core.measure import MEASURED, JointChange, JointFilm, JointWidth, measure_change, measure_widths
from core.phantom import foot_film, hand_film, patient_grades
from core.phantom.assembly import Assembly
from core.phantom.subchondral import shown_gap
from core.svh import SITES, Limb, Side

PLACE_MM = 0.5  # spread of the error of a joint's place in each direction
TURN_DEG = 1.5  # spread of how differently a limb lies when it is filmed again
NARROWED_MM = 0.10


@dataclass(frozen=True)
class Take:
    """A film of a phantom, its true widths by joint in mm, and what was measured on it."""

    film: LabelledFilm
    truth: Mapping[str, float | None]
    found: Mapping[str, JointWidth]


@dataclass(frozen=True)
class Again:
    """What a joint's change was found to be, mm: where the space stayed, and where it lost `NARROWED_MM`."""

    joint: str
    by_widths: tuple[float, float]
    by_bones: tuple[JointChange, JointChange]


@dataclass
class _Moves:
    """What happens to a limb before it is exposed: another lie, narrower spaces; `truth` takes its widths then."""

    rng: np.random.Generator | None = None
    narrowed_mm: float = 0.0
    truth: dict[str, float | None] = field(default_factory=dict)

    def __call__(self, limb: Assembly) -> None:
        names = sorted({name for names in MEASURED.values() for name in names if name in limb.joints})
        if self.rng is not None:
            middle = np.vstack([bone.vertices for bone in limb.bones.values()]).mean(0)
            for axis in ((1, 0, 0), (0, 1, 0)):
                limb.turn(limb.bones, axis, float(self.rng.normal(0, TURN_DEG)), middle)
        for name in names if self.narrowed_mm else ():
            joint = limb.joints[name]
            limb.shift(joint.moved, np.append(-self.narrowed_mm * limb.direction(joint), 0.0))
        self.truth.update({name: shown_gap(limb, name) for name in names})


def measured(rng: np.random.Generator, film: LabelledFilm, spacing_mm: float) -> dict[str, JointWidth]:
    """The widths on a film whose joints are known, each put a little beside its place as a detector does."""
    names = [name for name in JOINTS[film.limb] + BOX_POINTS[film.limb] if name in film.points]
    off = rng.normal(0, PLACE_MM / spacing_mm, (len(names), 2))
    points = {n: (film.points[n][0] + dx, film.points[n][1] + dy) for n, (dx, dy) in zip(names, off, strict=True)}
    widths = measure_widths(film.pixels, fit_pose(film.limb, points), points, spacing_mm)
    return {width.joint: width for width in widths}


def film_again(seed: Sequence[int], limb: Limb, technique: int, narrowed_mm: float = 0.0) -> Take:
    """Film number `technique` of a patient's limb; the first lies as it was put, later ones a little differently."""
    rng = np.random.default_rng(seed)
    grades = patient_grades(rng)
    other = np.random.default_rng([*seed, technique])
    moves = _Moves(other if technique else None, narrowed_mm)
    film = (hand_film if limb is Limb.HAND else foot_film)(
        rng,
        {site: grades[Side.L, site] for site in SITES[limb]},
        side=Side.L,
        mm_per_px=float(other.uniform(0.1, 0.2)),
        technique=other,
        moved=moves,
    )
    return Take(film, moves.truth, measured(other, film, film.spacing_mm or 0.0))


def filmed_again(first: Take, again: Take, narrowed: Take) -> list[Again]:
    """The joints that are measured on all three films of a limb, with both ways to tell their change."""
    rows = []
    for joint in first.found:
        films = [JointFilm(t.film.pixels, t.found[joint], t.film.spacing_mm) for t in (first, again, narrowed)]
        if all(film.width.measured for film in films):
            changes = [measure_change(films[0], later) for later in films[1:]]
            before, after, later = (film.width.mean_mm or np.nan for film in films)
            rows.append(Again(joint, (after - before, later - before), (changes[0], changes[1])))
    return rows
