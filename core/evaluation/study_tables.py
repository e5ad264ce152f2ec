"""The papers' tables with our figures beside theirs: rows for a page, Markdown for a file, Figure 6 as SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.paper_tables import SAMPLE_CASES, TABLES, PaperTable
from core.svh.words import BLUE, web_colour

NOT_TRAINED = "not trained yet"
NOT_MEASURED = "not measured yet"
AGREEMENT = "Agreement on hand totals"
AGREEMENT_CAPTION = (
    "A p above 0.05 is no agreement: the limits say how far a system may be from the readers for one patient. Against"
    " the mean of two readers a third one looks better than against either, which is why both are shown."
)
Figures = Mapping[str, Mapping[str, Any]]


def _text(value: Any) -> str:
    if value is None:
        return "not defined"
    return f"{value:g}" if isinstance(value, float) else str(value)


def p_text(p: float | None) -> str:
    """A p-value, which is kept with four digits, in words where it is smaller than these can say."""
    return "< 0.0001" if p == 0 else _text(p)


def ours(figures: Mapping[str, Any] | None, measure: str) -> str:
    """One figure of ours with its 95 % interval if there is one; in words if there is none."""
    if figures is None:
        return NOT_TRAINED
    if measure not in figures:
        return NOT_MEASURED
    interval = figures.get(f"{measure}_interval")
    text = p_text(figures[measure]) if measure == "p" else _text(figures[measure])
    return f"{text} [{_text(interval[0])}, {_text(interval[1])}]" if interval else text


def table_rows(table: PaperTable, figures: Figures) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of a table: for each measure the paper's figure, where any is printed, and ours."""
    ours_too = [key for key in table.measures if key not in ("backbone", "images", "outputs")]
    theirs = [key for key in table.measures if any(key in row.printed for row in table.rows)]
    headings = ["System"]
    for key, name in table.measures.items():
        headings += [f"{name}, paper" if key in ours_too else name] * (key in theirs) + [f"{name}, ours"] * (
            key in ours_too
        )
    rows = []
    for row in table.rows:
        cells = [row.label]
        for key in table.measures:
            if key in theirs:
                cells.append(_text(row.printed[key]) if key in row.printed else "-")
            if key in ours_too:
                absent = key.startswith("ap_") and key not in row.printed
                cells.append("-" if absent else ours(figures.get(row.system), key))
        rows.append(cells)
    return headings, rows


def agreement_rows(figures: Figures) -> tuple[list[str], list[list[str]]]:
    """Every system of the tables against the readers' mean and each reader alone.

    RMSE, bias, limits of agreement, paired t-test.
    """
    headings = [
        "System",
        "RMSE",
        "bias",
        "limits of agreement",
        "p (paired t)",
        "RMSE against reader 1",
        "RMSE against reader 2",
    ]
    names = {row.system: row.label for table in TABLES for row in table.rows}
    rows = []
    for system, label in names.items():
        found = figures.get(system, {})
        if "limits" not in found:
            continue
        name = f"{label}, fine-tuned" if system.endswith("_finetuned") else label
        one = [found.get(f"against_reader_{k}") for k in (1, 2)]
        against = [_text(figures_of_one["rmse"]) if figures_of_one else "-" for figures_of_one in one]
        limits = " to ".join(_text(v) for v in found["limits"])
        rows.append([name, ours(found, "rmse"), ours(found, "bias"), limits, ours(found, "p"), *against])
    return headings, rows


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def merged(measured: Figures, cards: Figures) -> dict[str, dict[str, Any]]:
    """Figures measured now beside what the cards say."""
    return {name: {**cards.get(name, {}), **measured.get(name, {})} for name in {**cards, **measured}}


def study_markdown(result: Mapping[str, Any], cards: Figures) -> str:
    """The whole study as one page of Markdown."""
    figures = merged(result["figures"], cards)
    parts = [
        "# Both papers, table by table\n",
        (
            f"Ours: {result['patients']} digital phantom patients that no system has seen, scored by two simulated"
            " readers; intervals are 95 % bootstrap intervals by patient. The papers' figures are on films of"
            " patients: the two columns show the same order or another one, never that one system is better than the"
            " other paper's.\n"
        ),
    ]
    for table in TABLES:
        parts += [f"## {table.paper}, Table {table.number}: {table.title}\n", _markdown(*table_rows(table, figures))]
        parts.append(table.caption + "\n")
    cases = result["table_6"]["cases"]
    rows = [
        [*(f"{v:g}" for v in printed), *(f"{v:g}" for v in mine)]
        for printed, mine in zip(SAMPLE_CASES, cases, strict=False)
    ]
    parts.append(f"## ResNet-Dwise50, Table 6: four cases (ours: {result['table_6']['system']})\n")
    parts.append(
        _markdown([*(f"{h}, {who}" for who in ("paper", "ours") for h in ("R1", "R2", "mean", "network"))], rows)
    )
    parts.append(f"## ResNet-Dwise50, Figure 6: predicted against true (ours: {result['figure_6']['system']})\n")
    parts += ["![Predicted against true hand totals](figure_6.svg)\n", f"## {AGREEMENT}\n"]
    parts.append(_markdown(*agreement_rows(figures)))
    parts.append(AGREEMENT_CAPTION + "\n")
    return "\n".join(parts)


def predicted_against_true(true: NDArray[np.floating], predicted: NDArray[np.floating], system: str) -> str:
    """Figure 6 as SVG: one circle a patient, the line where both are equal."""
    limit = max(40.0, float(np.ceil(max(true.max(), predicted.max()) / 40) * 40))
    size, left, top = 400, 56, 24

    def place(x: float, y: float) -> tuple[float, float]:
        return left + size * x / limit, top + size * (1 - y / limit)

    ticks = np.arange(0, limit + 1, 40)
    marks = [
        f'<text x="{place(t, 0)[0]:.1f}" y="{top + size + 18}" text-anchor="middle">{t:g}</text>'
        f'<text x="{left - 8}" y="{place(0, t)[1] + 4:.1f}" text-anchor="end">{t:g}</text>'
        for t in ticks
    ]
    blue = web_colour(BLUE)
    dots = [
        f'<circle cx="{place(x, y)[0]:.1f}" cy="{place(x, y)[1]:.1f}" r="3" fill="{blue}" fill-opacity="0.6"/>'
        for x, y in zip(true.tolist(), np.clip(predicted, 0, limit).tolist(), strict=True)
    ]
    (x0, y0), (x1, y1) = place(0, 0), place(limit, limit)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + size + 24} {top + size + 56}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{system}: predicted against true hand totals of {len(true)} phantom patients</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<rect x="{left}" y="{top}" width="{size}" height="{size}" fill="none" stroke="#888"/>',
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#888" stroke-dasharray="4 4"/>',
        *marks,
        *dots,
        f'<text x="{left + size / 2}" y="{top + size + 40}" text-anchor="middle">'
        "mean of the two readers (points of 280)</text>",
        f'<text x="16" y="{top + size / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {top + size / 2})">{system} (points of 280)</text>',
        "</svg>\n",
    ])  # fmt: skip
