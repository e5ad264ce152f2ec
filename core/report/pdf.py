"""A visit on one page of A4: films, every site, totals, what is missing, and what the numbers rest on."""

import io
import math
from collections import Counter
from collections.abc import Sequence

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from core.radiograph import display_text
from core.report.fonts import BOLD, REGULAR, draw_fitted, register_fonts
from core.report.overlay import overlay_picture
from core.report.page_notes import draw_notes, name_of
from core.report.visit_report import VisitReport
from core.svh import INTENDED_USE, SITES, Cell, Damage, Limb, Side, Total, TotalKind
from core.svh.words import DAMAGE_RGB, how_many, joint_name

GREY, LINE = HexColor("#666666"), HexColor("#CCCCCC")
LEFT, RIGHT = 14 * mm, A4[0] - 14 * mm
FILM_TOP, FILM_HEIGHT = A4[1] - 36 * mm, 72 * mm
FILMS_A_ROW, MAX_FILMS, CAPTION = 4, 12, 5.5 * mm
TABLE_TOP, FOOT = FILM_TOP - FILM_HEIGHT - 10 * mm, 12 * mm
COLUMNS = tuple((side, damage) for side in Side for damage in Damage)  # left first, as the films stand


def visits_pdf(reports: Sequence[VisitReport]) -> bytes:
    """A PDF with one page a visit. The same reports give the same bytes.

    Raises: ValueError if there is no visit.
    """
    if not reports:
        raise ValueError("a report needs at least one visit")
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle("Sharp/van der Heijde score")
    canvas.setSubject(INTENDED_USE)
    for number, report in enumerate(reports, start=1):
        _heading(canvas, report)
        _films(canvas, report)
        _grid(canvas, report, Limb.HAND, LEFT, TABLE_TOP)
        below = _grid(canvas, report, Limb.FOOT, LEFT + 95 * mm, TABLE_TOP)
        below = _totals(canvas, report, LEFT + 95 * mm, below - 5 * mm)
        draw_notes(canvas, report, LEFT + 95 * mm, below - 4 * mm, FOOT + 4 * mm)
        canvas.setFont(BOLD, 8)
        canvas.setFillColor(black)
        canvas.drawString(LEFT, FOOT, INTENDED_USE)
        draw_fitted(canvas, LEFT, FOOT - 4 * mm, _signatures(report), size=8, room=RIGHT - LEFT)
        canvas.drawRightString(RIGHT, FOOT, f"{number} of {len(reports)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _heading(canvas: Canvas, report: VisitReport) -> None:
    canvas.setFillColor(black)
    canvas.setFont(BOLD, 14)
    canvas.drawString(LEFT, A4[1] - 19 * mm, "Sharp/van der Heijde score")
    canvas.setFont(REGULAR, 8.5)
    canvas.drawRightString(RIGHT, A4[1] - 19 * mm, f"Report of {report.made_on.isoformat()}")
    case = f"Case {report.patient}" + (f" \N{MIDDLE DOT} visit {report.visit_date}" if report.visit_date else "")
    if report.reader:
        case += f" \N{MIDDLE DOT} reader {display_text(report.reader)}"
    draw_fitted(canvas, LEFT, A4[1] - 25 * mm, case, size=9, room=RIGHT - LEFT)
    if not report.signed:
        canvas.setFont(BOLD, 14)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 19 * mm, "DRAFT")
    read = f"Read by the model, weights {report.weights_line}"
    if report.edited:
        read += f"; {how_many(len(report.edited), 'site')} changed by a person"
    canvas.setFillColor(GREY)
    draw_fitted(canvas, LEFT, A4[1] - 29.5 * mm, read, size=8, room=RIGHT - LEFT)
    canvas.setStrokeColor(LINE)
    canvas.line(LEFT, A4[1] - 32 * mm, RIGHT, A4[1] - 32 * mm)


def _signatures(report: VisitReport) -> str:
    """The signature of the case, or that it is a draft and which films are signed."""
    films = [
        f"{name_of(film)}: {said}" for film, said in zip(report.visit.films, report.films_signed, strict=False) if said
    ]
    return f"{report.status_line}." + ("" if report.signed or not films else f" {'. '.join(films)}.")


