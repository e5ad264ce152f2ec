"""The file in which a run keeps its finished visits, one line each, so that an interrupted run goes on where it was."""

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NAME = "visits.jsonl"
_PART = ".part"


class Busy(Exception):
    """Another run writes into this folder."""


class Journal:
    """`visits.jsonl`: a line is there or not, also after the process or the machine was cut off."""

    def __init__(self, folder: Path, keys: Sequence[str], *, resume: bool) -> None:
        """Take up the lines of an earlier run whose keys are among `keys`, or none.

        Raises: Busy; OSError if the folder cannot be written to.
        """
        self._path = folder / NAME
        self._keys = list(keys)
        self._at: dict[str, tuple[int, int]] = {}
        self._file = self._path.open("a+b")
        if fcntl is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Busy from None
        for left in folder.glob(f"*{_PART}"):
            left.unlink()
        self._find(set(self._keys) if resume else set())

    def _find(self, wanted: set[str]) -> None:
        self._file.seek(0)
        at = end = 0
        for line in self._file:
            at, length = end, len(line)
            with contextlib.suppress(ValueError, KeyError, TypeError):
                if not line.endswith(b"\n"):
                    break  # cut off in the middle
                key = json.loads(line)["key"]
                if key in wanted:
                    self._at[key] = (at, length)
            end += length
        self._file.truncate(end if self._at else 0)

    @property
    def done(self) -> frozenset[str]:
        """Keys of the visits that are there."""
        return frozenset(self._at)

    def append(self, key: str, line: str) -> None:
        """Add a visit and force it to the disc.

        Raises: OSError.
        """
        data = line.encode() + b"\n"
        at = self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._at[key] = (at, len(data))

    def rows(self) -> Iterator[dict[str, Any]]:
        """The finished visits in the order of the keys, one at a time."""
        return (json.loads(self._line(key)) for key in self._keys if key in self._at)

    def _line(self, key: str) -> bytes:
        at, length = self._at[key]
        self._file.seek(at)
        return self._file.read(length)

    def settle(self) -> None:
        """Put the lines into the order of the keys, whatever the order in which they came.

        Raises: OSError.
        """
        lines = (self._line(key) for key in self._keys if key in self._at)
        write_whole(self._path, lines)

    def close(self) -> None:
        """Let other runs write here."""
        self._file.close()


def write_whole(path: Path, pieces: Iterator[bytes]) -> None:
    """Write a file so that it is there whole or not at all.

    Raises: OSError.
    """
    part = path.with_name(path.name + _PART)
    with part.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
