"""The child process of `guard`: reads files from standard input, answers on standard output, under limits of its own."""

import contextlib
import json
import os
import sys

from core.radiograph import limits
from core.radiograph.decode import decode_film
from core.radiograph.film import FilmError
from core.radiograph.guard import film_header, read_message, write_message


def _limit_memory() -> None:
    """Cap the address space, where the system can (not on Windows; macOS ignores it)."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.ADDRESS_BYTES, limits.ADDRESS_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    """From now on only so many seconds of CPU, for this one file."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        spent = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + limits.CPU_SECONDS, hard))


def main() -> None:
    """Answer until the parent closes the pipe."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a decoder that prints must not break the protocol
    files = sys.stdin.buffer
    _limit_memory()
    while True:
        try:
            name = read_message(files, 2**16).decode("utf-8", "replace")
            data = read_message(files, limits.FILE_BYTES)
        except EOFError:
            return
        _limit_time()
        try:
            film = decode_film(data, name)
        except FilmError as error:
            write_message(answers, b"error", json.dumps({"code": error.code, "message": error.message}).encode(), b"")
            continue
        write_message(answers, b"film", film_header(film), film.pixels.tobytes())


if __name__ == "__main__":
    main()
