"""Zips in memory: limits hold whatever the zip says about itself, and one bad member does not spoil the rest."""

import io
import struct
import zipfile

import numpy as np
import pytest

from core.radiograph import Fault, FilmError, expand, limits
from core.radiograph.zip_files import Member, list_members
from tests.core.radiograph import films

PNG = films.picture(films.grey8())


def blank_bmp(side: int) -> bytes:
    """A white picture, which packs some 900 to 1."""
    return films.picture(np.full((side, side), 255, np.uint8), "BMP")


def opened(data: bytes) -> tuple[list[str], list[str]]:
    """Names of the members that can be read, and the codes of all that is left out."""
    entries, errors = expand([("films.zip", data)])
    names, codes = [], [error.code for error in errors]
    for entry in entries:
        try:
            assert entry.data
            names.append(entry.name)
        except FilmError as error:
            codes.append(error.code)
    return names, codes


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


def test_a_member_that_expands_too_far_is_left_out_and_its_neighbours_read() -> None:
    data = films.zipped({"splash.bmp": blank_bmp(2000), "cache.dat": b"\0" * 20_000_000, "b.png": PNG})
    assert opened(data) == (["b.png"], [Fault.FILE_TYPE, Fault.ARCHIVE_SIZE])


def test_a_small_well_packed_picture_is_no_bomb() -> None:
    assert opened(films.zipped({"a.bmp": blank_bmp(700)}))[0] == ["a.bmp"]


def test_a_lying_size_is_found_while_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(films.zipped({"a.bmp": blank_bmp(3000)}))
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    names, errors = opened(bytes(data))
    assert names == [] and errors[0] in (Fault.ARCHIVE, Fault.ARCHIVE_SIZE)


def in_process(data: bytes) -> list[Member]:
    return list_members(data, "films.zip", b"salt")


def test_the_total_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    big = films.picture(films.grey(16, 200, 200))
    data = films.zipped({f"{k}.png": big for k in range(3)}, zipfile.ZIP_STORED)
    assert len(in_process(data)) == 3 and len(big) > 8192
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 3 * len(big) - 1)
    with pytest.raises(FilmError) as caught:
        in_process(data)
    assert caught.value.code == Fault.ARCHIVE_SIZE


def test_the_number_of_films_is_limited_and_other_files_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ARCHIVE_ENTRIES", 3)
    film = films.dicom(films.grey(12))
    viewer = {f"VIEWER/{k}.class": b"\xca\xfe" for k in range(600)} | {f"VIEWER/{k}.png": PNG for k in range(20)}
    assert len(PNG) < 8192
    assert len(in_process(films.zipped(viewer | {f"IM{k}": film for k in range(3)}))) == 623
    with pytest.raises(FilmError) as caught:
        in_process(films.zipped({f"IM{k}": film for k in range(4)}))
    assert caught.value.code == Fault.ARCHIVE_SIZE
    with pytest.raises(FilmError) as caught:
        in_process(films.zipped({f"__MACOSX/{k}": b"x" for k in range(10_001)}))
    assert caught.value.code == Fault.ARCHIVE_SIZE


def test_a_large_member_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    stored = films.zipped({"a.png": PNG + bytes(2000), "b.png": PNG[:900]}, zipfile.ZIP_STORED)
    assert [(m.path, m.code) for m in in_process(stored)] == [("a.png", Fault.FILE_SIZE), ("b.png", "")]


def test_an_empty_archive_is_named() -> None:
    assert opened(films.zipped({})) == ([], [Fault.ARCHIVE])
    assert opened(films.zipped({".DS_Store": b""})) == ([], [Fault.ARCHIVE])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_archive_is_damaged(share: float) -> None:
    data = films.zipped({"a.png": PNG, "b.png": PNG})
    assert opened(data[: int(len(data) * share)]) == ([], [Fault.ARCHIVE])


def test_a_damaged_member_does_not_spoil_its_neighbour() -> None:
    data = bytearray(films.zipped({"a.png": PNG, "b.png": PNG}, zipfile.ZIP_STORED))
    data[data.find(PNG) + 300] ^= 0xFF
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
    assert opened(data) == ([], [Fault.HIDDEN_CONTENT])


class _Pipe(io.RawIOBase):
    """A stream that cannot seek: the zip module writes sizes behind each member."""

    def __init__(self) -> None:
        self.out = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self.out.write(data)  # type: ignore[arg-type]


def test_a_zip64_from_a_pipe_is_read() -> None:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive, archive.open("a.png", "w", force_zip64=True) as member:
        member.write(PNG)
    data = pipe.out.getvalue()
    # The end records of Zip64, as `zip -fz` writes them for any size.
    end = data.rfind(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", data, end + 10)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    whole = data[:end] + record + locator + data[end:]
    assert opened(whole) == (["a.png"], [])
    lying = record[:40] + struct.pack("<Q", 2**40) + record[48:]
    assert opened(data[:end] + lying + locator + data[end:]) == ([], [Fault.ARCHIVE_SIZE])


def test_folders_with_back_slashes_are_folders() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (("Export\\", b""), ("Export\\Study\\", b""), ("Export\\Study\\LH.png", PNG)):
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            archive.writestr(info, data)
    entries, errors = expand([("z.zip", out.getvalue())])
    assert [(entry.folder, entry.name) for entry in entries] == [("z/Export/Study", "LH.png")] and errors == []


def test_the_server_never_holds_what_a_zip_inflates_to() -> None:
    psutil = pytest.importorskip("psutil")
    noise = np.random.default_rng(0).integers(0, 3, (2000, 2000), np.uint8)  # packs some 5 to 1
    data = films.zipped({f"{k}.bmp": films.picture(noise, "BMP") for k in range(60)})
    expand([("warm.zip", films.zipped({"a.png": PNG}))])
    before = psutil.Process().memory_info().rss
    entries, _ = expand([("films.zip", data)])
    assert len(entries) == 60 and psutil.Process().memory_info().rss - before < 40e6
