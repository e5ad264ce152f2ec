"""The guarded child: files and zips in on stdin, pixels, lists or a reason out on stdout."""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from core.radiograph import limits
from core.radiograph.decode import decode_film
from core.radiograph.film import Fault, FilmError, Radiograph
from core.radiograph.guard_pipe import receive, send
from core.radiograph.identity import identity_of
from core.radiograph.zip_files import list_members, read_member

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's clock still holds
    resource = None  # type: ignore[assignment]


def _limit(which: str, soft: int, hard: int | None = None) -> None:
    if resource is None:
        return
    with contextlib.suppress(ValueError, OSError, AttributeError):  # macOS refuses some
        kind = getattr(resource, which)
        resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1] if hard is None else hard))


def _cpu_for_one_film() -> None:
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit("RLIMIT_CPU", int(usage.ru_utime + usage.ru_stime) + limits.CPU_SECONDS)


def _header(film: Radiograph) -> dict[str, Any]:
    return {
        "height": film.height_px,
        "width": film.width_px,
        "name": film.name,
        "sha256": film.sha256,
        "spacing_mm": film.spacing_mm,
        "limb_tag": film.limb_tag.value if film.limb_tag else None,
        "side_tag": film.side_tag.value if film.side_tag else None,
        "limb_name": film.limb_name.value if film.limb_name else None,
        "side_name": film.side_name.value if film.side_name else None,
        "patient": film.patient,
        "notes": [[note.kind.value, note.text] for note in film.notes],
    }


class _Server:
    """Answers requests; keeps the one archive that was sent last."""

    def __init__(self) -> None:
        self._kept = b""

    def answer(self, asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes | memoryview]:
        """Header and body of the answer.

        Raises: FilmError.
        """
        name, do = str(asked.get("name", "")), asked["do"]
        source = Path(asked["path"]) if "path" in asked else self._kept
        if do == "keep":
            self._kept = data
            return {}, b""
        if do == "identify":
            return vars(identity_of(data, bytes.fromhex(asked["salt"]))), b""
        if do == "list":
            members = list_members(source, name, bytes.fromhex(asked["salt"]))
            return {}, json.dumps([vars(m) | {"identity": vars(m.identity)} for m in members]).encode()
        if do == "member bytes":
            return {}, read_member(source, int(asked["index"]), name)
        film = decode_film(read_member(source, int(asked["index"]), name) if do == "member film" else data, name)
        return _header(film), film.pixels.data.cast("B")


def serve(source: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the other end closes."""
    send(answers, {"ready": True})
    server = _Server()
    while True:
        try:
            asked, data = receive(source, limits.ARCHIVE_HELD_BYTES)
        except EOFError:
            return
        _cpu_for_one_film()
        try:
            header, body = server.answer(asked, bytes(data))
        except FilmError as error:
            send(answers, {"code": error.code, "message": error.message, "file": error.file})
        except MemoryError:
            words = "the file needs more memory than is allowed. Export the film at a lower resolution."
            send(answers, {"code": Fault.MEMORY.value, "message": words})
        else:
            send(answers, header, body)
            del header, body
        del data


def main() -> None:
    """Keep the pipes for messages only, set the limits, serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a C library prints must not end up between messages
    _limit("RLIMIT_AS", limits.ADDRESS_BYTES, limits.ADDRESS_BYTES)
    _limit("RLIMIT_FSIZE", 0, 0)
    _limit("RLIMIT_CORE", 0, 0)
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