def _films(canvas: Canvas, report: VisitReport) -> None:
    """Every film in one row of four, or in two rows of small ones; those that are left out are named below."""
    shown = dict(list(report.pictured().items())[:MAX_FILMS])
    rows = 1 if len(shown) <= FILMS_A_ROW else 2
    columns = max(FILMS_A_ROW, math.ceil(len(shown) / rows))
    wide = (RIGHT - LEFT - (columns - 1) * 3 * mm) / columns
    tall = (FILM_HEIGHT - (rows - 1) * CAPTION) / rows
    canvas.setFillColor(GREY)
    for place, (digest, readings) in enumerate(shown.items()):
        picture = overlay_picture(report.pixels[digest], readings, mark_size=1.7)
        picture.thumbnail((900, 1200))
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=90)
        share = min(wide / picture.width, tall / picture.height)
        width, height = picture.width * share, picture.height * share
        x = LEFT + place % columns * (wide + 3 * mm) + (wide - width) / 2
        y = FILM_TOP - place // columns * (tall + CAPTION) - height
        canvas.drawImage(ImageReader(data), x, y, width, height)
        counted = any(film in report.visit.counted for film in readings)
        limbs = [", ".join(filter(None, (name_of(film), film.side_words))) for film in readings]
        caption = " and ".join(limbs) + ("" if counted else ", not counted")
        draw_fitted(canvas, x, y - 3.2 * mm, caption, size=6.5, room=wide - (wide - width) / 2)
    left_out = Counter(name_of(film) for film in report.visit.films if film.sha256 not in shown)
    if left_out:
        counted_names = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in left_out.items())
        line = f"Without a picture on this page: {counted_names}."
        draw_fitted(canvas, LEFT, TABLE_TOP + 2.5 * mm, line, size=7.5, room=RIGHT - LEFT)


def _cell_text(report: VisitReport, cell: Cell) -> str:
    points = report.visit.reading.points
    if cell not in points:
        return ""
    value = points[cell]
    return ("NS" if value is None else str(value)) + ("*" if cell in report.edited else "")


def _grid(canvas: Canvas, report: VisitReport, limb: Limb, x: float, top: float) -> float:
    """The sites of a limb, a row a joint; the y below the table."""
    by_joint: dict[str, dict[Damage, Cell]] = {}
    for site in SITES[limb]:
        by_joint.setdefault(site.joint, {})[site.damage] = (Side.R, site)
    rows = [[f"{limb.value.capitalize()}", "Left", "", "Right", ""], ["", "Ero", "JSN", "Ero", "JSN"]]
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, 1), BOLD, 8), ("FONT", (0, 2), (-1, -1), REGULAR, 8),
        ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0)), ("ALIGN", (1, 0), (-1, -1), "CENTER"),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, LINE), ("TOPPADDING", (0, 0), (-1, -1), 0.5),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("LINEBEFORE", (3, 0), (3, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("FONT", (0, 2), (0, -1), REGULAR, 6.8),
    ]  # fmt: skip
    for joint, sites in by_joint.items():
        row = [joint_name(joint)]
        for column, (side, damage) in enumerate(COLUMNS, start=1):
            at = (column, len(rows))
            if damage not in sites:
                row.append("\N{MIDDLE DOT}")
                style.append(("TEXTCOLOR", at, at, GREY))
                continue
            site = sites[damage][1]
            row.append(_cell_text(report, (side, site)))
            value = report.visit.reading.points.get((side, site))
            if value:
                style.append(("BACKGROUND", at, at, _shade(damage, value / site.maximum)))
        rows.append(row)
    table = Table(rows, colWidths=[38 * mm, *([11.5 * mm] * 4)], rowHeights=5.7 * mm, style=style)
    _, height = table.wrapOn(canvas, 0, 0)
    table.drawOn(canvas, x, top - height)
    return float(top - height)


def _shade(damage: Damage, share: float) -> Color:
    """The colour of a kind of damage, stronger for more points, never too dark for black figures."""
    k = 0.25 + 0.75 * share
    return Color(*(1 - k * (1 - c / 255) for c in DAMAGE_RGB[damage]))


def _totals(canvas: Canvas, report: VisitReport, x: float, top: float) -> float:
    totals = report.visit.totals
    kinds = (TotalKind.SVH, TotalKind.HANDS), (TotalKind.EROSION, TotalKind.FEET), (TotalKind.JSN, TotalKind.SENS)
    rows = [[text for kind in pair for text in _total_cells(totals[kind])] for pair in kinds]
    style = [
        ("FONT", (0, 0), (-1, -1), REGULAR, 9), ("FONT", (2, 0), (2, -1), REGULAR, 6),
        ("FONT", (5, 0), (5, -1), REGULAR, 6), ("FONT", (1, 0), (1, -1), BOLD, 10),
        ("FONT", (4, 0), (4, -1), BOLD, 10), ("FONT", (0, 0), (0, 0), BOLD, 9),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"), ("ALIGN", (4, 0), (4, -1), "RIGHT"), ("BOX", (0, 0), (-1, -1), 0.8, black),
        ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 1),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TEXTCOLOR", (2, 0), (2, -1), GREY),
        ("TEXTCOLOR", (5, 0), (5, -1), GREY),
    ]  # fmt: skip
    table = Table(rows, colWidths=[v * mm for v in (13, 9.5, 21, 12, 9.5, 21)], rowHeights=6 * mm, style=style)
    _, height = table.wrapOn(canvas, 0, 0)
    table.drawOn(canvas, x, top - height)
    return float(top - height)


def _total_cells(total: Total) -> list[str]:
    between = f" ({total.range_words})" if total.range_words else ""
    return [
        total.kind.label,
        total.points_words + ("\N{DAGGER}" if total.incomplete else ""),
        f"of {total.maximum}{between}",
    ]
