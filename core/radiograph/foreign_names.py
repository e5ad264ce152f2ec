"""Names in folders and archives of other people: their parts, their order, their alphabet, and what is never a film."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from zipfile import ZipInfo

_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db", "icon\r", "$recycle.bin"})
_UTF_8_FLAG, _UNICODE_PATH = 0x800, 0x7075
# Two-byte alphabets with the lead bytes of their everyday characters (JIS level 1 and kana, Big5 level 1, GB 2312 level
# 1, hangul).
_WIDE = {
    "cp932": ((0x82, 0x83), (0x88, 0x98)),
    "big5": ((0xA4, 0xC6),),
    "gbk": ((0xB0, 0xD7),),
    "cp949": ((0xB0, 0xC8),),
}
_NARROW = ("cp1252", "cp1250", "cp850", "cp1251", "cp866")
_DOS = "cp437"  # what APPNOTE.TXT (appendix D) says where nothing is said


def parts(path: str) -> list[str]:
    """Parts of a foreign path without what points elsewhere."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def junk(path_parts: Sequence[str]) -> bool:
    """Whether a file is hidden or of the operating system."""
    return any(part.startswith(".") or part.lower() in _JUNK for part in path_parts)


def order(text: str) -> list[tuple[int, str]]:
    """Natural order: film2 before film10."""
    pieces = re.split("([0-9]+)", unicodedata.normalize("NFC", text).casefold())
    return [(len(p.lstrip("0")) if k % 2 else 0, p.lstrip("0") if k % 2 else p) for k, p in enumerate(pieces)]


def archive_paths(infos: Sequence[ZipInfo]) -> list[str]:
    """Path of each member of a zip in the alphabet of the one who packed it."""
    raw = [None if info.flag_bits & _UTF_8_FLAG else info.orig_filename.encode(_DOS) for info in infos]
    alphabet = guess_alphabet(name for name in raw if name is not None)
    out = []
    for info, name in zip(infos, raw, strict=True):
        path = info.orig_filename if name is None else _unicode_path(info, name) or name.decode(alphabet, "replace")
        out.append(path.split("\0")[0])
    return out


def _unicode_path(info: ZipInfo, name: bytes) -> str | None:
    """The UTF-8 name that Info-ZIP and WinZip put beside another one (APPNOTE.TXT 4.6.9)."""
    at, extra = 0, info.extra
    while at + 4 <= len(extra):
        kind, size = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        body = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and body[:1] == b"\1" and int.from_bytes(body[1:5], "little") == zlib.crc32(name):
            try:
                return body[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
        at += 4 + size
    return None


def guess_alphabet(names: Iterable[bytes]) -> str:
    """The encoding of names that do not say theirs: UTF-8, or the one in which they are made of everyday letters."""
    foreign = [name for name in names if not name.isascii()]
    if not foreign:
        return _DOS
    whole = b"/".join(foreign)
    if _decodes(whole, "utf-8"):
        return "utf-8"
    shares = {encoding: _wide_share(whole, encoding) for encoding in _WIDE}
    shares |= {encoding: _narrow_share(whole, encoding) for encoding in _NARROW}
    if shares["cp949"] == shares["gbk"] == 1.0 and len(whole) < 16:
        shares["cp949"] = 0.0  # too short to tell hangul from hanzi
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] >= 0.5 else _DOS


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wide_share(data: bytes, encoding: str) -> float:
    """How many of the characters outside ASCII are everyday ones of a two-byte alphabet.

    0 if the bytes are no such text.
    """
    if not _decodes(data, encoding):
        return 0.0
    foreign = [char for char in data.decode(encoding) if not char.isascii()]
    leads = [char.encode(encoding)[0] if len(char.encode(encoding)) == 2 else 0 for char in foreign]
    return sum(any(low <= lead <= high for low, high in _WIDE[encoding]) for lead in leads) / len(foreign)


def _narrow_share(data: bytes, encoding: str) -> float:
    """How many of the characters outside ASCII are letters of a one-byte alphabet as its languages use them."""
    if not _decodes(data, encoding):
        return 0.0
    text = data.decode(encoding)
    foreign = [char for char in text if not char.isascii()]
    cyrillic = encoding in ("cp1251", "cp866")
    good = sum(("\u0400" <= char <= "\u045f") if cyrillic else ("\u00c0" <= char <= "\u017e") for char in foreign)
    words = [word for word in re.findall(r"\w+", text) if not word.isascii()]
    dense = sum(sum(not char.isascii() for char in word) > 0.6 * len(word) for word in words)
    share = good / len(foreign)
    if (
        words and (dense > 0.5 * len(words)) != cyrillic
    ):  # Latin words have a few such letters, Cyrillic ones have no other
        share *= 0.5
    lower = sum(char.islower() for char in foreign) / len(foreign)
    return share * (0.8 + 0.2 * lower)
