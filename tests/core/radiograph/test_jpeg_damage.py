"""Damage inside a JPEG scan is refused or said, in files and in DICOM; sound pictures are not accused."""

import io
import random

import numpy as np
import pytest
from PIL import Image

from core.radiograph import Fault, FilmError, NoteKind, decode_film
from core.radiograph.jpeg_damage import brightness_step
from tests.core.radiograph import films

HIGH, WIDE = 640, 480


def textured(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rough = np.asarray(
        Image.fromarray(rng.normal(0, 12, (80, 60)).astype(np.float32)).resize((WIDE, HIGH), Image.Resampling.BICUBIC)
    )
    return (films.grey(8, HIGH, WIDE) * 0.7 + 30 + rough).clip(0, 255).astype(np.uint8)


def jpeg(values: np.ndarray, **options: object) -> bytes:
    return films.picture(values, "JPEG", quality=90, **options)


def outcome(data: bytes) -> str:
    try:
        film = decode_film(data, "f")
    except FilmError as error:
        return error.code
    return "said" if any(note.kind is NoteKind.DAMAGE for note in film.notes) else "silent"


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 4}])
def test_sound_pictures_are_not_accused(options: dict[str, object]) -> None:
    for seed in range(5):
        assert outcome(jpeg(textured(seed), **options)) == "silent"
    assert outcome(jpeg(textured())[:-2] + b"\0\0\xff\xd9") == "silent"  # padding of the writer


def test_a_run_of_zero_bytes_in_the_scan_is_refused() -> None:
    data = bytearray(jpeg(textured()))
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    assert outcome(bytes(data)) == Fault.DAMAGED


def test_one_wrong_bit_that_changes_much_is_rarely_silent() -> None:
    """A bit in the scan changes nothing to speak of, or the picture.

    Of these at least three in four are refused or said.
    """
    data, rng = jpeg(textured()), random.Random(1)
    sound, scan, found = shown(data), data.rfind(b"\xff\xda") + 14, []
    for _ in range(60):
        broken = bytearray(data)
        broken[rng.randrange(scan, len(data) - 2)] ^= 1 << rng.randrange(8)
        result = outcome(bytes(broken))
        if result != Fault.DAMAGED and np.mean(np.abs(shown(bytes(broken)) - sound) > 4) <= 0.02:
            continue
        found.append(result)
    assert len(found) > 10 and found.count("silent") <= len(found) / 4, found


def test_a_damaged_stream_inside_dicom_is_refused() -> None:
    data = bytearray(films.dicom(textured(), films.JPEG, bits=8))
    at = data.find(b"\xff\xda") + 2000
    data[at : at + 1000] = bytes(1000)
    assert outcome(bytes(data)) == Fault.DAMAGED


@pytest.mark.parametrize("start", [0, 11, 40])
@pytest.mark.parametrize("step", [-25, 6, 25])
def test_a_constant_step_in_scan_order_is_seen_and_an_edge_of_the_film_is_not(start: int, step: int) -> None:
    values = textured().astype(int)
    assert not brightness_step(values.astype(np.uint8), 8, 8)
    damaged = values.copy()
    damaged[240:248, 8 * start :] += step
    damaged[248:] += step
    assert brightness_step(damaged.clip(0, 255).astype(np.uint8), 8, 8)
    collimated = values.copy()
    collimated[:240] = 60  # a plain border that ends where a block does
    assert not brightness_step(collimated.clip(0, 255).astype(np.uint8), 8, 8)
