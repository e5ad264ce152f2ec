"""Messages between the guard and its child: a header as JSON and bytes behind it."""

import json
import struct
from typing import IO, Any

import numpy as np

from core.radiograph.film import FilmNote, NoteKind, Radiograph
from core.svh import Limb, Side

_HEADER_BYTES = 1_000_000  # no honest header is longer


def send(pipe: IO[bytes], header: dict[str, Any], body: bytes | memoryview = b"") -> None:
    """Write one message: length of the header, header as JSON, body (its length stands in the header as `size`)."""
    text = json.dumps(header | {"size": len(body)}).encode()
    pipe.write(struct.pack("<I", len(text)) + text)
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes], most: int) -> tuple[dict[str, Any], bytearray]:
    """Read one message whose body has at most `most` bytes.

    Raises: EOFError if the other end is gone, ValueError if the message makes no sense.
    """
    (length,) = struct.unpack("<I", _exactly(pipe, 4))
    if length > _HEADER_BYTES:
        raise ValueError("a header this long is not ours")
    header = json.loads(_exactly(pipe, length))
    if not isinstance(header, dict) or not isinstance(header.get("size"), int) or not 0 <= header["size"] <= most:
        raise ValueError("the header makes no sense")
    return header, _exactly(pipe, header["size"])


def _exactly(pipe: IO[bytes], count: int) -> bytearray:
    out = bytearray(count)
    view, at = memoryview(out), 0
    while at < count:
        got = pipe.readinto(view[at : at + 2**20])  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        at += got
    return out


def received_film(header: dict[str, Any], body: bytearray) -> Radiograph:
    """The film that a header and its pixels describe."""
    spacing = header["spacing_mm"]
    return Radiograph(
        pixels=np.frombuffer(body, np.float32).reshape(int(header["height"]), int(header["width"])),
        name=str(header["name"]),
        sha256=str(header["sha256"]),
        spacing_mm=None if spacing is None else float(spacing),
        limb_tag=Limb(header["limb_tag"]) if header["limb_tag"] else None,
        side_tag=Side(header["side_tag"]) if header["side_tag"] else None,
        limb_name=Limb(header["limb_name"]) if header["limb_name"] else None,
        side_name=Side(header["side_name"]) if header["side_name"] else None,
        patient=None if header["patient"] is None else str(header["patient"]),
        notes=tuple(FilmNote(NoteKind(kind), str(text)) for kind, text in header["notes"]),
    )
