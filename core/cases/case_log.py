"""The log of a case: every change, in order, each line sealed with the digest of the one before."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.store.errors import StoreError, spoken_errors
from core.store.films import write_whole
from core.store.log import START, canonical, now_text, seal

LOG = "log.jsonl"


def note(place: Path, who: str, action: str, what: Mapping[str, Any]) -> None:
    """One more line in the log of the case at `place`."""
    lines = _lines(place)
    with own_files():
        previous = json.loads(lines[-1])["digest"] if lines else START
    entry = canonical({"at": now_text(), "who": who, "action": action, "what": dict(what)})
    lines.append(canonical({"previous": previous, "entry": entry, "digest": seal(previous, entry)}))
    write_whole(place / LOG, ("\n".join(lines) + "\n").encode())


def entries(place: Path) -> list[dict[str, Any]]:
    """Every change of a case, in order, also of one that was deleted.

    Raises: StoreError if a line was changed afterwards.
    """
    previous, found = START, []
    for line in _lines(place):
        with own_files():
            kept = json.loads(line)
            whole = kept["previous"] == previous and kept["digest"] == seal(previous, kept["entry"])
            found.append(json.loads(kept["entry"]))
            previous = kept["digest"]
        if not whole:
            raise StoreError("A line of the log of this case was changed by something else than this program.")
    return found


def _lines(place: Path) -> list[str]:
    with spoken_errors():
        file = place / LOG
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@contextmanager
def own_files() -> Iterator[None]:
    """What is not as this program writes it is told in words.

    Raises: StoreError.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise StoreError("A file of this case was changed by something else than this program.") from error
