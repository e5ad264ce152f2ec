"""DICOM headers: what is no film is refused in words, bombs before they cost anything, identity never taken in."""

import logging
import zlib

import pytest
from pydicom.dataset import Dataset

from core.radiograph import Fault, FilmError, decode_film, limits
from core.radiograph.dicom_file import read_dicom
from tests.core.radiograph import films


def code_of(data: bytes) -> str:
    with pytest.raises(FilmError) as caught:
        decode_film(data, "film.dcm")
    return caught.value.code


@pytest.mark.parametrize(
    ("sop_class", "word"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.11", "report"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "document"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "segmentation"),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", "waveform"),
        ("1.2.840.10008.1.3.10", "DICOMDIR"),
    ],
)
def test_other_objects_are_named(sop_class: str, word: str) -> None:
    with pytest.raises(FilmError, match=word) as caught:
        decode_film(films.dicom(films.grey(12), SOPClassUID=sop_class), "f")
    assert caught.value.code == Fault.NOT_A_PICTURE


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "SR", "B X"])
def test_other_modalities_are_refused(modality: str) -> None:
    assert code_of(films.dicom(films.grey(12), Modality=modality)) == Fault.MODALITY


@pytest.mark.parametrize("modality", ["CR", "DX", "OT", ""])
def test_film_modalities_are_read(modality: str) -> None:
    assert decode_film(films.dicom(films.grey(12), Modality=modality), "f").width_px == films.WIDTH


def test_a_file_without_preamble_is_read() -> None:
    data = films.dicom(films.grey(12))
    assert decode_film(data[132:], "f").height_px == films.HEIGHT


def test_a_header_without_picture_is_incomplete() -> None:
    assert code_of(films.dicom(films.grey(12), PixelData=None)) == Fault.INCOMPLETE


@pytest.mark.parametrize(
    "preamble", [b"MZ", b"\x7fELF", b"#!/bin/sh", b"<html>", b'{"a":1}', b"PK\x03\x04", b"%PDF-1.7"]
)
def test_a_preamble_with_something_else_is_refused(preamble: bytes) -> None:
    data = films.dicom(films.grey(12))
    assert code_of(preamble.ljust(128, b"\0") + data[128:]) == Fault.HIDDEN_CONTENT


def test_a_tiff_preamble_is_legal() -> None:
    data = films.dicom(films.grey(12))
    assert decode_film(b"II*\0".ljust(128, b"\0") + data[128:], "f").height_px == films.HEIGHT


def test_bytes_behind_the_picture_are_ignored_and_said() -> None:
    film = decode_film(films.dicom(films.grey(12)) + b"\0" * 500, "f")
    assert any("More bytes" in note.text for note in film.notes)


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102", "1.2.3.4.5", "1.2.840.10008.1.2.4.110"]
)
def test_videos_and_unknown_compressions_are_refused(syntax: str) -> None:
    data = films.dicom(films.grey(12), films.J2K_LOSSLESS)
    old = films.J2K_LOSSLESS.encode() + b"\0" * (len(films.J2K_LOSSLESS) % 2)
    new = syntax.encode()[: len(old)].ljust(len(old), b"\0")
    assert code_of(data.replace(old, new, 1)) == Fault.COMPRESSION


def test_a_deflated_bomb_is_refused_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INFLATED_BYTES", 2**20)
    data = films.dicom(films.grey(12), "1.2.840.10008.1.2.1.99")
    body = zlib.compressobj(wbits=-15)
    meta_end = data.rfind(b"1.2.840.10008.1.2.1.99") + 22
    assert code_of(data[:meta_end] + body.compress(b"\0" * 2**22) + body.flush()) in (Fault.FILE_SIZE, Fault.DAMAGED)


def test_deep_nesting_is_refused() -> None:
    inner = Dataset()
    for _ in range(200):
        outer = Dataset()
        outer.ModalityLUTSequence = [inner]
        inner = outer
    assert code_of(films.dicom(films.grey(12), ModalityLUTSequence=inner.ModalityLUTSequence)) == Fault.DAMAGED


def test_identity_is_never_taken_in(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    data = films.dicom(films.grey(12), **films.IDENTITY)
    file, film = read_dicom(data, "film.dcm"), decode_film(data, "film.dcm")
    told = repr(film) + str(film) + " ".join(map(str, film.notes)) + str(file.attributes) + caplog.text
    for value in films.IDENTITY.values():
        assert value not in told
    assert film.patient is None


def test_an_error_never_quotes_identity(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    data = films.dicom(films.grey(12), Modality="CT", **films.IDENTITY)
    for broken in (data, data[: len(data) // 2], data.replace(b"19501231", b"notadate")):
        with pytest.raises(FilmError) as caught:
            decode_film(broken, "film.dcm")
        told = repr(caught.value) + str(caught.value) + caplog.text
        assert not any(value in told for value in films.IDENTITY.values())
        assert caught.value.__cause__ is None
