"""Pixels of DICOM films: every compression gives the picture of the uncompressed twin, sizes are checked first."""

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from core.radiograph import Fault, FilmError, NoteKind, Radiograph, decode_film
from tests.core.radiograph import films

WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096}


def opened(*args: object, **attributes: object) -> Radiograph:
    return decode_film(films.dicom(*args, **attributes), "film.dcm")  # type: ignore[arg-type]


def refused(code: Fault, *args: object, **attributes: object) -> str:
    with pytest.raises(FilmError) as caught:
        opened(*args, **attributes)
    assert caught.value.code == code, caught.value
    return str(caught.value)


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless, films.JPEG_LOSSLESS,
        films.JPEG_FIRST, films.JPEG_LS, films.J2K_LOSSLESS, films.J2K,
    ],
)  # fmt: skip
@pytest.mark.parametrize("bits", [8, 12])
def test_lossless_compressions_give_the_uncompressed_picture(syntax: str, bits: int) -> None:
    values = films.grey8() if bits == 8 else films.grey(12)
    window = {"WindowCenter": 2 ** (bits - 1), "WindowWidth": 2**bits}
    plain, packed = opened(values, bits=bits, **window), opened(values, syntax, bits, **window)
    np.testing.assert_array_equal(packed.pixels, plain.pixels)
    np.testing.assert_allclose(plain.pixels, values / (2**bits - 1), atol=1e-6)  # LINEAR maps 0..4095 to 0..1


@pytest.mark.parametrize(("syntax", "bits"), [(films.JPEG, 8), (films.JPEG_12, 12), (films.JPEG_LS_NEAR, 12)])
def test_lossy_compressions_come_close_and_say_so(syntax: str, bits: int) -> None:
    values = films.grey8() if bits == 8 else films.grey(12)
    film = opened(values, syntax, bits, WindowCenter=2 ** (bits - 1), WindowWidth=2**bits)
    assert np.abs(film.pixels - values / (2**bits - 1)).max() < 0.02
    assert any("loss" in note.text for note in film.notes)


def test_high_throughput_jpeg_2000_is_read() -> None:
    try:
        data = films.dicom(films.grey(12), films.HTJ2K, **WINDOW)
    except Exception as error:
        pytest.skip(f"this build of imagecodecs cannot write HTJ2K: {error}")
    np.testing.assert_allclose(decode_film(data, "f").pixels, films.grey(12) / 4095, atol=1e-6)


def test_dirty_unused_bits_do_not_count() -> None:
    dirty = films.grey(12) | np.uint16(0xA000)
    np.testing.assert_array_equal(opened(dirty, **WINDOW).pixels, opened(films.grey(12), **WINDOW).pixels)


def test_signed_values_with_intercept_give_the_same_picture() -> None:
    signed = films.grey(12).astype(np.int16) - np.int16(2048)
    film = opened(signed, RescaleSlope=1, RescaleIntercept=2048, **WINDOW)
    np.testing.assert_array_equal(film.pixels, opened(films.grey(12), **WINDOW).pixels)


def test_grey_in_rgb_is_accepted_and_colour_is_not() -> None:
    grey_rgb = np.repeat(films.grey8()[..., None], 3, axis=2)
    np.testing.assert_allclose(opened(grey_rgb, bits=8).pixels, films.grey8() / 255, atol=1e-6)
    coloured = grey_rgb.copy()
    coloured[..., 0] = 255 - coloured[..., 0]
    assert "colour" in refused(Fault.COLOUR, coloured, bits=8)


def palette(**tables: np.ndarray) -> dict[str, object]:
    found: dict[str, object] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, table in tables.items():
        found[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        found[f"{colour}PaletteColorLookupTableData"] = table.astype("<u2").tobytes()
    return found


def test_a_grey_palette_is_read_and_a_coloured_one_refused() -> None:
    ramp = np.arange(256) * 257
    film = opened(films.grey8(), bits=8, **palette(Red=ramp, Green=ramp, Blue=ramp))
    np.testing.assert_allclose(film.pixels, films.grey8() / 255, atol=1e-6)
    refused(Fault.COLOUR, films.grey8(), bits=8, **palette(Red=ramp, Green=ramp[::-1], Blue=ramp))


@pytest.mark.parametrize(
    "keyword", ["Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation"]
)
def test_a_missing_attribute_is_named(keyword: str) -> None:
    assert keyword in refused(Fault.ATTRIBUTE, films.grey(12), **{keyword: None})


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"Rows": 65535, "Columns": 65535}, Fault.PICTURE_SIZE),
        ({"Rows": 200}, Fault.INCOMPLETE),
        ({"Rows": 40}, Fault.TOO_SMALL),
        ({"Columns": 66, "Rows": 66}, Fault.FRAMES),  # more pixels than announced
        ({"NumberOfFrames": 3}, Fault.FRAMES),
        ({"NumberOfFrames": -1}, Fault.DAMAGED),
        ({"BitsStored": 17}, Fault.DEPTH),
        ({"BitsStored": 0}, Fault.DEPTH),
        ({"BitsAllocated": 32}, Fault.DEPTH),
        ({"HighBit": 255}, Fault.DEPTH),
        ({"SamplesPerPixel": 2}, Fault.DAMAGED),
        ({"PixelData": b"\0" * 14}, Fault.INCOMPLETE),
    ],
)
def test_a_lying_header_is_refused_before_decoding(attributes: dict[str, object], code: Fault) -> None:
    refused(code, films.grey(12), **attributes)


