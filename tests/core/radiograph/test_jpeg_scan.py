"""JPEG streams whose decoder never warns: sound ones are as long as their picture needs, damaged ones are not."""

import random

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate

from core.radiograph import Fault, decode_film, open_film
from core.radiograph.jpeg_scan import scan_is_whole
from tests.core.radiograph import films
from tests.core.radiograph.test_jpeg_damage import jpeg, outcome, textured

DEEP = textured().astype(np.uint16) * 16 + 7
COLOUR = np.dstack([textured(), textured(1), textured(2)])
STREAMS = {
    **{f"lossless, predictor {p}": imagecodecs.jpeg8_encode(DEEP, lossless=True, bitspersample=12, predictor=p)
       for p in range(1, 8)},
    "lossless, 16 bits": imagecodecs.jpeg8_encode(DEEP * 15, lossless=True, bitspersample=16, predictor=1),
    "lossless, colour": imagecodecs.jpeg8_encode(COLOUR, lossless=True, bitspersample=8, predictor=1),
    "12 bits": imagecodecs.jpeg8_encode(DEEP, level=98, bitspersample=12),
    "8 bits": jpeg(textured()),
    "8 bits, restarts": jpeg(textured(), restart_marker_rows=3),
    "colour 4:2:0, restarts": jpeg(COLOUR, subsampling=2, restart_marker_blocks=7),
    "sides that are no multiple of a block": jpeg(COLOUR[:333, :251], subsampling=2),
}  # fmt: skip


def damaged(data: bytes, how: str, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) // 6, len(data) - 700)
    if how == "zeros":
        return data[:at] + bytes(600) + data[at + 600 :]
    return data[:at] if how == "cut" else data[:at] + data[at + 300 :]


@pytest.mark.parametrize("name", STREAMS)
def test_sound_streams_are_whole_and_damaged_ones_are_not(name: str) -> None:
    rng = random.Random(3)
    assert scan_is_whole(STREAMS[name]) is True
    for how in ("zeros", "cut", "gap"):
        found = [scan_is_whole(damaged(STREAMS[name], how, rng)) for _ in range(12)]
        assert found.count(False) >= 11, how


def test_of_progressive_coding_there_is_no_verdict() -> None:
    assert scan_is_whole(jpeg(textured(), progressive=True)) is None


@pytest.mark.parametrize("syntax", [films.JPEG_FIRST, films.JPEG_LOSSLESS, films.JPEG_12])
@pytest.mark.parametrize("how", ["zeros", "cut", "gap"])
def test_files_and_dicom_with_a_damaged_stream_are_refused_in_words(syntax: str, how: str) -> None:
    stream = films.encoded(DEEP, syntax)
    assert outcome(stream) == outcome(films.dicom(DEEP, syntax)) == "silent"
    broken = damaged(stream, how, random.Random(4))
    assert outcome(broken) == Fault.DAMAGED
    inside = films.dicom(DEEP, syntax, PixelData=encapsulate([broken]))
    assert outcome(inside) in (Fault.DAMAGED, Fault.INCOMPLETE)


def test_the_guarded_child_counts_too() -> None:
    stream = films.encoded(DEEP, films.JPEG_FIRST)
    assert open_film(stream, "f").pixels.shape == decode_film(stream, "f").pixels.shape == DEEP.shape
