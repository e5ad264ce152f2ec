"""Grey out of pictures that are stored in colours.

A grey film, a tinted photo of one, a screenshot with a coloured bar.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.radiograph.brightness import Floats, to_unit
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind

_STEP = 24 / 255  # a channel this far from another is colour
_SHARE = 0.005  # so much may be coloured (a marker, a logo)
# How far the strongest channel may lie above the mean: light boxes, phones and displays are blue or green, skin is red.
_STRONGEST_TINT, _STRONGEST_WARM_TINT = 0.3, 0.12
_LEVELS = 32  # of brightness, each of which has one colour in a tinted picture
_BAR_COLOURED = (0.5, 0.15)  # of a row or column of a bar: the full bars first, then those with a few coloured tools
_WIDEST_BAR, _LEAST_KEPT = 0.4, 0.3  # of the picture's height or width; of its area


def grey_of_colour(rgb: NDArray[np.generic], full: float, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """Grey [H, W] in [0, 1] out of samples [H, W, 3] of 0..full that hold a grey picture, and notes.

    Grey are pictures with at most 0.5 % of coloured pixels, pictures in which every brightness has one pale colour (the
    tint of a light box, a phone or a display), and both of these inside coloured bars at the edges (a viewer's tools).

    Raises: FilmError if the picture is coloured in any other way.
    """
    share = float(np.count_nonzero(_spread(rgb) > _STEP * full)) / (rgb.shape[0] * rgb.shape[1])
    if share <= _SHARE:
        few = (FilmNote(NoteKind.COLOUR, "A few coloured pixels (marker, logo or annotation) were read as grey."),)
        return to_unit(rgb[..., 1], 0, full), few if share > 0 else ()
    tinted = _tinted(rgb, full)
    if tinted is not None:
        return tinted, (FilmNote(NoteKind.COLOUR, "The whole picture is tinted in one colour; it was read as grey."),)
    coloured = _spread(rgb) > _STEP * full
    rows, columns = _inside_bars(coloured)
    inner = coloured[rows, columns]
    kept = inner.size / coloured.size
    film = None
    if _LEAST_KEPT <= kept < 1:
        film = to_unit(rgb[rows, columns, 1], 0, full) if inner.mean() <= _SHARE else _tinted(rgb[rows, columns], full)
    if film is not None:
        pixels = np.zeros(coloured.shape, np.float32)
        pixels[rows, columns] = film
        words = (
            f"Coloured bars at the edge ({round(100 * (1 - kept))} % of the picture, a viewer's tools) were left out."
        )
        return pixels, (FilmNote(NoteKind.COLOUR, words),)
    raise FilmError(
        Fault.COLOUR,
        f"{max(1, round(100 * share))} % of the picture are coloured and not by one pale tint or by bars at the edge:"
        " it may be a photo or a screenshot. Export the film itself, in grey.",
        name,
    )


def _spread(rgb: NDArray[Any]) -> NDArray[Any]:
    red, green, blue = (rgb[..., k] for k in range(3))
    high = np.maximum(np.maximum(red, green), blue)
    spread: NDArray[Any] = high - np.minimum(np.minimum(red, green), blue)
    return spread


def _tinted(rgb: NDArray[np.generic], full: float) -> Floats | None:
    """Grey of a picture in which every brightness has one pale colour; None if it is none."""
    grey = rgb.astype(np.float32).mean(2)
    level = np.clip(grey / full * _LEVELS, 0, _LEVELS - 1).astype(np.intp)
    counts = np.maximum(np.bincount(level.ravel(), minlength=_LEVELS), 1)
    # The colour of each brightness as its channels' distance from the mean, so that a dark and a bright pixel compare.
    outside = np.zeros(grey.shape, bool)
    centre = (np.arange(_LEVELS) + 0.5) / _LEVELS * full
    occupied = counts > 0.01 * grey.size
    strengths = []
    for channel in range(3):
        apart = rgb[..., channel].astype(np.float32) - grey
        usual = np.bincount(level.ravel(), apart.ravel(), _LEVELS) / counts
        strengths.append(float(np.max(usual[occupied] / (centre[occupied] + 0.1 * full), initial=0.0)))
        outside |= np.abs(apart - usual[level]) > _STEP * full
    most = _STRONGEST_WARM_TINT if strengths[0] == max(strengths) else _STRONGEST_TINT
    if max(strengths) > most or float(outside.mean()) > _SHARE:
        return None
    top = float(np.percentile(grey, 99.9))
    return to_unit(grey, 0, max(top, 0.5 * full))


def _inside_bars(coloured: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns that are left without the coloured bars that begin at the four edges."""
    (top, left), (bottom, right) = (0, 0), coloured.shape
    for least in _BAR_COLOURED:
        rows, columns = (coloured[top:bottom, left:right].mean(axis) for axis in (1, 0))
        top, bottom = top + _bar(rows, least), bottom - _bar(rows[::-1], least)
        left, right = left + _bar(columns, least), right - _bar(columns[::-1], least)
    return slice(top, bottom), slice(left, right)


def _bar(shares: NDArray[np.float64], least: float) -> int:
    """How many rows from the first on belong to a coloured bar: mostly coloured ones, up to two fifths of all."""
    coloured = shares[: int(_WIDEST_BAR * len(shares))] > least
    mostly = np.cumsum(coloured) >= 0.5 * np.arange(1, len(coloured) + 1)
    ends = np.flatnonzero(coloured & mostly)
    return int(ends[-1]) + 1 if ends.size else 0
