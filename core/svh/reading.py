"""A reading: the points that one reader gave to one visit, and the totals that follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.svh.sites import SITES, Limb, Side, Site
from core.svh.totals import CellPoints, TotalKind, total_of

Cell = tuple[Side, Site]


@dataclass(frozen=True)
class Reading:
    """Points by side and site.

    `points` holds a number for a scored site and None for one that was looked at and is not scorable; a site that is
    absent was not read at all (no film). Totals are plain sums over the scored sites: compare them only beside
    `missing`.

    Raises: ValueError, naming site, value and limit, for points outside 0..maximum or not whole.
    """

    points: Mapping[Cell, int | None]

    def __post_init__(self) -> None:
        for (side, site), value in self.points.items():
            check_points(site, value, side)
        object.__setattr__(self, "points", MappingProxyType(dict(self.points)))

    def total(self, kind: TotalKind) -> int | None:
        """A sum over the scored sites; None where none of its sites is scored, which is not 0."""
        return total_of(kind, {cell: CellPoints(value) for cell, value in self.points.items()}).points

    @property
    def erosion(self) -> int | None:
        """Erosion of hands and feet."""
        return self.total(TotalKind.EROSION)

    @property
    def jsn(self) -> int | None:
        """Joint-space narrowing of hands and feet."""
        return self.total(TotalKind.JSN)

    @property
    def hands(self) -> int | None:
        """Points of both hands together."""
        return self.total(TotalKind.HANDS)

    @property
    def feet(self) -> int | None:
        """Points of both feet together."""
        return self.total(TotalKind.FEET)

    @property
    def svh(self) -> int | None:
        """The Sharp/van der Heijde total."""
        return self.total(TotalKind.SVH)

    @property
    def sens(self) -> int | None:
        """Simple erosion and narrowing score: one point for an eroded and one for a narrowed joint.

        A foot has 6 joints, a hand 16 eroded and 15 narrowed ones. Source: van der Heijde 1999, Rheumatology 38:941.
        """
        return self.total(TotalKind.SENS)

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
