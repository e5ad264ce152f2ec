"""Pixels whose stream is not what the header says: another syntax, no end mark, cut short."""

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    RLELossless,
)

from core.radiograph import Fault, FilmError, decode_film
from tests.core.radiograph import films
from tests.core.radiograph.test_dicom_pixels import said


def under(syntax: str, data: bytes, old: str) -> bytes:
    """The file with another transfer syntax in its meta information, of the same length."""
    pad = old + "\0" * (len(old) % 2)
    assert len(syntax) <= len(pad) and data.count(pad.encode()) == 1
    return data.replace(pad.encode(), syntax.ljust(len(pad), "\0").encode())


def test_uncompressed_pixels_under_a_compressed_syntax_are_read() -> None:
    values = films.grey(12)
    plain = films.dicom(values)
    meta = plain.index(b"UI", plain.index(b"\x02\x00\x10\x00"))
    longer = plain[: meta + 2] + b"\x16\x00" + films.JPEG_FIRST.encode() + plain[meta + 4 + 20 :]
    group = longer.index(b"\x02\x00\x00\x00UL\x04\x00") + 8
    longer = (
        longer[:group]
        + (int.from_bytes(longer[group : group + 4], "little") + 2).to_bytes(4, "little")
        + longer[group + 4 :]
    )
    film = decode_film(longer, "f")
    np.testing.assert_array_equal(film.pixels, decode_film(plain, "f").pixels)
    assert said(film) == ["The header names another compression; the pixels were read uncompressed."]


@pytest.mark.parametrize("syntax", [films.JPEG_LOSSLESS, films.J2K_LOSSLESS, films.JPEG_LS])
def test_a_stream_under_an_uncompressed_syntax_is_read(syntax: str) -> None:
    data = films.dicom(films.grey(12), syntax)
    film = decode_film(under("1.2.840.10008.1.2.1", data, syntax), "f")
    np.testing.assert_array_equal(film.pixels, decode_film(data, "f").pixels)
    assert len(said(film)) == 1 and "another compression" in said(film)[0]


def test_a_stream_of_another_kind_is_read_as_what_it_is() -> None:
    data = films.dicom(films.grey(12), films.J2K_LOSSLESS)
    film = decode_film(under(films.JPEG_FIRST, data, films.J2K_LOSSLESS), "f")
    np.testing.assert_array_equal(film.pixels, decode_film(data, "f").pixels)
    assert said(film) == ["The header names another compression; the pixels were read as JPEG 2000."]


DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"


@pytest.mark.parametrize("syntax", [films.JPEG_LOSSLESS, films.J2K_LOSSLESS, films.JPEG_LS, RLELossless])
@pytest.mark.parametrize("instead", [b"", bytes(8), bytes(512)])
def test_a_whole_picture_without_its_end_mark_is_read_and_said(syntax: str, instead: bytes) -> None:
    data = films.dicom(films.grey(12), syntax)
    assert data.endswith(DELIMITER)
    film = decode_film(data[: -len(DELIMITER)] + instead, "f")
    np.testing.assert_array_equal(film.pixels, decode_film(data, "f").pixels)
    assert said(film) == ["The mark at the end of the picture is missing; the picture is whole."]


def test_a_stream_that_is_cut_within_its_fragments_is_incomplete() -> None:
    stream = films.encoded(films.grey(12), films.JPEG_LOSSLESS)
    half = len(stream) // 4 * 2
    data = films.dicom(films.grey(12), films.JPEG_LOSSLESS, PixelData=encapsulate([stream[:half]]))
    with pytest.raises(FilmError) as caught:
        decode_film(data[: -len(DELIMITER)], "f")
    assert caught.value.code == Fault.INCOMPLETE
