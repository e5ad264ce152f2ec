"""TIFF strips and tiles that do not hold their rows are refused; sound ones of every packing are not accused."""

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from core.radiograph import Fault, FilmError, decode_film
from tests.core.radiograph import films
from tests.core.radiograph.test_jpeg_damage import outcome, textured

DEEP = textured().astype(np.uint16) * 16 + 7
PACKED = [None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg"]


def tiff(values: np.ndarray, packing: str | None) -> bytes:
    return films.picture(values, "TIFF", compression=packing)


def strips(data: bytes) -> list[tuple[int, int]]:
    """Where each strip begins, and how long it is."""
    tags = Image.open(io.BytesIO(data)).tag_v2  # type: ignore[attr-defined]
    return list(zip(tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS], strict=True))


@pytest.mark.parametrize("packing", PACKED)
def test_sound_strips_are_not_accused(packing: str | None) -> None:
    for values in (textured(), *([] if packing == "jpeg" else [DEEP, textured()[:333, :251]])):
        film = decode_film(tiff(values, packing), "f")
        assert film.pixels.shape == values.shape and not film.notes
    if packing != "jpeg":
        assert outcome(tiff(textured() > 100, packing)) == Fault.NO_CONTRAST  # one bit a pixel, and whole


@pytest.mark.parametrize("packing", PACKED[1:])
@pytest.mark.parametrize("which", [0, -1])
def test_a_run_of_zero_bytes_in_a_packed_strip_is_refused(packing: str, which: int) -> None:
    data = bytearray(tiff(textured(), packing))
    begin, length = strips(bytes(data))[which]
    data[begin + length // 3 : begin + 2 * length // 3] = bytes(2 * length // 3 - length // 3)
    assert outcome(bytes(data)) == Fault.DAMAGED


def test_a_strip_that_is_shorter_than_its_rows_is_refused_in_words() -> None:
    data = bytearray(tiff(textured(), None))
    (begin, length), *_ = strips(bytes(data))
    at = data.find(length.to_bytes(4, "little"))
    while at >= 0 and data[at - 8 : at - 6] != (279).to_bytes(2, "little"):
        at = data.find(length.to_bytes(4, "little"), at + 1)
    assert at > 0 and begin
    data[at : at + 4] = (length // 2).to_bytes(4, "little")
    with pytest.raises(FilmError, match=r"its last rows are lacking\. Send the file again") as caught:
        decode_film(bytes(data), "f")
    assert caught.value.code == Fault.INCOMPLETE
