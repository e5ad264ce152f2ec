"""Whether the coded data of a JPEG scan is as long as the picture needs.

Lossless JPEG and JPEG of 12 bits are decoded without any warning where their data is damaged. Here the code words of a
scan are counted: damage makes the code invalid, or leaves too few bits or too many for the picture. Sequential Huffman
coding alone is counted (ISO 10918-1, F.2 and H.2); for progressive and arithmetic coding there is no verdict.
"""

import re
import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_SEQUENTIAL, _LOSSLESS = (0xC0, 0xC1), (0xC3,)
_SPARE_BITS = 16  # behind the last code word: some writers fill a byte or two
_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
_RESTART = re.compile(rb"\xff+[\xd0-\xd7]")
Table = NDArray[np.int32]


@dataclass
class _Headers:
    """What stands before a scan: the frame, its components (id, across, down), tables by class and number, restarts."""

    lossless: bool = False
    width: int = 0
    height: int = 0
    components: dict[int, tuple[int, int]] = field(default_factory=dict)
    tables: dict[int, Table] = field(default_factory=dict)
    restart: int = 0


def scan_is_whole(data: bytes) -> bool | None:
    """Whether every scan of a JPEG stream holds what its picture needs; None where that cannot be told."""
    headers, at, scans = _Headers(), 2, 0
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker in (0xFF, 0x01):
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            break
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + length
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if marker not in (*_SEQUENTIAL, *_LOSSLESS):
                return None
            headers.lossless = marker in _LOSSLESS
            _, headers.height, headers.width, count = struct.unpack_from(">BHHB", body)
            parts = [body[6 + 3 * n : 9 + 3 * n] for n in range(count)]
            headers.components = {part[0]: (part[1] >> 4, part[1] & 15) for part in parts}
        elif marker == 0xC4:
            _read_tables(body, headers.tables)
        elif marker == 0xDD:
            headers.restart = int.from_bytes(body[:2], "big")
        elif marker == 0xDA:
            found = _MARKER.search(data, at)
            if found is None:
                return False  # the end is lacking
            if not _one_scan(data[at : found.start()], body, headers):
                return False
            at, scans = found.start(), scans + 1
    else:
        return False
    return scans > 0


def _read_tables(body: bytes, tables: dict[int, Table]) -> None:
    """Huffman tables as look-ups by the next 16 bits: length * 256 + symbol, 0 where there is no such code."""
    at = 0
    while at + 17 <= len(body):
        which, counts = body[at], body[at + 1 : at + 17]
        symbols = body[at + 17 : at + 17 + sum(counts)]
        table, code, n = np.zeros(1 << 16, np.int32), 0, 0
        for bits, count in enumerate(counts, start=1):
            for _ in range(count):
                table[code << (16 - bits) : (code + 1) << (16 - bits)] = bits * 256 + symbols[n]
                code, n = code + 1, n + 1
            code <<= 1
        tables[which], at = table, at + 17 + sum(counts)


def _one_scan(coded: bytes, header: bytes, of: _Headers) -> bool:
    chosen = [(header[1 + 2 * n], header[2 + 2 * n]) for n in range(header[0])]
    unit = 1 if of.lossless else 8
    across, down = (max(part[n] for part in of.components.values()) for n in (0, 1))
    if len(chosen) == 1:
        own = of.components[chosen[0][0]]
        wide, high = -(-of.width * own[0] // across), -(-of.height * own[1] // down)
        blocks, groups = [1], -(-wide // unit) * -(-high // unit)
    else:
        blocks = [of.components[which][0] * of.components[which][1] for which, _ in chosen]
        groups = -(-of.width // (unit * across)) * -(-of.height // (unit * down))
    first = np.stack([of.tables[pair >> 4] for (_, pair), n in zip(chosen, blocks, strict=True) for _ in range(n)])
    rest = first if of.lossless else np.stack(
        [of.tables[16 + (pair & 15)] for (_, pair), n in zip(chosen, blocks, strict=True) for _ in range(n)]
    )  # fmt: skip
    pieces = _RESTART.split(coded)
    step = of.restart or groups
    if len(pieces) != max(1, -(-groups // step)):
        return False
    from core.radiograph.code_words import bits_needed  # compiled, so only where it is needed

    for n, piece in enumerate(pieces):
        plain = piece.replace(b"\xff\x00", b"\xff")
        padded = np.frombuffer(plain + bytes(8), np.uint8)
        used = bits_needed(padded, 8 * len(plain), min(step, groups - n * step), first, rest, of.lossless)
        if used < 0 or 8 * len(plain) - used >= _SPARE_BITS:
            return False
    return True
