"""The charts of progression: one patient over time, and a cohort's cumulative probability."""

import re
from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from core.agreement import Study
from core.agreement.progression import RAPID_POINTS_A_YEAR, cumulative_probability
from core.agreement.study_score import StudyScore, reader_score, score_changes
from core.svh import TotalKind
from core.svh.words import GREEN, ORANGE, PURPLE, SKY_BLUE, VERMILION, web_colour
from pages.widgets.progression.progression_study import ProgressionStudy

COLOURS = ("#3B7DD8", *map(web_colour, (PURPLE, GREEN, ORANGE, SKY_BLUE, VERMILION)))  # the accent first
DASHES = ("solid", "dash", "dot", "dashdot")
GREY = "#888888"
LEGEND = {"orientation": "h", "y": -0.22, "x": 0}


def _framed(figure: go.Figure, x: str, y: str) -> go.Figure:
    figure.update_layout(
        height=380,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        xaxis_title=x,
        yaxis_title=y,
        legend=LEGEND,
        dragmode=False,
    )
    return figure


def patient_chart(study: ProgressionStudy, patient: str, sdc: float | None) -> go.Figure:
    """Totals of a patient by reader; the band of the SDC round the first reader's first total, and 5 points a year."""
    figure = go.Figure()
    p = study.study.patients.index(patient)
    banded = False
    for number, reader in enumerate(r for r in study.readers if study.visits(r, patient)):
        row = reader_score(study.study, reader).totals[p]
        seen = np.flatnonzero(np.isfinite(row))
        visits, totals = [study.study.visit_names[p][v] for v in seen], row[seen].tolist()
        if not banded and len(visits) > 1:
            banded = True
            if sdc is not None:
                low, high = max(0, totals[0] - sdc), totals[0] + sdc
                figure.add_scatter(
                    x=[visits[0], visits[-1], visits[-1], visits[0]], y=[low, low, high, high], fill="toself",
                    mode="none", fillcolor="rgba(136,136,136,0.18)", name=f"within the SDC of {sdc:.1f}",
                    hoverinfo="skip",
                )  # fmt: skip
            years = study.years(patient, visits[0], visits[-1])
            if years:
                figure.add_scatter(
                    x=[visits[0], visits[-1]], y=[totals[0], totals[0] + RAPID_POINTS_A_YEAR * years], mode="lines",
                    line={"color": GREY, "dash": "dot"}, name="5 points a year: rapid", hoverinfo="skip",
                )  # fmt: skip
        colour = COLOURS[number % len(COLOURS)]
        figure.add_scatter(
            x=visits, y=totals, mode="lines+markers", name=escape(reader), line={"color": colour}, marker={"size": 9}
        )
    names = [name for name in study.study.visit_names[p] if name]
    dated = all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", name) for name in names)
    figure.update_xaxes(type="date" if dated else "category")
    if not dated:
        figure.update_xaxes(categoryorder="array", categoryarray=names)
    return _framed(figure, "Visit", f"SvH total, of {TotalKind.SVH.maximum}")


def cohort_chart(
    study: Study, scores: Sequence[StudyScore], sdc: float | None, span: tuple[int, int] | None = None
) -> go.Figure:
    """Change of the total against cumulative probability: a colour a group, a dash a score."""
    figure = go.Figure()
    groups: list[str] = sorted({group for group in study.groups if group}) or [""]
    years = set()
    for g, group in enumerate(groups):
        for r, score in enumerate(scores):
            changes = [c for c in score_changes(study, score, span) if group in ("", study.groups[c.patient])]
            if not changes:
                continue
            years |= {round(c.years, 1) for c in changes if c.years}
            values, share = cumulative_probability([c.change for c in changes])
            order = np.argsort([c.change for c in changes], kind="stable")
            names = [escape(study.patients[changes[n].patient]) for n in order]
            figure.add_scatter(
                x=100 * share, y=values, text=names, mode="lines+markers", marker={"size": 5},
                line={"color": COLOURS[g % len(COLOURS)], "dash": DASHES[r % len(DASHES)]},
                name=escape(f"{group}, {score.name}" if group else score.name),
                hovertemplate="%{text}: %{y:+.4~g} points<extra></extra>",
            )  # fmt: skip
    if sdc is not None:
        figure.add_hline(
            y=sdc,
            line={"color": GREY, "dash": "dash"},
            annotation_text=f"SDC {sdc:.1f}",
            annotation_position="top left",
        )
    if len(years) == 1:  # one line is right only where all were followed for the same time
        rapid = RAPID_POINTS_A_YEAR * years.pop()
        figure.add_hline(
            y=rapid,
            line={"color": GREY, "dash": "dot"},
            annotation_text=f"rapid, {rapid:.0f}",
            annotation_position="top left",
        )
    return _framed(figure, "Cumulative probability, %", "Change of the SvH total, points")
