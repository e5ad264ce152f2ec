"""A reading: the points that one reader gave to one visit, and the totals that follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.svh.sites import SITES, Damage, Limb, Side, Site

Cell = tuple[Side, Site]


@dataclass(frozen=True)
class Reading:
    """Points by side and site.

    `points` holds a number for a scored site and None for one that was looked at and is not scorable; a site that is absent
    was not read at all (no film). Totals are plain sums over the scored sites: compare them only beside `missing`.

    Raises: ValueError, naming site, value and limit, for points outside 0..maximum or not whole.
    """

    points: Mapping[Cell, int | None]

    def __post_init__(self) -> None:
        for (side, site), value in self.points.items():
            check_points(site, value, side)
        object.__setattr__(self, "points", MappingProxyType(dict(self.points)))

    def with_points(self, side: Side, site: Site, value: int | None) -> "Reading":
        """The reading with one site changed.

        Raises: ValueError as the constructor does.
        """
        return Reading({**self.points, (side, site): value})

    def scored(
        self, *, damage: Damage | None = None, limb: Limb | None = None, side: Side | None = None
    ) -> Iterator[int]:
        """Points of the scored sites of a kind."""
        for (where, site), value in self.points.items():
            if (
                value is not None
                and damage in (None, site.damage)
                and limb in (None, site.limb)
                and side in (None, where)
            ):
                yield value

    def total(self, *, damage: Damage | None = None, limb: Limb | None = None, side: Side | None = None) -> int:
        """Sum of the points of a kind; a film is one limb and side."""
        return sum(self.scored(damage=damage, limb=limb, side=side))

    @property
    def erosion(self) -> int:
        """Erosion of hands and feet, of 280."""
        return self.total(damage=Damage.EROSION)

    @property
    def jsn(self) -> int:
        """Joint-space narrowing of hands and feet, of 168."""
        return self.total(damage=Damage.JSN)

    @property
    def hands(self) -> int:
        """Both hands, of 280."""
        return self.total(limb=Limb.HAND)

    @property
    def feet(self) -> int:
        """Both feet, of 168."""
        return self.total(limb=Limb.FOOT)

    @property
    def svh(self) -> int:
        """The Sharp/van der Heijde total, of 448."""
        return self.total()

    @property
    def sens(self) -> int:
        """Simple erosion and narrowing score, of 86: one point for an eroded and one for a narrowed joint.

        A foot has 6 joints, a hand 16 eroded and 15 narrowed ones. Source: van der Heijde 1999, Rheumatology 38:941.
        """
        return sum(1 for value in self.scored() if value > 0)

    def missing(self, *, limb: Limb | None = None, side: Side | None = None) -> list[Cell]:
        """Sites without points (not scorable, or on no film), in the order of the RA2 columns."""
        return [
            (where, site)
            for kind in Limb
            if limb in (None, kind)
            for where in Side
            if side in (None, where)
            for site in SITES[kind]
            if self.points.get((where, site)) is None
        ]


def check_points(site: Site, value: int | None, side: Side | None = None) -> None:
    """Refuse what is no score of a site.

    Raises: ValueError naming the site, the value and the limit.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= site.maximum:
        where = f"{side.value}_{site.suffix}" if side else site.suffix
        raise ValueError(f"{where} takes whole points from 0 to {site.maximum}, not {value!r}")
