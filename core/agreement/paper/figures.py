"""The figures of the paper: the differences of each pair of readers, and the cumulative probability of change."""

import io
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.agreement.comparison import Comparison
from core.agreement.pairing import paired
from core.agreement.paper.analysis import Analysis
from core.agreement.progression import cumulative_probability
from core.agreement.sections import TOTAL
from core.agreement.study_score import StudyScore, score_changes
from core.agreement.wording import number
from core.svh.words import BLUE, GREEN, ORANGE, PURPLE, SKY_BLUE, VERMILION, how_many, web_colour

ENDS = ("svg", "pdf", "png")
_COLOURS = tuple(map(web_colour, (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY_BLUE)))
_DASHES = ("-", "--", ":", "-.")
_GREY = "#555555"
_SIZE = (5.2, 3.9)  # inches: a column and a half


def paper_figures(a: Analysis) -> Iterator[tuple[str, str, Figure]]:
    """Name of the file, caption and figure; readers with themselves too."""
    for n, c in enumerate([c for c in (*a.status, *a.changes) if len(c.readers) == 2], start=1):
        if c.of("total").observations > 1:
            kind = "change" if c.change else "status"
            yield f"bland_altman_{n:02}_{kind}", _bland_altman_caption(c), bland_altman(a, c)
    if a.progress:
        names = ", ".join(dict.fromkeys(entry.from_to for entry in a.progress))
        caption = (
            f"Cumulative probability of the change of the SvH total {names}, {a.score.name}. Each patient is a point;"
            " the share left of it changed less."
        )
        if a.detectable:
            caption += f" Dashed: smallest detectable change of the mean, {number(a.detectable.mean, 2)} points."
        yield "cumulative_probability", caption, probability_plot(a, a.score)


def figure_bytes(figure: Figure, end: str) -> bytes:
    """The figure as SVG, PDF or a PNG of 300 dots an inch; the same figure gives the same bytes."""
    out = io.BytesIO()
    FigureCanvasAgg(figure)
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[end]
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "agreement", "pdf.fonttype": 42}):
        figure.savefig(out, format=end, dpi=300, metadata=metadata)
    return out.getvalue()


def bland_altman(a: Analysis, c: Comparison) -> Figure:
    """Difference over mean with the bias and the limits of agreement, their intervals as bands."""
    pair = paired(
        a.study, c.readers, change=c.change, rule=a.rule,
        visit=a.study.visits.index(c.visit) if c.visit else None,
    )  # fmt: skip
    rows = [sums for _, _, sums in pair.observed(TOTAL)]
    figure, axes = _axes()
    axes.scatter(
        [(x + y) / 2 for x, y in rows], [x - y for x, y in rows], s=16, color=_COLOURS[0], alpha=0.65, linewidths=0
    )
    e = c.of("total").estimates
    for name, word in (("lower_limit", "limit"), ("bias", "bias"), ("upper_limit", "limit")):
        found = e[name]
        if found.value is None:
            continue
        axes.axhline(found.value, color=_GREY, linewidth=1, linestyle="-" if word == "bias" else "--")
        if found.low is not None and found.high is not None:
            axes.axhspan(found.low, found.high, color=_GREY, alpha=0.10, linewidth=0)
        axes.annotate(
            f"{word} {number(found.value, 1)}", (1, found.value), xycoords=("axes fraction", "data"), xytext=(-2, 2),
            textcoords="offset points", ha="right", fontsize=7,
        )  # fmt: skip
    what = "change of the SvH total" if c.change else "SvH total"
    axes.set_xlabel(f"Mean of both readers, {what}")
    axes.set_ylabel(f"{_plain(c.readers[0])} \N{MINUS SIGN} {_plain(c.readers[1])}, points")
    return figure


def probability_plot(a: Analysis, score: StudyScore) -> Figure:
    """Change over cumulative probability by group, with the smallest detectable change of the mean."""
    figure, axes = _axes()
    groups: Sequence[str] = sorted({group for group in a.study.groups if group}) or [""]
    changes = score_changes(a.study, score)
    for n, group in enumerate(groups):
        mine = [c.change for c in changes if group in ("", a.study.groups[c.patient])]
        if mine:
            values, share = cumulative_probability(mine)
            axes.plot(
                100 * share, values, marker="o", markersize=3, linewidth=1, color=_COLOURS[n % len(_COLOURS)],
                linestyle=_DASHES[n % len(_DASHES)], label=f"{_plain(group) or 'all patients'} ({len(mine)})",
            )  # fmt: skip
    if a.detectable:
        for sign in (1, -1):
            axes.axhline(sign * a.detectable.mean, color=_GREY, linewidth=1, linestyle="--")
        axes.annotate(
            f"SDC {number(a.detectable.mean, 2)}", (0, a.detectable.mean), xycoords=("axes fraction", "data"),
            xytext=(3, 2),
            textcoords="offset points", fontsize=7,
        )  # fmt: skip
    axes.axhline(0, color=_GREY, linewidth=0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("Cumulative probability, %")
    axes.set_ylabel("Change of the SvH total, points")
    axes.legend(fontsize=7, frameon=False)
    return figure


def _bland_altman_caption(c: Comparison) -> str:
    total = c.of("total")
    return (
        f"Differences of {c.readers[0]} and {c.readers[1]} in the SvH total, {c.kind},"
        f" {how_many(total.patients, 'patient')}: bias and 95 % limits of agreement, with 95 % intervals as bands."
    )


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    return figure, axes


def _plain(name: str) -> str:
    """A name without what matplotlib reads as mathematics."""
    return name.replace("$", r"\$")
