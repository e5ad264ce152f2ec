"""What a reader of the totals must know, in words, beside them on the page of a visit."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from core.model_reader.codes import FlagCode, Unscored
from core.model_reader.evidence import FilmReading, VisitReading
from core.report.fonts import REGULAR, printable
from core.report.joint_spaces import spaces_words
from core.report.visit_report import VisitReport
from core.svh import Cell
from core.svh.words import DAMAGE_WORD, film_name, how_many, joint_name

TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=6.8, leading=9)
MAX_WORDS = 900  # characters of a list that the right column has room for


def name_of(film: FilmReading) -> str:
    """Never the name of the file: it may hold a person's."""
    return film_name(film.limb, film.side)


def draw_notes(canvas: Canvas, report: VisitReport, x: float, top: float, bottom: float) -> None:
    """What a reader of the totals must know, as far down as there is room for it."""
    reading = report.visit.reading
    unscored = [cell for cell in reading.missing() if cell in reading.points]
    absent = {(side, site.limb) for side, site in reading.missing() if (side, site) not in reading.points}
    names = _unscored_words(report.visit, unscored)
    films = ", ".join(f"{side.value} {limb.value.lower()}" for side, limb in sorted(absent))
    lines = [
        f"<b>Not scorable (NS): {how_many(len(unscored), 'site')}.</b> {escape(_list(names, ', '))}",
        f"<b>Without a film: {films or 'none'}.</b> Totals leave missing sites out: compare them only site for site.",
    ]
    incomplete = [f"{t.kind.label} {t.missing} of {t.cells}" for t in report.visit.totals.values() if t.incomplete]
    if incomplete:
        lines.insert(0, f"<b>\N{DAGGER} Incomplete: sites without points.</b> {', '.join(incomplete)}.")
    if report.edited:
        lines.append(
            f"<b>*</b> {how_many(len(report.edited), 'site')} changed by a person; all others are the model's."
        )
    if unsure := [name_of(film) for film in report.visit.films if film.side_open]:
        lines.insert(
            0,
            f"<b>Side not confirmed: {', '.join(unsure)}.</b> Read the marker on the film before you use these points.",
        )
    flagged = [
        f"{name_of(film)}: {flag.text}"
        for film in report.visit.films
        for flag in film.flags
        if flag.code is not FlagCode.SIDE_NOT_CONFIRMED
    ]
    flagged += [f"A film was refused. {film.reason}" for film in report.visit.films if not film.scored]
    if flagged:
        lines.append(f"<b>Flags.</b> {escape(_list(flagged, ' '))}")
    if spaces := spaces_words(report.visit):
        lines.append(f"<b>Joint spaces, mm (90 % interval).</b> {escape(_list(spaces, ', '))}.")
    noted = [f"{name_of(film)}: {note}" for film in report.visit.films for note in film.notes]
    if noted:
        lines.append(f"<b>About the films.</b> {escape(_list(noted, ' '))}")
    lines.append(
        f"Weights {escape(report.weights_line)}. Ero is erosion, JSN joint-space narrowing; maxima a site: hand erosion"
        " 5, foot erosion 10 (both sides of the joint), JSN 4. Method: van der Heijde, J Rheumatol 2000;27:261."
    )
    _lines(canvas, [Paragraph(printable(line), TEXT) for line in lines], x, top, bottom)


def _unscored_words(visit: VisitReading, cells: Sequence[Cell]) -> list[str]:
    """Sites without points, those of one reason together behind it."""
    why = {(film.side, cell.site): cell.why_unscored for film in visit.counted for cell in film.cells}
    words = []
    for reason in (*Unscored, None):
        named = [(side.value, joint_name(site.joint), DAMAGE_WORD[site.damage], (side, site)) for side, site in cells]
        names = [f"{side} {joint} {damage}" for side, joint, damage, cell in named if why.get(cell) is reason]
        head = reason.words.capitalize() if reason else "Marked so by a person"
        words += [f"{head}: {name}" if n == 0 else name for n, name in enumerate(names)]
    return words


def _lines(canvas: Canvas, paragraphs: Sequence[Paragraph], x: float, top: float, bottom: float) -> None:
    """As many paragraphs as the page has room for; the last line says how many are left out."""
    room = top - bottom
    heights = [p.wrapOn(canvas, 84 * mm, room)[1] + 1.5 * mm for p in paragraphs]
    fit = len(paragraphs)
    if sum(heights) > room:
        kept = room - TEXT.leading - 1.5 * mm
        fit = sum(1 for n in range(len(heights)) if sum(heights[: n + 1]) <= kept)
    for paragraph, height in zip(paragraphs[:fit], heights[:fit], strict=True):
        top -= height
        paragraph.drawOn(canvas, x, top + 1.5 * mm)
    if left := len(paragraphs) - fit:
        last = Paragraph(f"<b>{how_many(left, 'more note')} did not fit on this page;</b> the JSON holds them.", TEXT)
        _, height = last.wrapOn(canvas, 84 * mm, room)
        last.drawOn(canvas, x, top - height)


def _list(items: Sequence[str], between: str) -> str:
    """The items as text, as many as there is room for; then how many are left out."""
    text, fit = between.join(items), len(items)
    while len(text) > MAX_WORDS and fit:
        fit -= 1
        text = between.join(items[:fit]) + f" ... and {len(items) - fit} more (all in the JSON)"
    return text
