"""The DICOM grey-scale chain as one lookup table over the stored values (PS3.3, C.11; PS3.4, N.2)."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from core.radiograph import limits
from core.radiograph.brightness import histogram_points
from core.radiograph.film import FilmNote, NoteKind

Doubles = NDArray[np.float64]
_LOW, _HIGH = 0.005, 0.995  # percentiles that stand for a missing window


def _note(text: str) -> FilmNote:
    return FilmNote(NoteKind.GREY_SCALE, text)


def _numbers(dataset: Dataset, keyword: str) -> list[float]:
    """Values of an attribute as floats; empty if it is absent or no number."""
    value = dataset.get(keyword)
    if value is None or isinstance(value, bytes):
        return []
    try:
        return [float(v) for v in ([value] if isinstance(value, str | int | float) else value)]
    except (TypeError, ValueError):
        return []


def _lut(sequence: object) -> tuple[Doubles, float, int] | None:
    """Data, first mapped value and bits of the first LUT of a sequence; None if it is not usable (C.11.1.1)."""
    if not isinstance(sequence, Sequence) or not sequence:
        return None
    item = sequence[0]
    descriptor = _numbers(item, "LUTDescriptor")
    raw = item.get("LUTData")
    if len(descriptor) != 3 or raw is None:
        return None
    entries, first, bits = int(descriptor[0]) or 65536, descriptor[1], int(descriptor[2])
    if isinstance(raw, bytes):
        wide = len(raw) >= 2 * entries
        data = np.frombuffer(raw[: 2 * entries if wide else entries], "<u2" if wide else "u1").astype(float)
    else:
        data = np.atleast_1d(np.asarray(raw, float))
    if not 8 <= bits <= 16 or data.size < 2 or data.size != entries or data.max() > 2**bits - 1:
        return None
    return data, first, bits


def _look_up(values: Doubles, data: Doubles, first: float, signed: bool) -> Doubles:
    if signed and first >= 32768:  # the descriptor is US where SS was meant
        first -= 65536
    return data[np.clip(np.rint(values - first), 0, data.size - 1).astype(np.int64)]


def _modality(values: Doubles, dataset: Dataset, signed: bool, notes: list[FilmNote]) -> Doubles:
    if "ModalityLUTSequence" in dataset:
        lut = _lut(dataset.get("ModalityLUTSequence"))
        if lut:
            return _look_up(values, lut[0], lut[1], signed)
        notes.append(_note("The modality lookup table is damaged and was ignored."))
        return values
    slope = (_numbers(dataset, "RescaleSlope") or [1.0])[0]
    intercept = (_numbers(dataset, "RescaleIntercept") or [0.0])[0]
    if (
        not (math.isfinite(slope) and math.isfinite(intercept))
        or slope == 0
        or abs(slope) > 1e6
        or abs(intercept) > 1e9
    ):
        notes.append(_note("The rescale values make no sense and were ignored."))
        return values
    return values * slope + intercept


def _linear(x: Doubles, centre: float, width: float) -> Doubles:
    return (x - (centre - 0.5)) / max(width - 1, 1e-9) + 0.5


def _linear_exact(x: Doubles, centre: float, width: float) -> Doubles:
    return (x - centre) / width + 0.5


def _sigmoid(x: Doubles, centre: float, width: float) -> Doubles:
    return 1 / (1 + np.exp(np.clip(-4 * (x - centre) / width, -50, 50)))


_FUNCTIONS: dict[str, Callable[[Doubles, float, float], Doubles]] = {
    "LINEAR": _linear,
    "LINEAR_EXACT": _linear_exact,
    "SIGMOID": _sigmoid,
}


def _window(dataset: Dataset, notes: list[FilmNote]) -> Callable[[Doubles], Doubles] | None:
    """The first window of the file as a function to [0, 1]; None if there is none that makes sense."""
    centres, widths = _numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth")
    if not centres and not widths and not dataset.get("WindowCenter") and not dataset.get("WindowWidth"):
        return None
    shape = _FUNCTIONS.get(str(dataset.get("VOILUTFunction") or "LINEAR"), _linear)
    if centres and widths:
        centre, width = centres[0], widths[0]
        least = 1 if shape is _linear else 1e-9
        if math.isfinite(centre) and math.isfinite(width) and least <= width < 1e7 and abs(centre) < 1e7:
            if len(centres) > 1:
                notes.append(_note("The file has several windows; the first was used."))
            return lambda x: np.clip(shape(x, centre, width), 0, 1)
    notes.append(_note("The window of the file makes no sense and was ignored."))
    return None


def _spread(table: Doubles, counts: NDArray[np.integer]) -> float:
    """Range of the central 99 % of the pixels after `table` (monotone or nearly so)."""
    order = np.argsort(table, kind="stable")
    low, high = histogram_points(counts[order], (_LOW, _HIGH))
    return float(table[order][min(high, order.size - 1)] - table[order][low])


def _percentiles(values: Doubles, counts: NDArray[np.integer]) -> Doubles:
    order = np.argsort(values, kind="stable")
    low, high = (float(values[order][i]) for i in histogram_points(counts[order], (_LOW, _HIGH)))
    return np.clip((values - low) / (high - low), 0, 1) if high > low else np.zeros_like(values)


def _padding(dataset: Dataset, stored: NDArray[np.int64], signed: bool, bits: int) -> NDArray[np.bool_]:
    """Which stored values stand for "no picture here" (PixelPaddingValue, perhaps a range; C.7.5.1.1.2)."""
    ends = [
        (_numbers(dataset, keyword) or [math.nan])[0] for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit")
    ]
    first, last = ends[0], ends[1] if math.isfinite(ends[1]) else ends[0]
    if not math.isfinite(first):
        return np.zeros(stored.size, bool)
    if signed and first >= 2 ** (bits - 1):
        first, last = first - 2**bits, last - 2**bits if last >= 2 ** (bits - 1) else last
    return (stored >= min(first, last)) & (stored <= max(first, last))


def grey_table(
    dataset: Dataset, first: int, counts: NDArray[np.integer], *, signed: bool, bits: int
) -> tuple[NDArray[np.float32], list[FilmNote]]:
    """What each stored value becomes in [0, 1], bone bright, and notes.

    `first` is the stored value of `counts[0]`, `counts` the histogram of the picture. Order: modality LUT, VOI LUT or
    window (without one: robust percentiles), inversion by MONOCHROME1 or PresentationLUTShape INVERSE last. Padding
    does not count and comes out dark.
    """
    notes: list[FilmNote] = []
    stored = np.arange(first, first + counts.size, dtype=np.int64)
    padding = _padding(dataset, stored, signed, bits)
    inner = np.where(padding, 0, counts)
    if not inner.any():
        padding, inner = np.zeros_like(padding), counts
    values = _modality(stored.astype(np.float64), dataset, signed, notes)
    table: Doubles | None = None
    if "VOILUTSequence" in dataset:
        lut = _lut(dataset.get("VOILUTSequence"))
        if lut:
            table = _look_up(values, lut[0], lut[1], signed) / (2 ** lut[2] - 1)
        else:
            notes.append(_note("The display lookup table is damaged and was ignored."))
    if table is None:
        window = _window(dataset, notes)
        table = None if window is None else window(values)
    if table is not None and _spread(table, inner) < limits.CONTRAST:
        notes.append(_note("The window of the file hides the whole picture and was ignored."))
        table = None
    if table is None:
        table = _percentiles(values, inner)
    if str(dataset.get("PhotometricInterpretation")) == "MONOCHROME1" or (
        str(dataset.get("PresentationLUTShape")) == "INVERSE"
    ):
        table = 1 - table
    return np.where(padding, 0, table).astype(np.float32), notes
