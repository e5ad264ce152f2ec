"""How large and how square a pixel is, and films with square pixels out of those without."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from core.radiograph import limits
from core.radiograph.brightness import Floats
from core.radiograph.film import FilmNote, NoteKind

_LONGEST = 4.0  # a pixel longer than this many widths is an error in the file
_LEAST_MM, _MAX_MM = 0.01, 2.0


def _pair(attributes: Dataset, keyword: str) -> tuple[float, float] | None:
    """Two numbers of an attribute; None if it is absent, empty or no numbers.

    One number alone gives NaN for the other.
    """
    value = attributes.get(keyword)
    if value is None or isinstance(value, bytes) or value == "":
        return None
    try:
        numbers = [float(v) for v in ([value] if isinstance(value, str | int | float) else value)]
    except (TypeError, ValueError):
        return None
    return (numbers[0], numbers[1] if len(numbers) == 2 else math.nan) if numbers else None


def pixel_shape(attributes: Dataset) -> tuple[float | None, float, tuple[FilmNote, ...]]:
    """Distance of pixels in mm once they are square (None if not known), height of a pixel over its width, and notes.

    Source: PS3.3, C.7.6.3.1.7 (PixelAspectRatio is height to width), 10.7.1.3 (spacings are those of rows, then
    columns).
    """
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        pair = _pair(attributes, keyword)
        if pair is None:
            continue
        row, column = pair
        sensible = all(math.isfinite(v) and _LEAST_MM <= v <= _MAX_MM for v in pair)
        if not sensible or not 1 / _LONGEST <= row / column <= _LONGEST:
            words = "The pixel spacing in the file makes no sense; nothing is given in mm."
            return None, 1.0, (FilmNote(NoteKind.SPACING, words),)
        notes: tuple[FilmNote, ...] = ()
        if keyword == "ImagerPixelSpacing":
            words = "The pixel spacing is that of the detector: lengths in mm are a few per cent too large."
            notes = (FilmNote(NoteKind.SPACING, words),)
        return min(row, column), row / column, notes
    pair = _pair(attributes, "PixelAspectRatio")
    if pair and all(math.isfinite(v) and v > 0 for v in pair) and 1 / _LONGEST <= pair[0] / pair[1] <= _LONGEST:
        return None, pair[0] / pair[1], ()
    return None, 1.0, ()


def picture_shape(info: Mapping[Any, Any]) -> float:
    """Height of a pixel over its width by the resolution that a PNG, JPEG, TIFF or BMP states (Pillow's `info`)."""
    across, down = 1.0, 1.0
    for key in ("dpi", "resolution", "jfif_density", "aspect"):
        pair = info.get(key)
        if isinstance(pair, tuple) and len(pair) == 2:
            across, down = (float(v) for v in pair)
            break
    good = math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0
    ratio = across / down if good else 1.0
    return ratio if 1 / _LONGEST <= ratio <= _LONGEST else 1.0


def square(pixels: Floats, ratio: float) -> tuple[Floats, tuple[FilmNote, ...]]:
    """A film [H, W] resampled to square pixels, along the side where they are longer; as it is within 1 %."""
    if abs(ratio - 1) <= 0.01:
        return pixels, ()
    height, width = pixels.shape
    tall, wide = (round(height * ratio), width) if ratio > 1 else (height, round(width / ratio))
    if tall * wide > limits.PIXELS:
        tall, wide = (height, round(width / ratio)) if ratio > 1 else (round(height * ratio), width)
    resized = np.asarray(Image.fromarray(pixels).resize((wide, tall), Image.Resampling.BILINEAR), np.float32)
    longer = f"{max(ratio, 1 / ratio):.2f} times as {'high as wide' if ratio > 1 else 'wide as high'}"
    words = f"The pixels are not square ({longer}); the film was resampled to square ones."
    return np.clip(resized, 0, 1), (FilmNote(NoteKind.PIXEL_ASPECT, words),)
