"""Sizes in the headers of compressed streams are those of the picture, and cut headers give none."""

import pytest

from core.radiograph.codestream import jpeg2000_size, jpeg_frame
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
