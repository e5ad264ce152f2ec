"""The films of a case, and what a person changed of them: one value a step of undo."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.model_reader.evidence import FilmReading
from core.model_reader.placed import Placed
from core.radiograph import Radiograph
from core.svh import Limb, Side, Site

EditKey = tuple[str, Site]  # the film's key and the site


@dataclass(frozen=True)
class Changes:
    """What a person changed, by film: points (None is not scorable), sides, places of joints, limbs that are left out.

    One value a step of undo.
    """

    points: Mapping[EditKey, int | None] = field(default_factory=dict)
    sides: Mapping[str, Side] = field(default_factory=dict)
    placed: Mapping[tuple[str, str], Placed] = field(default_factory=dict)  # by film and joint
    dropped: frozenset[str] = frozenset()

    def only(self, keys: set[str]) -> "Changes":
        """The changes of these films."""
        return Changes(
            {k: v for k, v in self.points.items() if k[0] in keys},
            {k: v for k, v in self.sides.items() if k in keys},
            {k: v for k, v in self.placed.items() if k[0] in keys},
            self.dropped & keys,
        )


@dataclass(frozen=True)
class CaseFilm:
    """One limb on one film. `found` is what the model gave, None while scoring is off."""

    key: str
    radiograph: Radiograph
    found: FilmReading | None

    @property
    def place(self) -> tuple[int, str]:
        """Its place on the score sheet: hands before feet, left before right."""
        limb = self.found.limb if self.found else self.radiograph.limb_name
        side = self.found.side if self.found else self.radiograph.side_name
        return (list(Limb).index(limb) if limb else len(Limb)), (side.value if side else "~")
