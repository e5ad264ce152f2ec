"""From stored values to [0, 1]: the one function, and the checks on contrast."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.radiograph import limits
from core.radiograph.film import Fault, FilmError

Floats = NDArray[np.float32]


def to_unit(values: NDArray[np.generic], low: float, high: float) -> Floats:
    """Values between `low` and `high` as float32 in [0, 1], cut at both ends.

    Raises: ValueError if the ends are not finite or high <= low.
    """
    if not (np.isfinite(low) and np.isfinite(high) and high > low):
        raise ValueError("the ends of a grey scale are finite, the upper above the lower")
    out = values.astype(np.float32)
    out -= np.float32(low)
    out *= np.float32(1.0 / (high - low))
    return np.clip(out, 0.0, 1.0, out=out)


def robust_ends(values: NDArray[Any]) -> tuple[float, float]:
    """The 0.5 % and 99.5 % points of a picture: what a film without a window is shown between."""
    step = max(1, int(np.sqrt(values.size / 4_000_000)))  # a sample of 4 million pixels is plenty
    low, high = np.percentile(values[::step, ::step], (0.5, 99.5))
    return float(low), float(high)


def stretched(values: NDArray[np.generic], name: str) -> Floats:
    """A picture [H, W] without a known range in [0, 1], between its robust ends.

    Raises: FilmError if it is blank.
    """
    low, high = robust_ends(values)
    if not high > low:
        raise FilmError(Fault.NO_CONTRAST, "no contrast: the picture is blank. Send the film itself.", name)
    return to_unit(values, low, high)


def histogram_points(counts: NDArray[np.integer], shares: tuple[float, ...]) -> list[int]:
    """For each share of all pixels the first bin below which at least that share lies."""
    total = np.cumsum(counts)
    return [int(np.searchsorted(total, share * total[-1], side="left")) for share in shares]


def check_contrast(pixels: Floats, name: str) -> None:
    """Refuse a picture without content.

    Raises: FilmError if the central 99 % of the pixels span less than 4 % of the range or fewer than 16 grey levels.
    """
    step = max(1, int(np.sqrt(pixels.size / 4_000_000)))  # a sample of 4 million pixels is plenty
    sample = np.sort(pixels[::step, ::step], axis=None)
    core = sample[int(0.005 * sample.size) : max(1, int(np.ceil(0.995 * sample.size)))]
    levels = 1 + np.count_nonzero(np.diff(core))
    if core[-1] - core[0] < limits.CONTRAST or levels < limits.LEVELS:
        raise FilmError(
            Fault.NO_CONTRAST,
            "no contrast: the picture is blank, saturated or drawn in a few plain shades. Send the film itself.",
            name,
        )


def picture_bits(values: NDArray[np.integer]) -> int:
    """Bits that a 16-bit picture really uses (8-16): 12-bit data in 16 must not come out black.

    The brightest 0.05 % (burned-in letters at full white) do not count.
    """
    counts = np.bincount(values.ravel(), minlength=2)
    top = histogram_points(counts, (0.9995,))[0]
    return int(np.clip(top.bit_length(), 8, 16))


def looks_inverted(pixels: Floats) -> bool:
    """Whether bone may be dark: the border is bright and the middle is clearly darker.

    A hint to look, not proof: unexposed film outside the collimator is bright too.
    """
    height, width = pixels.shape
    edge = max(1, min(height, width) // 25)
    border = np.concatenate(
        [pixels[:edge].ravel(), pixels[-edge:].ravel(), pixels[:, :edge].ravel(), pixels[:, -edge:].ravel()]
    )
    middle = pixels[height // 4 : -height // 4, width // 4 : -width // 4]
    dim = float(np.percentile(border[:: max(1, border.size // 200_000)], 20))
    return dim > 0.6 and float(np.median(middle)) < dim - 0.15
