"""Decoding in a child process: a decoder that crashes, hangs or eats memory takes the child along, not the app.

One warm child decodes one file at a time and is replaced when it dies. Messages are length-prefixed: bytes in, a JSON header
and raw float32 pixels out; nothing that the child sends is unpickled.
"""

import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO

import numpy as np

from core.radiograph import limits
from core.radiograph.decode import check_bytes
from core.radiograph.film import Fault, FilmError, Radiograph
from core.svh import Limb, Side

_ROOT = Path(__file__).parents[2]
_LENGTH = struct.Struct(">Q")
_FIELDS = ("name", "sha256", "spacing_mm", "limb_tag", "side_tag", "limb_name", "side_name", "patient", "notes")


def write_message(stream: BinaryIO, *parts: bytes) -> None:
    """Write parts, each behind its length in 8 bytes."""
    for part in parts:
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def read_message(stream: BinaryIO, most: int) -> bytes:
    """Read one part of at most `most` bytes.

    Raises: EOFError when the stream ends early or announces more.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    size = _LENGTH.unpack(head)[0]
    if size > most:
        raise EOFError
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def film_header(film: Radiograph) -> bytes:
    """Everything of a film but its pixels, as JSON."""
    return json.dumps({"shape": film.pixels.shape, **{f: getattr(film, f) for f in _FIELDS}}).encode()


def _film(header: bytes, pixels: bytes) -> Radiograph:
    row = json.loads(header)
    for key, kind in (("limb_tag", Limb), ("limb_name", Limb), ("side_tag", Side), ("side_name", Side)):
        row[key] = kind(row[key]) if row[key] else None
    height, width = row.pop("shape")
    row["notes"] = tuple(row["notes"])
    return Radiograph(pixels=np.frombuffer(pixels, np.float32).reshape(height, width), **row)


class _Child:
    """The warm child and the thread that waits for its answers."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.radiograph.guard_child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip

    def ask(self, data: bytes, name: str, timeout_s: float) -> tuple[bytes, bytes, bytes]:
        """Send a file; the three parts of the answer.

        Raises: EOFError when the child died; TimeoutError when it took too long.
        """
        answer: Queue[tuple[bytes, bytes, bytes] | None] = Queue()
        thread = threading.Thread(target=self._exchange, args=(data, name, answer), daemon=True)
        thread.start()
        try:
            parts = answer.get(timeout=timeout_s)
        except Empty:
            raise TimeoutError from None
        if parts is None:
            raise EOFError
        return parts

    def _exchange(self, data: bytes, name: str, answer: "Queue[tuple[bytes, bytes, bytes] | None]") -> None:
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            answer.put(None)
            return
        try:
            write_message(stdin, name.encode("utf-8", "replace"), data)  # type: ignore[arg-type]
            most = 4 * limits.PIXELS + 2**20
            kind, header, pixels = (read_message(stdout, most) for _ in range(3))  # type: ignore[arg-type]
            answer.put((kind, header, pixels))
        except (EOFError, OSError, ValueError):
            answer.put(None)

    def stop(self) -> int | None:
        """Kill the child; its exit status."""
        self.process.kill()
        return self.process.wait()


_lock = threading.Lock()
_child: _Child | None = None


def open_film(data: bytes, name: str, *, timeout_s: float = limits.WALL_SECONDS) -> Radiograph:
    """A checked film out of the bytes of a file, decoded in the child process.

    Raises: FilmError, and nothing else, whatever the bytes are.
    """
    global _child
    check_bytes(data, name)
    with _lock:
        if _child is None or _child.process.poll() is not None:
            _child = _Child()
        try:
            kind, header, pixels = _child.ask(data, name, timeout_s)
        except TimeoutError:
            _child.stop()
            _child = None
            raise FilmError(Fault.TIME, "reading the file took too long and was stopped. Export it again without compression.", name) from None
        except EOFError:
            _child.stop()
            _child = None
            raise FilmError(Fault.CRASH, "the file could not be read safely: it is damaged, or too large to unpack. Export it again.", name) from None
    if kind == b"error":
        row = json.loads(header)
        raise FilmError(row["code"], row["message"], name)
    return _film(header, pixels)
