"""The totals of the method with their maxima, their interval, and how much of each is missing.

A total of which nothing was scored is None, never 0: a refused film must not read as an undamaged one. A total of which
more than `INCOMPLETE_SHARE` of the cells are missing is incomplete, and says so with the count wherever it stands.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.svh.sites import SITES, Damage, Limb, Side, Site

INCOMPLETE_SHARE = 0.1  # of the cells; a visit lacks 12 of 86 without one foot
DASH = "\N{EN DASH}"


class TotalKind(StrEnum):
    """The sums that are reported; SENS counts cells with damage, the others add points."""

    SVH = "total"
    EROSION = "erosion"
    JSN = "jsn"
    HANDS = "hands"
    FEET = "feet"
    SENS = "sens"

    @property
    def cells(self) -> tuple[tuple[Side, Site], ...]:
        """The cells that this total is made of, both sides, in the order of the score sheet."""
        return _CELLS[self]

    @property
    def maximum(self) -> int:
        """The most it can be: 448, 280, 168, 280, 168, and 86 for SENS."""
        return len(self.cells) if self is TotalKind.SENS else sum(site.maximum for _, site in self.cells)

    @property
    def label(self) -> str:
        """Its name on the page and in reports."""
        return _LABELS[self]


_LABELS = {
    TotalKind.SVH: "SvH",
    TotalKind.EROSION: "Erosion",
    TotalKind.JSN: "JSN",
    TotalKind.HANDS: "Hands",
    TotalKind.FEET: "Feet",
    TotalKind.SENS: "SENS",
}


def _cells(damage: Damage | None = None, limb: Limb | None = None) -> tuple[tuple[Side, Site], ...]:
    return tuple(
        (side, site)
        for kind in Limb
        for side in Side
        for site in SITES[kind]
        if damage in (None, site.damage) and limb in (None, kind)
    )


_CELLS = {
    TotalKind.SVH: _cells(),
    TotalKind.EROSION: _cells(damage=Damage.EROSION),
    TotalKind.JSN: _cells(damage=Damage.JSN),
    TotalKind.HANDS: _cells(limb=Limb.HAND),
    TotalKind.FEET: _cells(limb=Limb.FOOT),
    TotalKind.SENS: _cells(),
}


def points_words(points: int | None) -> str:
    """Points as text: a dash where nothing was scored."""
    return DASH if points is None else str(points)


class CellScore(Protocol):
    """Points of a cell with their interval; None where there are none."""

    @property
    def points(self) -> int | None:
        """Whole points; None where the cell has none."""

    @property
    def low(self) -> float | None:
        """Lower end of the interval, in points."""

    @property
    def high(self) -> float | None:
        """Upper end of the interval, in points."""


@dataclass(frozen=True)
class CellPoints:
    """Points of a cell without an interval."""

    points: int | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Total:
    """A total: its points, None where nothing was scored, with the interval in whole points.

    `missing` of its `cells` have no points (not scorable, or on no film).
    """

    kind: TotalKind
    points: int | None
    low: int | None
    high: int | None
    missing: int

    @property
    def cells(self) -> int:
        """How many cells it is made of."""
        return len(self.kind.cells)

    @property
    def maximum(self) -> int:
        """The most it can be."""
        return self.kind.maximum

    @property
    def incomplete(self) -> bool:
        """Whether more of its cells are missing than the stated share."""
        return self.missing > INCOMPLETE_SHARE * self.cells

    @property
    def points_words(self) -> str:
        """The points, or a dash where there are none."""
        return points_words(self.points)

    @property
    def range_words(self) -> str:
        """The interval, `49-66` with an en dash; empty where there is no width."""
        return "" if self.points is None or self.low == self.high else f"{self.low}{DASH}{self.high}"

    @property
    def incomplete_words(self) -> str:
        """`incomplete: 12 of 86 sites without points`; empty where it is complete enough."""
        return f"incomplete: {self.missing} of {self.cells} sites without points" if self.incomplete else ""

    @property
    def brief(self) -> str:
        """`57 (49-66)` with an en dash; a dash alone where nothing was scored."""
        return f"{self.points_words} ({self.range_words})" if self.range_words else self.points_words

    @property
    def words(self) -> str:
        """`57 of 448 (49-66)`, with a dash for the points where there are none, and whether it is incomplete."""
        points = f"{self.points_words} of {self.maximum}"
        between = f" ({self.range_words})" if self.range_words else ""
        return points + between + (f", {self.incomplete_words}" if self.incomplete else "")


def total_of(kind: TotalKind, scores: Mapping[tuple[Side, Site], CellScore]) -> Total:
    """One total over the cells that have points.

    The half widths of single cells add as squares, as independent errors do; a cell without interval adds none. SENS
    has no interval: it counts cells, and a cell's interval says nothing of how often it is above 0.
    """
    have = [score for cell in kind.cells if (score := scores.get(cell)) is not None and score.points is not None]
    missing = len(kind.cells) - len(have)
    if not have:
        return Total(kind, None, None, None, missing)
    if kind is TotalKind.SENS:
        sens = sum((score.points or 0) > 0 for score in have)
        return Total(kind, sens, None, None, missing)
    points = sum(score.points or 0 for score in have)
    below, above = half_widths(have)
    low, high = max(0, math.floor(points - below)), min(kind.maximum, math.ceil(points + above))
    return Total(kind, points, low, high, missing)


def half_widths(scores: Iterable[CellScore]) -> tuple[float, float]:
    """How far the interval of a sum of cells reaches below and above it, in points."""
    have = [(score, score.points) for score in scores if score.points is not None]
    below = math.hypot(*(max(0.0, points - score.low) for score, points in have if score.low is not None))
    above = math.hypot(*(max(0.0, score.high - points) for score, points in have if score.high is not None))
    return below, above


def totals_of(scores: Mapping[tuple[Side, Site], CellScore]) -> dict[TotalKind, Total]:
    """All totals of a visit, by cell."""
    return {kind: total_of(kind, scores) for kind in TotalKind}
