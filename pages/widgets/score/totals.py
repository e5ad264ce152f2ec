"""The totals of a case, live: points, their interval, and what is not in them."""

from collections.abc import Mapping

import streamlit as st

from core.model_reader.evidence import VisitReading
from core.svh import Total, TotalKind

HELP = (
    "The interval is the model's 90 % interval of the sum, its errors at the single sites taken as independent. "
    "Sites that you scored yourself add no width."
)


def _row(total: Total) -> str:
    lacks = f"{total.missing} of {total.cells} missing" if total.incomplete else ""
    return (
        f'<div class="tot-row"><span>{total.kind.label}</span><b>{total.points_words}</b>'
        f'<span class="tot-of">of {total.maximum}</span><span class="tot-range">{total.range_words}</span>'
        f'<span class="tot-lacks">{lacks}</span></div>'
    )


def show_totals(visit: VisitReading) -> None:
    """The totals as one block of fixed height, in tabular figures."""
    totals: Mapping[TotalKind, Total] = visit.totals
    svh, sens = totals[TotalKind.SVH], totals[TotalKind.SENS]
    between = f"({svh.range_words})" if svh.range_words else ""
    rows = [TotalKind.EROSION, TotalKind.HANDS, TotalKind.JSN, TotalKind.FEET]
    looked_at = set(visit.cells)
    missing = visit.reading.missing()
    no_film = sum(cell not in looked_at for cell in missing)
    st.html(
        '<div class="tot" role="status" aria-live="polite" data-testid="totals">'
        f'<div class="tot-main" title="{HELP}"><span class="tot-name">{svh.kind.label}</span>'
        f'<b class="tot-svh" data-testid="svh">{svh.points_words}</b><span class="tot-of">of {svh.maximum}</span>'
        f'<span class="tot-range">{between}</span><span class="tot-lacks">{svh.incomplete_words}</span></div>'
        f'<div class="tot-grid">{"".join(_row(totals[kind]) for kind in rows)}</div>'
        f'<div class="tot-foot"><span>SENS <b>{sens.points_words}</b> of {sens.maximum}</span>'
        f"<span><b>{len(missing) - no_film}</b> not scorable</span>"
        f"<span><b>{no_film}</b> without a film</span></div></div>"
    )