@pytest.mark.parametrize("syntax", [films.JPEG_LS, films.J2K, films.JPEG_LOSSLESS, RLELossless])
def test_a_huge_header_on_a_small_stream_is_refused(syntax: str) -> None:
    refused(Fault.PICTURE_SIZE, films.grey(12), syntax, Rows=65535, Columns=65535)
    with pytest.raises(FilmError):
        opened(films.grey(12), syntax, Rows=films.HEIGHT + 64)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, films.JPEG_LS, films.J2K, films.JPEG_12])
def test_a_cut_picture_is_called_incomplete(syntax: str, share: float) -> None:
    data = films.dicom(films.grey(12), syntax)
    start = data.find(b"\xe0\x7f\x10\x00")
    with pytest.raises(FilmError) as caught:
        decode_film(data[: start + 20 + int((len(data) - start - 20) * share)], "f")
    assert caught.value.code in (Fault.INCOMPLETE, Fault.DAMAGED)
    assert "incomplete" in str(caught.value)


def test_notes_tell_what_a_person_should_know() -> None:
    film = opened(
        films.grey(12), PresentationIntentType="FOR PROCESSING", BurnedInAnnotation="YES", PatientAge="012Y"
    )  # fmt: skip
    text = " ".join(map(str, film.notes))
    assert all(word in text for word in ("raw", "burned", "under 18"))


@pytest.mark.parametrize(
    ("attributes", "spacing"),
    [
        ({"PixelSpacing": [0.15, 0.15]}, 0.15),
        ({"ImagerPixelSpacing": [0.1, 0.1]}, 0.1),
        ({"PixelSpacing": [0, 0]}, None),
        ({"PixelSpacing": [0.1, 0.9]}, None),
        ({"PixelSpacing": 0.2}, None),
        ({"ImagerPixelSpacing": 0.2}, None),
        ({"PixelSpacing": ""}, None),
        ({}, None),
    ],
)
def test_spacing_is_square_and_sensible_or_none(attributes: dict[str, object], spacing: float | None) -> None:
    assert opened(films.grey(12), **attributes).spacing_mm == spacing


def test_limb_and_side_come_from_attributes() -> None:
    film = opened(films.grey(12), BodyPartExamined="HAND", ImageLaterality="L")
    assert (str(film.limb_tag.name), film.side_tag.value) == ("HAND", "L")  # type: ignore[union-attr]


def test_no_frames_beside_one_picture_is_one_picture() -> None:
    assert opened(films.grey(12), NumberOfFrames=0).height_px == films.HEIGHT


@pytest.mark.parametrize(
    ("attributes", "shape", "spacing"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, (2 * films.HEIGHT, films.WIDTH), 0.1),
        ({"PixelSpacing": [0.1, 0.2]}, (films.HEIGHT, 2 * films.WIDTH), 0.1),
        ({"ImagerPixelSpacing": [0.25, 0.2]}, (120, films.WIDTH), 0.2),
        ({"PixelAspectRatio": [3, 2]}, (144, films.WIDTH), None),
        ({"PixelSpacing": [0.1, 0.1], "PixelAspectRatio": [3, 2]}, (films.HEIGHT, films.WIDTH), 0.1),
    ],
)
def test_a_film_with_long_pixels_is_resampled_to_square_ones(
    attributes: dict[str, object], shape: tuple[int, int], spacing: float | None
) -> None:
    film = opened(films.grey(12), **attributes)
    assert film.pixels.shape == shape and film.spacing_mm == spacing
    assert any(note.kind is NoteKind.PIXEL_ASPECT for note in film.notes) == (shape != (films.HEIGHT, films.WIDTH))
    plain = np.asarray(Image.fromarray(opened(films.grey(12)).pixels).resize(shape[::-1]))
    assert np.abs(film.pixels - plain).max() < 0.02


def said(film: Radiograph) -> list[str]:
    return [note.text for note in film.notes if note.kind is NoteKind.STORAGE]


def test_words_of_the_file_stand_in_quotation_marks_and_short() -> None:
    told = refused(Fault.DAMAGED, films.grey(12), PhotometricInterpretation="CNRYPI")
    assert 'names 1 samples a pixel and the colours "CNRYPI", which do not go together' in told
    with pytest.raises(FilmError, match='modality "BSCRIPTA1"') as caught:
        decode_film(films.dicom(films.grey(12), Modality="<b>script%A1"), "f")
    assert "<" not in str(caught.value) and "%" not in str(caught.value)
