"""How the joint spaces of a patient changed between two visits: JSON, table and PDF."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from core.cohort.table_text import csv_text, inert
from core.measure import DETECTABLE_MM
from core.model_reader.space_changes import SpaceChange, told
from core.radiograph.film import display_text
from core.report.fonts import BOLD, REGULAR, printable, register_fonts
from core.svh import INTENDED_USE
from core.svh.words import LIMB_WORD, SIDE_WORD, joint_name

VERSION = 1
LENGTHS = ("first_mm", "later_mm", "change_mm", "low_mm", "high_mm", "detectable_mm")
COLUMNS = ("patient", "first", "later", "side", "limb", "joint", *LENGTHS, "beyond_error", "unregistered")
METHOD = (
    "Each bone is laid on its own picture on the later film; the change is what both did apart from each other,"
    " negative where the space became narrower. The smallest detectable change of one joint is"
    f" {DETECTABLE_MM:.2f} mm: 1.96 SD of phantom limbs that were filmed again with another machine, pixel size and"
    " lie. It was not measured on films of patients."
)
SMALL = ParagraphStyle("small", fontName=REGULAR, fontSize=8, leading=10.5)
HEAD = ParagraphStyle("head", fontName=BOLD, fontSize=14, leading=18)


@dataclass(frozen=True)
class TwoVisits:
    """The changes of a patient's joint spaces from one visit to a later one; the names are a person's text."""

    patient: str
    first: str
    later: str
    changes: Sequence[SpaceChange]


def site_words(change: SpaceChange) -> str:
    """`Left hand, MCP 2`."""
    return f"{SIDE_WORD[change.side].capitalize()} {LIMB_WORD[change.limb]}, {joint_name(change.change.joint)}"


def changes_json(visits: TwoVisits) -> str:
    """Every joint of both visits, with the reason where there is no change."""
    rows: list[dict[str, Any]] = [
        {"side": c.side.value, "limb": c.limb.value, **asdict(c.change), "beyond_error": c.change.beyond_error}
        for c in visits.changes
    ]
    whole = {
        "version": VERSION, "intended_use": INTENDED_USE, "method": METHOD, "patient": visits.patient,
        "first": visits.first, "later": visits.later, "joint_space_changes": rows,
    }  # fmt: skip
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def changes_csv(visits: TwoVisits) -> str:
    """One row a joint, under the line of research use; empty cells where there is no change."""
    table: list[Sequence[str | int]] = [COLUMNS]
    for c in visits.changes:
        values = asdict(c.change)
        beyond = "" if c.change.change_mm is None else ("yes" if c.change.beyond_error else "no")
        names = map(inert, (visits.patient, visits.first, visits.later))
        lengths = ("" if values[name] is None else f"{values[name]:g}" for name in LENGTHS)
        why = c.change.unregistered or ""
        table.append((*names, c.side.value, c.limb.value, c.change.joint, *lengths, beyond, why))
    return csv_text(table)


def change_rows(changes: Sequence[SpaceChange]) -> list[dict[str, str]]:
    """The changes in words for a table: the largest narrowing first; joints that are not comparable stand last."""
    rows = []
    for c in told(changes):
        found = c.change
        rows.append(
            {
                "Joint": site_words(c),
                "First, mm": f"{found.first_mm:.2f}",
                "Later, mm": f"{found.later_mm:.2f}",
                "Change, mm": f"{found.change_mm:+.2f}",
                "90 % interval": f"{found.low_mm:+.2f} to {found.high_mm:+.2f}",
                "More than the error": "yes" if found.beyond_error else "no",
            }
        )
    for c in changes:
        if c.change.change_mm is None:
            why = c.change.unregistered.words if c.change.unregistered else ""
            blank = dict.fromkeys(("First, mm", "Later, mm", "Change, mm", "90 % interval"), "")
            rows.append({"Joint": site_words(c), **blank, "More than the error": f"not comparable: {why}"})
    return rows


def changes_pdf(visits: TwoVisits, made_on: date) -> bytes:
    """The joints whose change is told as a table, those that are not comparable in a line; the same bytes each time."""
    register_fonts()
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=16 * mm,
        title="Change of joint spaces", subject=INTENDED_USE, invariant=1,
    )  # fmt: skip
    names = [display_text(text) for text in (visits.patient, visits.first, visits.later)]
    known = told(visits.changes)
    rows = [list(row.values()) for row in change_rows(known)]
    story: list[Any] = [
        Paragraph("Change of joint spaces", HEAD),
        _line(f"Case {names[0]}, from {names[1]} to {names[2]}. Report of {made_on.isoformat()}."),
        Spacer(1, 4 * mm),
    ]
    if rows:
        head = [Paragraph(f"<b>{name}</b>", SMALL) for name in change_rows(known)[0]]
        style = [
            ("FONT", (0, 1), (-1, -1), REGULAR, 8), ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor("#CCCCCC")),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]  # fmt: skip
        widths = [v * mm for v in (62, 20, 20, 22, 32, 22)]
        story.append(Table([head, *rows], colWidths=widths, style=style, repeatRows=1))
    else:
        story.append(_line("No joint space of these films is comparable."))
    absent = [f"{site_words(c)} ({c.change.unregistered.words})" for c in visits.changes if c.change.unregistered]
    if absent:
        story += [Spacer(1, 3 * mm), _line("Not comparable: " + "; ".join(absent) + ".")]
    story += [Spacer(1, 3 * mm), _line(METHOD), Spacer(1, 3 * mm), _line(INTENDED_USE)]
    page.build(story)
    return out.getvalue()


def _line(text: str) -> Paragraph:
    return Paragraph(escape(printable(text)), SMALL)
