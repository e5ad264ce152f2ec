"""The joint spaces of two visits, site against site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.measure import JointChange, JointFilm, measure_change
from core.model_reader.evidence import FilmReading
from core.model_reader.film_reading import as_read
from core.radiograph import Radiograph
from core.svh import Limb, Side


@dataclass(frozen=True)
class ReadRadiograph:
    """A film and what was found of one limb on it."""

    reading: FilmReading
    radiograph: Radiograph

    @property
    def joints(self) -> Mapping[str, JointFilm]:
        """The joints whose spaces were looked at, by name."""
        film = as_read(self.radiograph, (self.reading,))
        return {w.joint: JointFilm(film.pixels, w, film.spacing_mm) for w in self.reading.widths}


@dataclass(frozen=True)
class SpaceChange:
    """The change of one joint space of a patient."""

    side: Side
    limb: Limb
    change: JointChange


def film_changes(first: ReadRadiograph, later: ReadRadiograph) -> tuple[JointChange, ...]:
    """The change of every joint space that was looked at on both films of a limb."""
    before, after = first.joints, later.joints
    return tuple(measure_change(film, after[joint]) for joint, film in before.items() if joint in after)


def visit_changes(first: Iterable[ReadRadiograph], later: Iterable[ReadRadiograph]) -> tuple[SpaceChange, ...]:
    """The changes between two visits of a patient; the first scored film of each limb and side counts."""
    before, after = _by_limb(first), _by_limb(later)
    return tuple(
        SpaceChange(side, limb, change)
        for (limb, side), film in before.items()
        if (limb, side) in after
        for change in film_changes(film, after[limb, side])
    )


def _by_limb(films: Iterable[ReadRadiograph]) -> dict[tuple[Limb, Side], ReadRadiograph]:
    chosen: dict[tuple[Limb, Side], ReadRadiograph] = {}
    for film in films:
        found = film.reading
        if found.scored and found.limb and found.side:
            chosen.setdefault((found.limb, found.side), film)
    return chosen


def told(changes: Sequence[SpaceChange]) -> list[SpaceChange]:
    """Those with a change, the largest narrowing first."""
    return sorted((c for c in changes if c.change.change_mm is not None), key=lambda c: c.change.change_mm or 0.0)
