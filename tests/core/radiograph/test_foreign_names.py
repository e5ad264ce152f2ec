"""Names in zips come out as they stood on the sender's disc."""

import zipfile
import zlib

import pytest

from core.radiograph.foreign_names import archive_paths, guess_alphabet


@pytest.mark.parametrize(
    ("alphabet", "name"),
    [
        ("cp932", "田中ソ/左手表.dcm"), ("cp932", "レントゲン/ひだり.dcm"), ("cp932", "佐藤太郎/足.jpg"),
        ("big5", "陳大文/左手功.dcm"),
        ("big5", "王小明/右足.jpg"), ("gbk", "张伟/左手.dcm"), ("utf-8", "Müller/Fuß.dcm"), ("utf-8", "田中/左手.dcm"),
        ("cp1252", "Müller/Fuß_links.dcm"), ("cp1252", "François/pied gauche.dcm"), ("cp1252", "Ångström/hånd.dcm"),
        ("cp1250", "Łukasz/ręka.dcm"), ("cp1251", "Иванов/рука.dcm"), ("cp866", "Иванов/рука.dcm"),
        ("cp850", "Müller/Füße.dcm"),
    ],
)  # fmt: skip
def test_the_alphabet_of_names_is_found(alphabet: str, name: str) -> None:
    raw = name.encode(alphabet)
    assert raw.decode(guess_alphabet([b"DICOMDIR", raw])) == name


def info(raw: bytes, flag: int = 0, extra: bytes = b"") -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("x")
    made.orig_filename = raw.decode("utf-8" if flag else "cp437")
    made.flag_bits, made.extra = flag, extra
    return made


def test_a_flag_and_the_unicode_field_count_before_any_guess() -> None:
    shown = "Łódź/左手.dcm"
    raw = b"d/s.dcm\xff"
    body = b"\1" + zlib.crc32(raw).to_bytes(4, "little") + shown.encode()
    field = (0x7075).to_bytes(2, "little") + len(body).to_bytes(2, "little") + body
    assert archive_paths([info(shown.encode(), 0x800), info(raw, extra=field)]) == [shown, shown]
    stale = (0x7075).to_bytes(2, "little") + len(body).to_bytes(2, "little") + b"\1\0\0\0\0" + body[5:]
    assert archive_paths([info(raw, extra=stale)])[0] != shown


def test_a_back_slash_within_a_two_byte_letter_is_no_folder() -> None:
    raw = "ソ表能/左.dcm".encode("cp932")
    assert b"\\" in raw
    assert archive_paths([info(raw)]) == ["ソ表能/左.dcm"]
