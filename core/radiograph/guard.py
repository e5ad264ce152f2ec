"""A film opened in a guarded child process: whatever a decoder does, this process lives and gets a `FilmError`."""

import atexit
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.radiograph import limits
from core.radiograph.decode import check_bytes
from core.radiograph.film import Fault, FilmError, Radiograph
from core.radiograph.guard_pipe import receive, received_film, send
from core.radiograph.identity import NOBODY, Identity
from core.radiograph.zip_files import Member

_ROOT = Path(__file__).resolve().parents[2]
_ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}


@dataclass(frozen=True, eq=False)
class Archive:
    """A zip that the guarded child reads.

    From its path, or from bytes that the child keeps while it reads its members.
    """

    source: Path | bytes = field(repr=False)
    name: str
    token: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)


class _Worker:
    """One warm child; it opens one film after the other until it dies or is stopped."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.radiograph.guard_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders quote attribute values there
            env=os.environ | _ONE_THREAD | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=os.name == "posix",  # Ctrl-C is for the parent, which then closes the pipe
        )
        assert self._process.stdin and self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        self._kept = ""
        try:
            receive(self._from, 0)  # "ready": imports are done and do not count against a film's time
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, header: dict[str, Any], data: bytes, archive: Archive | None, timeout_s: float
    ) -> tuple[dict[str, Any], bytearray]:
        """The child's answer; the bytes of an archive go to the child once.

        Raises: EOFError or OSError if it died, TimeoutError if it was killed for its time, ValueError for rubbish.
        """
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(timeout_s, kill)
        timer.daemon = True
        timer.start()
        try:
            if archive is not None and isinstance(archive.source, Path):
                header = header | {"path": str(archive.source.absolute())}  # the child stands where it was started
            elif archive is not None and self._kept != archive.token:
                send(self._to, {"do": "keep"}, archive.source)  # type: ignore[arg-type]
                receive(self._from, 0)
                self._kept = archive.token
            send(self._to, header, data)
            return receive(self._from, max(4 * limits.PIXELS, limits.FILE_BYTES))
        except (EOFError, OSError):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    def stop(self) -> int:
        """End the child and say with which code it ended (negative: signal)."""
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            return self._process.wait(0.5)  # it may be dying of its own; the cause is wanted
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class _Guard:
    """The one worker of this process, started when first needed and again after it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def ask(
        self,
        header: dict[str, Any],
        data: bytes = b"",
        archive: Archive | None = None,
        timeout_s: float = limits.WALL_SECONDS,
    ) -> tuple[dict[str, Any], bytearray]:
        """The child's answer.

        Raises: FilmError for what the child refuses, and for its death.
        """
        name = str(header["name"])
        answer, body = self._answer(header, data, archive, timeout_s, name)
        if "code" in answer:
            raise FilmError(str(answer["code"]), str(answer.get("message", "")), str(answer.get("file") or name))
        return answer, body

    def _answer(
        self, header: dict[str, Any], data: bytes, archive: Archive | None, timeout_s: float, name: str
    ) -> tuple[dict[str, Any], bytearray]:
        with self._lock:
            try:
                if self._worker is None or not self._worker.alive:
                    self._drop()
                    self._worker = _Worker()
                return self._worker.ask(header, data, archive, timeout_s)
            except TimeoutError:
                self._drop()
                raise _time(name) from None
            except (EOFError, OSError, ValueError):
                raise _death(self._drop(), name) from None
            except BaseException:  # interrupted in the middle of a message: the pipe is out of step
                self._drop()
                raise

    def _drop(self) -> int:
        worker, self._worker = self._worker, None
        return worker.stop() if worker else 0

    def close(self) -> None:
        with self._lock:
            self._drop()

    def forget(self) -> None:
        """In a forked child: the parent's worker is not ours."""
        self._lock, self._worker = threading.Lock(), None


_GUARD = _Guard()
_SALT = secrets.token_bytes(16)  # of this process: hashes of identities mean nothing outside it
atexit.register(_GUARD.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_GUARD.forget)


def _time(name: str) -> FilmError:
    return FilmError(Fault.TIME, "reading the file takes too long. Export the film again, uncompressed.", name)


def _death(code: int, name: str) -> FilmError:
    if code == -getattr(signal, "SIGXCPU", 0) and code:
        return _time(name)
    if code == -getattr(signal, "SIGKILL", 0) and code:  # nobody but the system's memory guard does this
        return FilmError(
            Fault.MEMORY, "the file needs more memory than is allowed. Export the film at a lower resolution.", name
        )
    return FilmError(Fault.CRASH, "the file could not be read safely. Export the film again, uncompressed.", name)


def open_film(data: bytes, name: str, *, timeout_s: float = limits.WALL_SECONDS) -> Radiograph:
    """A checked film out of the bytes of a file, decoded in a child with limits on time and memory.

    Raises: FilmError, and nothing else; a child that is killed or dies gives Fault.TIME, MEMORY or CRASH.
    """
    check_bytes(data, name)
    return _film(*_GUARD.ask({"do": "film", "name": name}, data, timeout_s=timeout_s), name)


def open_member(archive: Archive, index: int, name: str) -> Radiograph:
    """A checked film out of a zip, inflated and decoded in the child.

    Raises: FilmError, and nothing else.
    """
    return _film(*_GUARD.ask({"do": "member film", "name": name, "index": index}, archive=archive), name)


def member_bytes(archive: Archive, index: int, name: str) -> bytes:
    """The bytes of a file in a zip, inflated in the child.

    Raises: FilmError, and nothing else.
    """
    return bytes(_GUARD.ask({"do": "member bytes", "name": name, "index": index}, archive=archive)[1])


def list_archive(archive: Archive) -> list[Member]:
    """What a zip holds, found out in the child.

    Raises: FilmError, and nothing else.
    """
    if isinstance(archive.source, bytes) and len(archive.source) > limits.ARCHIVE_HELD_BYTES:
        most = limits.ARCHIVE_HELD_BYTES // 2**20
        words = f"the archive is larger than {most} MB. Send the films in smaller parts."
        raise FilmError(Fault.ARCHIVE_SIZE, words, archive.name)
    _, body = _GUARD.ask({"do": "list", "name": archive.name, "salt": _SALT.hex()}, archive=archive)
    try:
        return [Member(**row | {"identity": Identity(**row["identity"])}) for row in json.loads(body)]
    except (KeyError, TypeError, ValueError):
        raise _death(0, archive.name) from None


def identify(head: bytes) -> Identity:
    """Which files the DICOM file with these first bytes belongs to; nothing where the child cannot tell."""
    try:
        answer, _ = _GUARD.ask({"do": "identify", "name": "", "salt": _SALT.hex()}, head)
        return Identity(str(answer["patient"]), str(answer["study"]), str(answer["day"]))
    except (FilmError, KeyError):
        return NOBODY


def _film(header: dict[str, Any], body: bytearray, name: str) -> Radiograph:
    try:
        return received_film(header, body)
    except (KeyError, TypeError, ValueError):
        raise _death(0, name) from None
