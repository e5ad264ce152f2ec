"""The totals of a case, live: points, their interval, and what is not in them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from core.model_reader.case import scored_cells
from core.model_reader.evidence import ScoredCell, VisitReading
from core.svh import Damage, Limb

HELP = (
    "The interval is the model's 90 % interval of the sum, its errors at the single sites taken as independent. "
    "Sites that you scored yourself add no width."
)


@dataclass(frozen=True)
class Span:
    """A sum of points with its interval and the most it can be."""

    points: int
    low: int
    high: int
    limit: int

    @property
    def words(self) -> str:
        """`57 (49-66)`, or only `57` where there is no width."""
        return str(self.points) if self.low == self.high else f"{self.points} ({self.low}\N{EN DASH}{self.high})"


@dataclass(frozen=True)
class Totals:
    """What stands beside the film."""

    svh: Span
    erosion: Span
    jsn: Span
    hands: Span
    feet: Span
    sens: int
    not_scorable: int
    no_film: int


def span(cells: Iterable[ScoredCell], limit: int) -> Span:
    """The sum over scorable cells; half widths add as squares."""
    have = [cell for cell in cells if cell.points is not None]
    points = sum(cell.points or 0 for cell in have)
    below = math.sqrt(sum(max(0.0, (cell.points or 0) - cell.low) ** 2 for cell in have if cell.low is not None))
    above = math.sqrt(sum(max(0.0, cell.high - (cell.points or 0)) ** 2 for cell in have if cell.high is not None))
    return Span(points, max(0, math.floor(points - below)), min(limit, math.ceil(points + above)), limit)


def totals(visit: VisitReading) -> Totals:
    """The totals over the films that count."""
    cells = scored_cells(visit)
    reading = visit.reading
    looked_at = set(reading.points)
    missing = reading.missing()

    def part(limit: int, damage: Damage | None = None, limb: Limb | None = None) -> Span:
        kept = [c for c in cells.values() if damage in (None, c.site.damage) and limb in (None, c.site.limb)]
        return span(kept, limit)

    return Totals(
        svh=part(448),
        erosion=part(280, damage=Damage.EROSION),
        jsn=part(168, damage=Damage.JSN),
        hands=part(280, limb=Limb.HAND),
        feet=part(168, limb=Limb.FOOT),
        sens=reading.sens,
        not_scorable=sum(1 for cell in missing if cell in looked_at),
        no_film=sum(1 for cell in missing if cell not in looked_at),
    )


def show_totals(sums: Totals) -> None:
    """The totals as one block of fixed height, in tabular figures."""

    def row(name: str, part: Span) -> str:
        between = "" if part.low == part.high else f"{part.low}\N{EN DASH}{part.high}"
        return (
            f'<div class="tot-row"><span>{name}</span><b>{part.points}</b>'
            f'<span class="tot-of">of {part.limit}</span><span class="tot-range">{between}</span></div>'
        )

    svh = sums.svh
    between = "" if svh.low == svh.high else f"({svh.low}\N{EN DASH}{svh.high})"
    st.html(
        '<div class="tot" role="status" aria-live="polite" data-testid="totals">'
        f'<div class="tot-main" title="{HELP}"><span class="tot-name">SvH</span>'
        f'<b class="tot-svh" data-testid="svh">{svh.points}</b><span class="tot-of">of {svh.limit}</span>'
        f'<span class="tot-range">{between}</span></div>'
        f'<div class="tot-grid">{row("Erosion", sums.erosion)}{row("Hands", sums.hands)}'
        f"{row('JSN', sums.jsn)}{row('Feet', sums.feet)}</div>"
        f'<div class="tot-foot"><span>SENS <b>{sums.sens}</b> of 86</span>'
        f"<span><b>{sums.not_scorable}</b> not scorable</span>"
        f"<span><b>{sums.no_film}</b> without a film</span></div></div>"
    )
