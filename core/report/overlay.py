"""A film with what was found drawn on it: boxes of the parts, a ring a joint, points beside it."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.model_reader.evidence import FilmReading
from core.svh import Damage, points_words
from core.svh.words import DAMAGE_RGB, film_name

BOX_RGB = (120, 120, 120)
LONGEST_PX = 1600


def overlay_picture(
    pixels: NDArray[np.float32], films: tuple[FilmReading, ...], *, mark_size: float = 1.0
) -> Image.Image:
    """RGB picture of a film [H, W] in [0, 1] with the readings of its limbs, at most 1600 px long.

    `mark_size` enlarges rings and letters, for pictures that are printed small.
    Beside each joint stand its erosion (E) and narrowing (J) points; a joint that is not scorable shows a dash.
    """
    height, width = pixels.shape
    share = min(1.0, LONGEST_PX / max(height, width))
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    picture = Image.fromarray(np.clip(small * 255, 0, 255).astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    unit = mark_size * max(picture.size) / 1000
    font = ImageFont.load_default(size=max(10, int(15 * unit)))
    for film in films:
        for part in film.parts:
            draw.rectangle([v * share for v in part.box], outline=BOX_RGB, width=max(1, int(unit)))
        by_joint: dict[str, dict[Damage, str]] = {}
        for cell in film.cells:
            by_joint.setdefault(cell.site.joint, {})[cell.site.damage] = (
                "-" if cell.points is None else str(cell.points)
            )
        for joint in film.joints:
            x, y, r = joint.x * share, joint.y * share, 6 * unit
            points = by_joint.get(joint.name, {})
            draw.ellipse([x - r, y - r, x + r, y + r], outline=(255, 255, 255), width=max(1, int(1.5 * unit)))
            at = x + 1.4 * r
            for damage in Damage:
                if points.get(damage, "0") != "0":
                    text = f"{damage.value}{points[damage]}"
                    draw.text(
                        (at, y - r),
                        text,
                        fill=DAMAGE_RGB[damage],
                        font=font,
                        stroke_width=max(1, int(unit)),
                        stroke_fill=(0, 0, 0),
                    )
                    at += draw.textlength(text, font=font) + 3 * unit
    _caption(draw, films, font, unit)
    return picture


def _caption(
    draw: ImageDraw.ImageDraw,
    films: tuple[FilmReading, ...],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    unit: float,
) -> None:
    for n, film in enumerate(films):
        if film.scored and film.limb and film.side:
            text = (
                f"{film_name(film.limb, film.side)}: erosion {points_words(film.erosion)}, JSN {points_words(film.jsn)}"
                f"{', side not confirmed' if film.side_open else ''}  (research only)"
            )
        else:
            text = f"not scored: {film.code}"
        draw.text(
            (8 * unit, (8 + 22 * n) * unit),
            text,
            fill=(255, 255, 255),
            font=font,
            stroke_width=max(1, int(2 * unit)),
            stroke_fill=(0, 0, 0),
        )
