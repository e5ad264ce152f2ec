"""Sizes in the headers of compressed streams are those of the picture, and cut headers give none."""

import numpy as np
import pytest
from pydicom.encaps import encapsulate

from core.radiograph import Fault, FilmError, decode_film
from core.radiograph.codestream import jpeg2000_is_whole, jpeg2000_size, jpeg_frame
from tests.core.radiograph import films


@pytest.mark.parametrize(
    ("syntax", "bits", "lossless"),
    [(films.JPEG, 8, False), (films.JPEG_12, 12, False), (films.JPEG_LOSSLESS, 12, True), (films.JPEG_LS, 12, True)],
)
def test_jpeg_frames(syntax: str, bits: int, lossless: bool) -> None:
    data = films.encoded(films.grey8() if bits == 8 else films.grey(12), syntax)
    size = jpeg_frame(data)
    assert size is not None
    assert (size.width, size.height, size.samples, size.lossless) == (films.WIDTH, films.HEIGHT, 1, lossless)
    assert size.bits >= bits


def test_jpeg_2000_sizes() -> None:
    size = jpeg2000_size(films.encoded(films.grey(12), films.J2K))
    assert size is not None
    assert (size.width, size.height, size.samples, size.signed) == (films.WIDTH, films.HEIGHT, 1, False)


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_cut_headers_give_none_or_a_size(length: int) -> None:
    for syntax, read in ((films.JPEG, jpeg_frame), (films.J2K, jpeg2000_size)):
        cut = films.encoded(films.grey8(), syntax)[:length]
        found = read(cut)
        assert found is None or found.width == films.WIDTH


TILED = films.picture(films.grey(8, 300, 260).astype(np.uint8), "JPEG2000", tile_size=(128, 128), no_jp2=True)
STREAMS = [films.encoded(films.grey(12), syntax) for syntax in (films.J2K, films.J2K_LOSSLESS, films.HTJ2K)]


@pytest.mark.parametrize("stream", [TILED, *STREAMS, films.encoded(films.grey8(), films.J2K_LOSSLESS)])
def test_a_codestream_is_whole_to_the_last_byte_of_its_last_tile(stream: bytes) -> None:
    assert jpeg2000_is_whole(stream) and jpeg2000_is_whole(stream + bytes(1))  # DICOM pads to an even length
    assert jpeg2000_is_whole(stream[:-2])  # without the mark of the end
    for length in (0, 60, len(stream) // 2, len(stream) - 3):
        assert not jpeg2000_is_whole(stream[:length])


def test_a_codestream_without_one_of_its_tiles_is_not_whole() -> None:
    starts = [n for n in range(len(TILED) - 1) if TILED[n : n + 4] == b"\xff\x90\x00\x0a"]
    assert len(starts) == 9
    assert not jpeg2000_is_whole(TILED[: starts[4]] + TILED[starts[5] :])


@pytest.mark.parametrize("syntax", [films.J2K, films.J2K_LOSSLESS, films.HTJ2K])
def test_a_cut_codestream_inside_a_whole_dicom_file_is_refused_in_words(syntax: str) -> None:
    values = films.grey(12)
    cut = films.encoded(values, syntax)
    data = films.dicom(values, syntax, PixelData=encapsulate([cut[: 2 * len(cut) // 3]]))
    with pytest.raises(FilmError, match=r"is incomplete: a part is lacking\. Send the file again") as caught:
        decode_film(data, "f")
    assert caught.value.code == Fault.INCOMPLETE
