"""Colours of DICOM pictures: neutral YBR is grey, palettes are looked up, damaged tables are refused."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from core.radiograph import Fault, FilmError
from core.radiograph.dicom_colour import grey_of_samples, palette_colours
from tests.core.radiograph import films


def test_neutral_chroma_is_grey_and_other_chroma_is_colour() -> None:
    grey = films.grey8()
    neutral = np.stack([grey, np.full_like(grey, 128), np.full_like(grey, 128)], axis=2)
    pixels, notes = grey_of_samples(neutral, "YBR_FULL", 8, False, "f")
    np.testing.assert_allclose(pixels, grey / 255, atol=1e-6)
    assert notes == []
    neutral[..., 1] = 200
    with pytest.raises(FilmError) as caught:
        grey_of_samples(neutral, "YBR_FULL", 8, False, "f")
    assert caught.value.code == Fault.COLOUR


@pytest.mark.parametrize(("entries", "code"), [(4, None), (5, Fault.DAMAGED), (None, Fault.ATTRIBUTE)])
def test_palettes_by_hand(entries: int | None, code: Fault | None) -> None:
    attributes = Dataset()
    for number, colour in enumerate(("Red", "Green", "Blue")):
        if entries is not None:
            setattr(attributes, f"{colour}PaletteColorLookupTableDescriptor", [entries, 10, 8])
        setattr(attributes, f"{colour}PaletteColorLookupTableData", bytes([number, 50, 60, 70]))
    values = np.array([[9, 10, 11, 14]])  # before the first entry, first, second, behind the last
    if code is None:
        rgb, full = palette_colours(values, attributes, "f")
        assert rgb[0].tolist() == [[0, 1, 2], [0, 1, 2], [50, 50, 50], [70, 70, 70]] and full == 255
    else:
        with pytest.raises(FilmError) as caught:
            palette_colours(values, attributes, "f")
        assert caught.value.code == code
