"""Whatever the bytes are, a Radiograph or a FilmError comes out, and the same bytes give the same film."""

import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.radiograph import Fault, FilmError, decode_film, limits
from tests.core.radiograph import films

QUICK = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SOUND = {
    "plain": films.dicom(films.grey(12), WindowCenter=2048, WindowWidth=4096),
    "deflated": films.dicom(films.grey(12), "1.2.840.10008.1.2.1.99"),
    "rle": films.dicom(films.grey(12), "1.2.840.10008.1.2.5"),
    "jpeg": films.dicom(films.grey8(), films.JPEG, 8),
    "jpeg-ls": films.dicom(films.grey(12), films.JPEG_LS),
    "jpeg-2000": films.dicom(films.grey(12), films.J2K),
    "png": films.picture(films.grey8()),
    "png-16": films.picture(films.grey(16)),
    "jpeg-file": films.picture(films.grey8(), "JPEG"),
    "tiff": films.picture(films.grey(16), "TIFF"),
}
HEADS = [b"", b"\0" * 128 + b"DICM", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"\x08\0\x05\0CS"]


def check(data: bytes) -> None:
    """The one promise."""
    try:
        film = decode_film(data, "film")
    except FilmError as error:
        assert error.code in set(Fault)
        assert str(error).startswith("film: ") and str(error).endswith(".")
    else:
        assert np.isfinite(film.pixels).all() and film.pixels.min() >= 0 and film.pixels.max() <= 1


@given(head=st.sampled_from(HEADS), body=st.binary(max_size=600))
@QUICK
def test_random_bytes_raise_only_film_errors(head: bytes, body: bytes) -> None:
    check(head + body)


@given(kind=st.sampled_from(sorted(SOUND)), share=st.floats(0, 1))
@QUICK
def test_cut_films_raise_only_film_errors(kind: str, share: float) -> None:
    check(SOUND[kind][: int(len(SOUND[kind]) * share)])


@given(
    kind=st.sampled_from(sorted(SOUND)), seed=st.integers(0, 2**32 - 1), count=st.integers(1, 20), head=st.booleans()
)
@settings(QUICK, max_examples=400)
def test_flipped_bytes_raise_only_film_errors(kind: str, seed: int, count: int, head: bool) -> None:
    data = bytearray(SOUND[kind])
    draw = np.random.default_rng(seed)
    for at in draw.integers(0, min(len(data), 1500) if head else len(data), count):
        data[at] = draw.integers(256)
    check(bytes(data))


@pytest.mark.parametrize("kind", sorted(SOUND))
def test_the_same_bytes_give_the_same_film(kind: str) -> None:
    first, second = (decode_film(SOUND[kind], "UAB003-LH.png") for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.sha256 == second.sha256 == hashlib.sha256(SOUND[kind]).hexdigest()
    assert first.patient == "UAB003" and first.limb_name is not None and first.side_name == "L"
    with pytest.raises(ValueError):
        first.pixels[0, 0] = 1


def test_an_empty_and_a_huge_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FilmError, match="empty") as caught:
        decode_film(b"", "x.dcm")
    assert caught.value.code == Fault.EMPTY
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    with pytest.raises(FilmError, match="larger") as caught:
        decode_film(b"x" * 101, "x.dcm")
    assert caught.value.code == Fault.FILE_SIZE


def test_memory_and_any_other_accident_become_film_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    for accident, code in (
        (MemoryError, Fault.MEMORY),
        (RecursionError, Fault.DAMAGED),
        (StopIteration, Fault.DAMAGED),
    ):

        def fail(*_: object, accident: type[Exception] = accident) -> None:
            raise accident

        monkeypatch.setattr("core.radiograph.decode.read_picture", fail)
        with pytest.raises(FilmError) as caught:
            decode_film(SOUND["png"], "f")
        assert caught.value.code == code
