"""The charts of two readers: scatter, Bland-Altman, and the map of kappa on a drawn hand and foot."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import plotly.graph_objects as go

from core.agreement import Comparison, Section
from core.agreement.pairing import Paired
from core.agreement.wording import number
from core.svh import Damage, Limb
from core.svh.words import DAMAGE_RGB, ORANGE, joint_name, web_colour

DOTS = "#3B7DD8"
LINES = "#888888"
PALE = {Damage.EROSION: (255, 243, 214), Damage.JSN: (234, 246, 253)}
INK = "#1C1E21"
BONE = "rgba(136,136,136,0.25)"
BONE_RADIUS = 0.45
# A right hand and a right foot seen from the back; joints and the lines of bones, in units of a drawing 12 wide.
HAND = {
    "IP1": (0.6, 9.0), "MCP1": (1.7, 7.1), "MC1BASE": (2.9, 4.9),
    "PIP2": (3.0, 12.9), "PIP3": (5.1, 13.6), "PIP4": (7.1, 13.0), "PIP5": (9.2, 11.3),
    "MCP2": (3.6, 9.6), "MCP3": (5.2, 9.9), "MCP4": (6.8, 9.5), "MCP5": (8.3, 8.7),
    "MUL": (3.5, 3.6), "NAV": (4.5, 2.4), "LUN": (6.0, 2.2), "RAD": (4.5, 0.4), "ULN": (7.3, 0.6),
    "CMC3": (5.1, 5.4), "CMC4": (6.5, 5.2), "CMC5": (7.9, 5.0), "STT": (3.7, 3.6), "CAPNLUN": (5.5, 3.4),
    "RADCAR": (4.7, 1.5),
}  # fmt: skip
HAND_BONES = (
    ((3.0, 4.9), (1.7, 7.1), (0.6, 9.0), (-0.2, 10.6)),
    ((4.1, 5.2), (3.6, 9.6), (3.0, 12.9), (2.6, 15.8)),
    ((5.1, 5.4), (5.2, 9.9), (5.1, 13.6), (5.0, 17.0)),
    ((6.5, 5.2), (6.8, 9.5), (7.1, 13.0), (7.3, 16.0)),
    ((7.9, 5.0), (8.3, 8.7), (9.2, 11.3), (9.9, 13.4)),
    ((4.5, 2.8), (4.5, -1.6)),
    ((7.3, 2.0), (7.3, -1.6)),
)
FOOT = {
    "IP1": (2.0, 12.8), "MTP1": (2.4, 9.6), "MTP2": (4.6, 10.2), "MTP3": (6.2, 9.7), "MTP4": (7.7, 8.9),
    "MTP5": (9.1, 7.8),
}  # fmt: skip
FOOT_BONES = (
    ((3.4, 3.2), (2.4, 9.6), (2.0, 12.8), (1.8, 15.6)),
    ((4.6, 3.4), (4.6, 10.2), (4.5, 14.2)),
    ((5.5, 3.2), (6.2, 9.7), (6.4, 13.4)),
    ((6.4, 2.9), (7.7, 8.9), (8.2, 12.2)),
    ((7.2, 2.4), (9.1, 7.8), (10.0, 10.6)),
    ((4.2, 2.6), (4.4, -1.9)),
    ((5.6, 2.4), (5.6, -1.9)),
)


def _plain(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 36, "b": 8}, showlegend=False, dragmode=False)
    return figure


def _dots(figure: go.Figure, pair: Paired, section: Section, x: Sequence[float], y: Sequence[float], says: str) -> None:
    """A dot a patient and visit, which tells its names under the pointer."""
    names = [f"{escape(pair.patients[p])}, {escape(pair.visits[p][v])}" for p, v, _ in pair.observed(section)]
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"color": DOTS, "size": 8, "opacity": 0.65},
        text=names,
        hovertemplate=f"%{{text}}<br>{says}<extra></extra>",
    )


def scatter(pair: Paired, section: Section) -> go.Figure:
    """The totals of both readers and the line of equal scores."""
    rows = pair.observed(section)
    a, b = [r[2][0] for r in rows], [r[2][1] for r in rows]
    figure = go.Figure()
    ends = [min([*a, *b, 0]), max([*a, *b, 1])]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": LINES, "dash": "dot"}, hoverinfo="skip")
    _dots(figure, pair, section, a, b, "%{x:.4~g} and %{y:.4~g}")
    word = "change" if pair.change else "points"
    figure.update_layout(
        title=f"{section.name}, both readers",
        xaxis_title=f"{escape(pair.readers[0])}, {word}",
        yaxis_title=f"{escape(pair.readers[1])}, {word}",
    )
    return _plain(figure, 380)


def bland_altman(pair: Paired, found: Comparison, section: Section) -> go.Figure:
    """Difference over mean, with the bias, the limits of agreement and the slope."""
    rows = pair.observed(section)
    mean, d = [(r[2][0] + r[2][1]) / 2 for r in rows], [r[2][0] - r[2][1] for r in rows]
    figure = go.Figure()
    _dots(figure, pair, section, mean, d, "difference %{y:.4~g} at a mean of %{x:.1f}")
    e = found.of(section.key).estimates
    for name, dash in (("lower_limit", "dash"), ("bias", "solid"), ("upper_limit", "dash")):
        at = e[name].value
        if at is not None:
            figure.add_hline(
                y=at,
                line={"color": web_colour(ORANGE), "dash": dash, "width": 1.5},
                annotation_text=f"{'bias' if name == 'bias' else 'limit'} {number(at, 1)}",
                annotation_position="top right",
            )
    slope, bias = e["slope"].value, e["bias"].value
    if slope is not None and bias is not None and mean:
        centre, ends = sum(mean) / len(mean), [min(mean), max(mean)]
        y = [bias + slope * (x - centre) for x in ends]
        figure.add_scatter(x=ends, y=y, mode="lines", line={"color": LINES, "dash": "dot"}, hoverinfo="skip")
    figure.update_layout(
        title="Bland-Altman; dotted: slope",
        xaxis_title="mean of both",
        yaxis_title=f"{escape(found.readers[0])} \N{MINUS SIGN} {escape(found.readers[1])}",
    )
    return _plain(figure, 380)


def _shade(value: float, damage: Damage) -> str:
    t = min(max(value, 0.0), 1.0)
    red, green, blue = (round(p + t * (f - p)) for p, f in zip(PALE[damage], DAMAGE_RGB[damage], strict=True))
    return web_colour((red, green, blue))


def _bone(start: tuple[float, float], end: tuple[float, float]) -> tuple[list[float], list[float]]:
    """The outline of a bone with round ends that leaves room for the joints."""
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    inset = BONE_RADIUS + 0.1
    points = []
    for (x, y), sign in ((start, 1), (end, -1)):
        x, y = x + sign * inset * math.cos(turn), y + sign * inset * math.sin(turn)
        for step in range(9):
            angle = turn + sign * math.pi / 2 + math.pi * step / 8
            points.append((x + BONE_RADIUS * math.cos(angle), y + BONE_RADIUS * math.sin(angle)))
    return [x for x, _ in points], [y for _, y in points]


def kappa_map(found: Comparison, limb: Limb, damage: Damage) -> go.Figure:
    """Quadratic kappa of every site (both sides together) on a drawn right hand or foot."""
    places: Mapping[str, tuple[float, float]] = HAND if limb is Limb.HAND else FOOT
    figure = go.Figure()
    for line in HAND_BONES if limb is Limb.HAND else FOOT_BONES:
        for start, end in pairwise(line):
            x, y = _bone(start, end)
            figure.add_scatter(
                x=x, y=y, mode="lines", line={"width": 0}, fill="toself", fillcolor=BONE, hoverinfo="skip"
            )
    for part in found.sections:
        site = part.section.site
        if site is None or site.limb is not limb or site.damage is not damage:
            continue
        kappa = part.estimates["kappa_quadratic"]
        exact = part.estimates["exact"].value
        at_x, at_y = places[site.joint]
        estimable = kappa.value is not None
        told = f"kappa {number(kappa.value, 2)}" if kappa.value is not None else f"kappa {kappa.why}"
        figure.add_scatter(
            x=[at_x],
            y=[at_y],
            mode="markers+text",
            marker={
                "size": 29,
                "color": _shade(kappa.value, damage) if kappa.value is not None else "#C9C9C9",
                "symbol": "circle" if estimable else "square",
                "line": {"color": "#7A7A7A", "width": 1},
            },
            text=[number(kappa.value, 2).replace("0.", ".") if kappa.value is not None else "n.e."],
            textfont={"color": INK, "size": 11},
            hovertemplate=f"{joint_name(site.joint)}: {told}<br>{part.cells} cells"
            + (f", {exact:.0%} exact" if exact is not None else "")
            + "<extra></extra>",
        )
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(xaxis={**hidden, "range": [-1.4, 11.0]}, yaxis={**hidden, "range": [-2.4, 17.6]})
    _plain(figure, 540)
    figure.update_layout(width=340, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure
