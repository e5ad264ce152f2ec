"""Zips in memory: limits hold whatever the zip says about itself, and one bad member does not spoil the rest."""

import io
import struct
import zipfile

import pytest

from core.radiograph import Fault, expand, limits
from tests.core.radiograph import films

PNG = films.picture(films.grey8())


def opened(data: bytes) -> tuple[list[str], list[str]]:
    entries, errors = expand([("films.zip", data)])
    return [entry.name for entry in entries], [error.code for error in errors]


def test_an_archive_in_an_archive_is_refused_and_its_neighbour_read() -> None:
    assert opened(films.zipped({"inner.dat": films.zipped({"a.png": PNG}), "b.png": PNG})) == (
        ["b.png"],
        [Fault.NESTED],
    )


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(films.zipped({"a.png": PNG, "b.png": PNG}))
    data[data.find(b"PK\x03\x04") + 6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert opened(bytes(data)) == (["b.png"], [Fault.ENCRYPTED])


def test_a_bomb_by_ratio_is_refused() -> None:
    assert opened(films.zipped({"a.dcm": b"\0" * 20_000_000, "b.png": PNG})) == ([], [Fault.ARCHIVE_SIZE])


def test_a_small_well_packed_film_is_no_bomb() -> None:
    assert opened(films.zipped({"a.dcm": b"\0" * 500_000}))[0] == ["a.dcm"]


def test_a_lying_size_is_found_while_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(films.zipped({"a.dcm": b"\0" * 20_000_000}))
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    entries, errors = opened(bytes(data))
    assert entries == [] and errors[0] in (Fault.ARCHIVE, Fault.ARCHIVE_SIZE)


def test_the_total_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 3 * len(PNG) - 1)
    assert opened(films.zipped({f"{k}.png": PNG for k in range(3)}, zipfile.ZIP_STORED)) == ([], [Fault.ARCHIVE_SIZE])


def test_the_number_of_files_is_limited() -> None:
    assert opened(films.zipped({f"{k}.png": b"x" for k in range(500)}))[1] == []
    assert opened(films.zipped({f"{k}.png": b"x" for k in range(501)})) == ([], [Fault.ARCHIVE_SIZE])
    assert opened(films.zipped({f"__MACOSX/{k}": b"x" for k in range(10_001)})) == ([], [Fault.ARCHIVE_SIZE])


def test_a_large_member_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    stored = films.zipped({"a.png": b"x" * 2000, "b.png": b"y"}, zipfile.ZIP_STORED)
    assert opened(stored) == (["b.png"], [Fault.FILE_SIZE])


def test_an_empty_archive_is_named() -> None:
    assert opened(films.zipped({})) == ([], [Fault.ARCHIVE])
    assert opened(films.zipped({".DS_Store": b""})) == ([], [Fault.ARCHIVE])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_archive_is_damaged(share: float) -> None:
    data = films.zipped({"a.png": PNG, "b.png": PNG})
    assert opened(data[: int(len(data) * share)]) == ([], [Fault.ARCHIVE])


def test_a_damaged_member_does_not_spoil_its_neighbour() -> None:
    data = bytearray(films.zipped({"a.png": PNG, "b.png": PNG}, zipfile.ZIP_STORED))
    data[data.find(PNG) + 200] ^= 0xFF
    assert opened(bytes(data)) == (["b.png"], [Fault.ARCHIVE])


def test_the_same_name_twice_is_two_entries() -> None:
    out = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", PNG)
        archive.writestr("a.png", PNG + b"\0")
    entries, _ = expand([("z.zip", out.getvalue())])
    assert [(entry.name, len(entry.data)) for entry in entries] == [("a.png", len(PNG)), ("a.png", len(PNG) + 1)]


def test_a_dicom_with_a_zip_in_its_preamble_is_no_archive() -> None:
    data = b"PK\x03\x04".ljust(128, b"\0") + films.dicom(films.grey(12))[128:]
    assert opened(data) == (["films.zip"], [])
