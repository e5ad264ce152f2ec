"""A reader without networks: it knows limb and side from the name and gives every site the same small points."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from core.model_reader.codes import FilmStatus, Flag, FlagCode, Refusal
from core.model_reader.evidence import FilmReading, FoundJoint, FoundPart, ScoredCell, VisitReading
from core.model_reader.film_reading import flag_repeat
from core.model_reader.sides import NOT_CONFIRMED
from core.radiograph import Radiograph
from core.svh import SITES, Damage, Limb, Side

# Joint centres as shares of width and height, fingers up; enough to be clicked at.
_RAYS = {2: 0.38, 3: 0.5, 4: 0.62, 5: 0.74}
HAND_AT = {
    "IP1": (0.14, 0.5), "MCP1": (0.24, 0.6),
    **{f"PIP{k}": (x, 0.3) for k, x in _RAYS.items()}, **{f"MCP{k}": (x, 0.5) for k, x in _RAYS.items()},
    "MC1BASE": (0.32, 0.72), "MUL": (0.36, 0.76), "STT": (0.4, 0.8), "NAV": (0.44, 0.83), "LUN": (0.54, 0.83),
    "CAPNLUN": (0.5, 0.79), "CMC3": (0.5, 0.72), "CMC4": (0.58, 0.72), "CMC5": (0.66, 0.73), "RADCAR": (0.47, 0.88),
    "RAD": (0.43, 0.92), "ULN": (0.62, 0.9),
}  # fmt: skip
FOOT_AT = {"IP1": (0.2, 0.15), "MTP1": (0.24, 0.4), **{f"MTP{k}": (0.24 + 0.13 * (k - 1), 0.4) for k in range(2, 6)}}
EROSION, JSN = 1, 2  # points of every site


class StubReader:
    """Stands in for ModelReader."""

    def __init__(self) -> None:
        self.weights, self.cards, self.whole_hand = "stub", (), None

    def read_film(
        self, radiograph: Radiograph, *, slot: tuple[Limb, Side | None] | None = None, force: bool = False
    ) -> tuple[FilmReading, ...]:
        size = {"width": radiograph.width_px, "height": radiograph.height_px}
        name, digest = radiograph.name, radiograph.sha256
        if "knee" in name and not force:
            return (
                FilmReading(name, digest, FilmStatus.REFUSED, Refusal.NO_LIMB, "This is no hand or foot film.", **size),
            )
        limb, said = slot or (radiograph.limb_name or Limb.HAND, None)
        side = said or radiograph.side_name
        wide, high = radiograph.width_px, radiograph.height_px
        at = HAND_AT if limb is Limb.HAND else FOOT_AT
        reading = FilmReading(
            name,
            digest,
            FilmStatus.SCORED,
            None,
            "",
            **size,
            limb=limb,
            side=side,
            side_source="name",
            parts=(FoundPart("wrist", (0.25 * wide, 0.7 * high, 0.75 * wide, high), 0.98),),
            joints=tuple(FoundJoint(joint, x * wide, y * high, 0.9) for joint, (x, y) in at.items()),
            cells=tuple(_cell(site) for site in SITES[limb]),
            flags=(Flag(FlagCode.SCORED_ANYWAY, "Scored although it was refused."),) if "knee" in name else (),
        )
        if "both" in name:
            halves = ((Side.R, (0.0, 0.0, wide / 2, float(high))), (Side.L, (wide / 2, 0.0, float(wide), float(high))))
            return tuple(replace(reading, side=side, side_source="anatomy", region=region) for side, region in halves)
        if "unnamed" in name:  # only the anatomy tells the side
            open_side = Flag(FlagCode.SIDE_NOT_CONFIRMED, NOT_CONFIRMED)
            reading = replace(
                reading,
                side=said or Side.L,
                side_source="user" if said else "anatomy",
                flags=() if said else (open_side,),
            )
        if "ask" in name:
            reading = replace(reading, ask_side="The name says left, the anatomy right. Which side is it?")
        return (reading,)

    def read_films(
        self, radiographs: Iterable[Radiograph], *, force: bool = False
    ) -> Iterator[tuple[FilmReading, ...]]:
        taken: set[tuple[Limb, Side]] = set()
        for film in radiographs:
            yield tuple(flag_repeat(reading, taken) for reading in self.read_film(film, force=force))

    def read_visit(
        self,
        radiographs: Sequence[Radiograph],
        *,
        patient: str,
        slots: None = None,
        force: bool = False,
        progress: Callable[[str, float], None] | None = None,
    ) -> VisitReading:
        films: list[FilmReading] = []
        for number, film in enumerate(radiographs):
            if progress:
                progress("scoring joints", number / len(radiographs))
            films.extend(self.read_film(film, force=force))
        return VisitReading(patient, tuple(films))


def _cell(site) -> ScoredCell:
    points = EROSION if site.damage is Damage.EROSION else JSN
    return ScoredCell(site, points, points - 1.0, points + 1.0, points + 0.2)
