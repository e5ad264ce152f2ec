"""Whether the strips or tiles of a TIFF hold what its header promises: readers fill what is lacking without a word."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import imagecodecs

from core.radiograph.film import Fault, FilmError, FilmNote
from core.radiograph.jpeg_damage import check_scan

_BITS, _COMPRESSION, _SAMPLES, _ROWS_A_STRIP, _PLANAR, _JPEG_TABLES = 258, 259, 277, 278, 284, 347
_STRIPS, _TILES = (273, 279), (324, 325)  # where they begin, how long they are
_TILE_WIDE, _TILE_HIGH = 322, 323
_RAW, _LZW, _JPEG, _DEFLATE, _OLD_DEFLATE, _PACKBITS = 1, 5, 7, 8, 32946, 32773
_DECODERS = {_LZW: imagecodecs.lzw_decode, _PACKBITS: imagecodecs.packbits_decode}


def check_strips(tags: Mapping[int, Any], width: int, height: int, data: bytes, name: str) -> tuple[FilmNote, ...]:
    """Notes on the page of a TIFF whose `tags` these are; `data` is the file.

    Raises: FilmError if a strip or tile is not all there, or what it holds is not as much as its rows need.
    """
    begins, lengths = _STRIPS if _STRIPS[0] in tags else _TILES
    if begins not in tags or lengths not in tags:
        return ()  # the reader that decodes it decides
    compression = int(tags.get(_COMPRESSION, _RAW))
    notes: list[FilmNote] = []
    for begin, length, need in zip(_all(tags[begins]), _all(tags[lengths]), _needed(tags, width, height), strict=False):
        piece = data[begin : begin + length]
        if len(piece) < length or (compression == _RAW and length < need):
            words = "is incomplete: its last rows are lacking. Send the file again."
            raise FilmError(Fault.INCOMPLETE, f"the picture {words}", name)
        if compression == _JPEG:
            tables = bytes(tags.get(_JPEG_TABLES, b""))
            notes += check_scan(tables[:-2] + piece[2:] if tables else piece, name)
        elif not _whole(piece, compression, need):
            words = "is damaged inside: a part of its rows cannot be unpacked. Send the file again."
            raise FilmError(Fault.DAMAGED, f"the picture {words}", name)
    return tuple(dict.fromkeys(notes))


def _all(value: Any) -> Sequence[int]:
    return tuple(int(v) for v in value) if isinstance(value, tuple | list) else (int(value),)


def _needed(tags: Mapping[int, Any], width: int, height: int) -> list[int]:
    """Bytes of each strip or tile once it is unpacked."""
    bits, samples = _all(tags.get(_BITS, 1))[0], int(tags.get(_SAMPLES, 1))
    planes = samples if int(tags.get(_PLANAR, 1)) == 2 else 1
    across = bits * samples // planes
    if _STRIPS[0] in tags:
        rows = min(height, int(tags.get(_ROWS_A_STRIP, height)) or height)
        strips = [min(rows, height - at) for at in range(0, height, rows)]
        return [high * (-(-width * across // 8)) for high in strips] * planes
    wide, high = int(tags[_TILE_WIDE]), int(tags[_TILE_HIGH])
    return [high * (-(-wide * across // 8))] * (-(-width // wide) * -(-height // high) * planes)


def _whole(piece: bytes, compression: int, need: int) -> bool:
    if compression in (_DEFLATE, _OLD_DEFLATE):
        unpack = zlib.decompressobj()
        try:  # up to four times: some writers pack the last strip with rows behind the picture
            out = unpack.decompress(piece, 4 * need + 1024)
        except zlib.error:
            return False
        return unpack.eof and len(out) >= need
    if compression in _DECODERS:
        try:
            return len(_DECODERS[compression](piece)) >= need
        except Exception:  # the decoders raise what they like
            return False
    return True
