"""The DICOM grey-scale chain: order, inversion last, odd windows ignored and said so, NaN never."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from core.radiograph import Radiograph, decode_film
from tests.core.radiograph import films


def opened(**attributes: object) -> Radiograph:
    return decode_film(films.dicom(films.grey(12), **attributes), "film.dcm")  # type: ignore[arg-type]


def lut(data: np.ndarray, first: int = 0, bits: int = 12) -> list[Dataset]:
    item = Dataset()
    item.LUTDescriptor = [data.size % 65536, first, bits]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = data.astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    return [item]


def test_monochrome1_equals_its_monochrome2_twin() -> None:
    turned = films.dicom(
        4095 - films.grey(12), PhotometricInterpretation="MONOCHROME1", WindowCenter=2048, WindowWidth=4096
    )
    twin = opened(WindowCenter=2048, WindowWidth=4096)
    np.testing.assert_allclose(decode_film(turned, "f").pixels, twin.pixels, atol=1e-6)


def test_presentation_inverse_turns_once_even_with_monochrome1() -> None:
    plain, turned = opened(), opened(PresentationLUTShape="INVERSE")
    np.testing.assert_allclose(turned.pixels, 1 - plain.pixels, atol=1e-6)
    both = opened(PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE")
    np.testing.assert_allclose(both.pixels, 1 - plain.pixels, atol=1e-6)


def test_window_is_the_formula_of_the_standard() -> None:
    # LINEAR, c = 2000, w = 1001: 1500 -> (1500 - 1999.5) / 1000 + 0.5 = 0.0005; 2000 -> 0.5005
    film = opened(WindowCenter=2000, WindowWidth=1001)
    expected = np.clip((films.grey(12) - 1999.5) / 1000 + 0.5, 0, 1)
    np.testing.assert_allclose(film.pixels, expected, atol=1e-6)


def test_sigmoid_window() -> None:
    film = opened(WindowCenter=2000, WindowWidth=1000, VOILUTFunction="SIGMOID")
    np.testing.assert_allclose(film.pixels, 1 / (1 + np.exp(-4 * (films.grey(12) - 2000.0) / 1000)), atol=1e-6)


@pytest.mark.parametrize("width", ["0", "-5", "nan", "inf", "1e300"])
def test_a_senseless_window_is_ignored_and_said(width: str) -> None:
    data = films.dicom(films.grey(12), WindowCenter="1234.5", WindowWidth="987.25")
    film = decode_film(data.replace(b"987.25", width.encode().ljust(6)), "f")
    assert np.isfinite(film.pixels).all()
    assert any("window" in note.text for note in film.notes)
    np.testing.assert_allclose(film.pixels, opened().pixels, atol=1e-6)


def test_the_first_of_several_windows_is_used() -> None:
    film = opened(WindowCenter=[2048, 300], WindowWidth=[4096, 50])
    assert any("several windows" in note.text for note in film.notes)
    np.testing.assert_allclose(film.pixels, films.grey(12) / 4095, atol=1e-6)


def test_a_window_beside_the_picture_is_ignored() -> None:
    assert any("hides" in note.text for note in opened(WindowCenter=60000, WindowWidth=10).notes)


def test_voi_lut_beats_the_window() -> None:
    square = np.rint((np.arange(4096) / 4095) ** 2 * 4095)
    film = opened(VOILUTSequence=lut(square), WindowCenter=100, WindowWidth=10)
    np.testing.assert_allclose(film.pixels, square[films.grey(12)] / 4095, atol=1e-6)


def test_modality_lut_comes_before_the_window() -> None:
    half = np.arange(4096) // 2
    film = opened(ModalityLUTSequence=lut(half), WindowCenter=1024, WindowWidth=2048)
    np.testing.assert_allclose(film.pixels, half[films.grey(12)] / 2047, atol=1e-6)


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_lying_lut_is_ignored_and_said(keyword: str) -> None:
    item = lut(np.arange(4096))
    item[0].LUTDescriptor = [50000, 0, 12]
    film = opened(**{keyword: item})
    assert any("damaged" in note.text for note in film.notes)


def test_padding_is_dark_and_does_not_count_for_brightness() -> None:
    values = films.grey(12)
    values[:, :6] = 65535
    film = decode_film(films.dicom(values, bits=16, PixelPaddingValue=65535), "f")
    assert film.pixels[:, :6].max() == 0
    assert film.pixels[:, 6:].max() == 1  # stretched over the rest, not over 65535


def test_senseless_rescale_is_ignored() -> None:
    film = opened(RescaleSlope=0, RescaleIntercept=5)
    assert any("rescale" in note.text for note in film.notes)
