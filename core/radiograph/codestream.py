"""Sizes in the headers of JPEG, JPEG-LS and JPEG 2000 streams, read before anything is decoded."""

import struct
from dataclasses import dataclass

_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}  # SOF0-15 and JPEG-LS
_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class StreamSize:
    """What a compressed stream says about itself."""

    width: int
    height: int
    bits: int
    samples: int
    signed: bool = False
    lossless: bool = False
    near_lossless: bool = False  # JPEG-LS, which may still be exact


def stream_kind(data: bytes) -> str | None:
    """JPEG, JPEG-LS or JPEG 2000 by the first bytes of a stream; None if it is none of them."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG-LS" if (data.find(b"\xff\xf7", 0, 4096) > 0 and _is_ls(data)) else "JPEG"
    if data.startswith((b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")):
        return "JPEG 2000"
    return None


def _is_ls(data: bytes) -> bool:
    frame = jpeg_frame(data)
    return frame is not None and frame.near_lossless


def jpeg_frame(data: bytes) -> StreamSize | None:
    """Size in the frame header of a JPEG or JPEG-LS stream; None if there is none (ISO 10918-1, B.2.2)."""
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in _NO_LENGTH:
            at += 2
            continue
        if marker in _FRAME_MARKERS:
            bits, height, width, samples = struct.unpack_from(">BHHB", data, at + 4)
            return StreamSize(
                width, height, bits, samples, False, marker in _LOSSLESS or marker == 0xF7, marker == 0xF7
            )
        if marker == 0xDA:
            return None
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None


def jpeg2000_size(data: bytes) -> StreamSize | None:
    """Size in the SIZ segment of a JPEG 2000 codestream, bare or in JP2 boxes (ISO 15444-1, A.5.1)."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or len(data) < at + 46:
        return None
    x1, y1, x0, y0 = struct.unpack_from(">4L", data, at + 8)
    samples = int.from_bytes(data[at + 40 : at + 42], "big")
    depth = data[at + 42]
    return StreamSize(x1 - x0, y1 - y0, (depth & 0x7F) + 1, samples, bool(depth & 0x80))


def jpeg2000_is_whole(data: bytes) -> bool:
    """Whether every tile of a JPEG 2000 codestream is there to its end, as the lengths of its parts say.

    A writer may leave out the mark of the end where everything before it is there (ISO 15444-1, A.4).
    """
    start = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start < 0 or len(data) < start + 46:
        return False
    x1, y1, _, _, wide, high, x0, y0 = struct.unpack_from(">8L", data, start + 8)
    if not wide or not high:
        return False
    tiles = -(-(x1 - x0) // wide) * -(-(y1 - y0) // high)
    seen, at = set(), start + 2
    while data[at : at + 2] not in (b"\xff\x90", b""):  # segments of the main header
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    while data[at : at + 2] == b"\xff\x90" and at + 12 <= len(data):
        tile, length = struct.unpack_from(">HL", data, at + 4)
        seen.add(tile)
        if length == 0:  # to the end of the stream, which then has its mark
            return len(seen) == tiles and data.rstrip(b"\0").endswith(b"\xff\xd9")
        at += max(12, length)
    return len(seen) == tiles and at <= len(data)
