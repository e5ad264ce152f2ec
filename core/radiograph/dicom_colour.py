"""Grey out of DICOM pictures that are stored in colours or with a palette."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.radiograph.brightness import Floats
from core.radiograph.colours import grey_of_colour
from core.radiograph.film import Fault, FilmError, FilmNote

Stored = NDArray[np.integer]


def palette_colours(values: Stored, attributes: Dataset, name: str) -> tuple[NDArray[np.uint16], float]:
    """RGB [H, W, 3] of palette indices, and the full value (PS3.3, C.7.6.3.1.5).

    Raises: FilmError if the tables are missing or damaged.
    """
    tables: list[NDArray[np.uint16]] = []
    first, bits = 0, 16
    for colour in ("Red", "Green", "Blue"):
        descriptor = attributes.get(f"{colour}PaletteColorLookupTableDescriptor")
        data = attributes.get(f"{colour}PaletteColorLookupTableData")
        if descriptor is None or len(descriptor) != 3 or not isinstance(data, bytes):
            raise FilmError(Fault.ATTRIBUTE, "the colour table is missing. Export the film in grey.", name)
        entries, first, bits = int(descriptor[0]) or 65536, int(descriptor[1]), int(descriptor[2])
        wide = len(data) >= 2 * entries
        tables.append(np.frombuffer(data[: (2 if wide else 1) * entries], "<u2" if wide else "u1").astype(np.uint16))
        if tables[-1].size != entries:
            raise FilmError(Fault.DAMAGED, "the colour table is damaged. Export the film in grey.", name)
    index = np.clip(values.astype(np.int32) - first, 0, min(t.size for t in tables) - 1)
    return np.stack([table[index] for table in tables], axis=2), float(2**bits - 1)


def grey_of_samples(
    values: Stored, layout_colours: str, bits: int, compressed_jpeg: bool, name: str
) -> tuple[Floats, list[FilmNote]]:
    """Grey pixels [H, W] out of RGB or YBR samples [H, W, 3] that hold a grey picture, and notes.

    Raises: FilmError if the picture is coloured.
    """
    full = float(2**bits - 1)
    if layout_colours.startswith("YBR") and not compressed_jpeg:  # grey means neutral chroma
        neutral = np.uint16(2 ** (bits - 1))
        chroma = np.abs(values[..., 1:].astype(np.int32) - int(neutral)).max(axis=2)
        luma = values[..., 0].astype(np.int32)
        values = np.stack([luma, luma + chroma, luma], axis=2)
        pixels, notes = grey_of_colour(values, full, name)
        return np.clip(luma / full, 0, 1).astype(np.float32), list(notes)
    pixels, notes = grey_of_colour(values, full, name)
    return pixels, list(notes)
