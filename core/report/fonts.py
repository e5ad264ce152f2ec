"""The letters of the PDF: DejaVu Sans, which comes with matplotlib, for names in Latin, Greek and Cyrillic letters."""

import unicodedata
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
_RIGHT_TO_LEFT = ("R", "AL")  # reportlab would set them in the wrong order


def register_fonts() -> None:
    """Make both fonts known to reportlab."""
    from matplotlib import get_data_path

    for name in (REGULAR, BOLD):
        registerFont(TTFont(name, Path(get_data_path(), "fonts", "ttf", f"{name}.ttf")))
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def printable(text: str) -> str:
    """The text with a ? for each letter that cannot be set: the font lacks it, or it is written from right to left."""
    glyphs = getFont(REGULAR).face.charToGlyph
    return "".join(c if ord(c) in glyphs and unicodedata.bidirectional(c) not in _RIGHT_TO_LEFT else "?" for c in text)


def draw_fitted(canvas: Canvas, x: float, y: float, text: str, *, size: float, room: float) -> None:
    """One regular line at (x, y), of at most `size` points.

    Smaller where it would be wider than `room`; both in points.
    """
    text = printable(text)
    canvas.setFont(REGULAR, min(size, size * room / max(stringWidth(text, REGULAR, size), 1)))
    canvas.drawString(x, y, text)
