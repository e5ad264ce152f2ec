"""Cases that last: films, readings and corrections as private files of one browser, with a log of every change.

A folder a case: `case.json`, the newest state; a `.film` and a picture each film; `log.jsonl`, sealed as the store's
log is. What was not changed for `DRAFT_DAYS` is deleted, a reviewed case after `REVIEWED_DAYS`; the log stays.
"""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.cases.case_log import LOG, entries, note, own_files
from core.cases.kept_case import State, film_bytes, film_from, joined, put_state, state_of
from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.review import CaseStatus
from core.store.errors import StoreError, spoken_errors
from core.store.films import keep_picture, picture_bytes, read_pixels, write_whole
from core.store.log import canonical, now_text
from core.svh import TotalKind

DRAFT_DAYS = 30
REVIEWED_DAYS = 400
LEAST_FREE_BYTES = 2**30  # of the disk; below it no new case is kept
_ID = re.compile("[0-9a-f]{16}")
_LOCK = threading.Lock()  # one server works at a folder


@dataclass(frozen=True)
class ListedCase:
    """A case in the work list. `total` is the SvH total in words, `changed_at` in UTC."""

    id: str
    patient: str
    visit_name: str
    visit_date: date | None
    reader: str
    status: CaseStatus
    total: str
    films: int
    changed_at: datetime

    def found_by(self, text: str) -> bool:
        """Whether study ID, visit, date or reader hold each word of the text."""
        day = self.visit_date.isoformat() if self.visit_date else ""
        whole = " ".join((self.patient, self.visit_name, day, self.reader)).casefold()
        return all(word in whole for word in text.casefold().split())


class Cases:
    """The cases of one owner, a secret text, under a folder. Every method raises StoreError if the disk fails."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def keep(self, case: Case) -> bool:
        """Write what changed since the case was last kept or opened; whether another tab had written, which is joined.

        Raises: StoreError also where the disk is nearly full, for a new case.
        """
        place, mine = self._folder / case.id, state_of(case)
        if mine == case.kept and _stamp(place) == case.kept_at:
            return False
        with self._alone():
            theirs = _read(place) if (place / "case.json").exists() else {}
            if case.kept and not theirs:
                raise StoreError("This case was deleted in the work list. What you change now is not kept.")
            if not theirs:
                self._begin(place)
            now = joined(case.kept, mine, theirs)
            for film in case.films:
                if case.kept.get(name := f"film {film.key}") != mine[name]:
                    content = keep_picture(place, picture_bytes(film.radiograph.pixels))
                    write_whole(_film_file(place, film.key), film_bytes(film, content))
            if other := now != mine:
                with own_files():
                    put_state(case, now, lambda key: _film(place, key))
            if now != theirs:
                note(place, case.reader, "change", _difference(theirs, now))
                summary = {
                    "status": case.status,
                    "total": case.visit().totals[TotalKind.SVH].words,
                    "changed_at": now_text(),
                }
                write_whole(place / "case.json", canonical({"state": now, **summary}).encode())
            case.kept, case.kept_at = now, _stamp(place)
            write_whole(self._folder / "current", case.id.encode())
        return other

    def open(self, case_id: str) -> Case:
        """A case as it was last kept, under its own id.

        Raises: StoreError if there is none with this id, or a file of it was changed by something else.
        """
        case = self.look(case_id)
        with self._alone():
            write_whole(self._folder / "current", case_id.encode())
        return case

    def look(self, case_id: str) -> Case:
        """A case as `open` gives it, to be seen beside another one: it does not become the one in view.

        Raises: StoreError as `open` does.
        """
        place = self._place(case_id)
        with self._alone():
            state = _read(place)
            case = Case("", id=case_id)
            with own_files():
                put_state(case, state, lambda key: _film(place, key))
            case.kept, case.kept_at = state, _stamp(place)
        return case

    def current(self) -> str:
        """The id of the case that was in view last; empty where there is none."""
        with spoken_errors():
            pointer = self._folder / "current"
            case_id = pointer.read_text(encoding="ascii", errors="replace") if pointer.is_file() else ""
            here = _ID.fullmatch(case_id) and (self._folder / case_id / "case.json").is_file()
        return case_id if here else ""

    def leave(self) -> None:
        """No case is in view any more; all are kept."""
        with spoken_errors():
            (self._folder / "current").unlink(missing_ok=True)

    def listed(self) -> list[ListedCase]:
        """All cases, the one that was changed last first."""
        with spoken_errors():
            files = list(self._folder.glob("*/case.json"))
        return sorted(map(_listed, files), key=lambda case: case.changed_at, reverse=True)

    def delete(self, case_id: str, reason: str, *, who: str = "") -> None:
        """Delete films and readings of a case; the log stays, with the reason.

        Raises: StoreError without a reason, or if there is no such case.
        """
        if not reason.strip():
            raise StoreError("Say why the case is deleted: the reason is kept in its log.")
        place = self._place(case_id)
        with self._alone():
            _delete(place, who, reason.strip()[:200])

    def log(self, case_id: str) -> list[dict[str, Any]]:
        """Every change of a case, in order, also of one that was deleted.

        Raises: StoreError if an entry was changed afterwards.
        """
        if not _ID.fullmatch(case_id):
            raise StoreError("There is no such case.")
        return entries(self._folder / case_id)

    def _place(self, case_id: str) -> Path:
        place = self._folder / case_id
        if not _ID.fullmatch(case_id) or not (place / "case.json").is_file():
            raise StoreError("There is no such case any more.")
        return place

    def _begin(self, place: Path) -> None:
        with spoken_errors():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            for private in (self._folder.parent, self._folder, place):  # `parents` takes no mode
                private.chmod(0o700)
            if shutil.disk_usage(place).free < LEAST_FREE_BYTES:
                raise StoreError("The disk of the server is nearly full: this case is not kept. Download its files.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with _LOCK, spoken_errors():
            yield


def clear_old(folder: Path, *, now: datetime) -> int:
    """Delete what was not changed for `DRAFT_DAYS`, or when reviewed `REVIEWED_DAYS`; how many cases those were."""
    gone = 0
    with _LOCK, spoken_errors():
        for file in folder.glob("*/*/case.json"):
            case = _listed(file)
            days = REVIEWED_DAYS if case.status is CaseStatus.REVIEWED else DRAFT_DAYS
            if now - case.changed_at > timedelta(days=days):
                _delete(file.parent, "", f"not changed for {days} days")
                gone += 1
    return gone


def _delete(place: Path, who: str, reason: str) -> None:
    note(place, who, "delete", {"reason": reason})
    for file in place.iterdir():
        if file.name != LOG:
            file.unlink()


def _stamp(place: Path) -> int:
    file = place / "case.json"
    return file.stat().st_mtime_ns if file.exists() else 0


def _film_file(place: Path, key: str) -> Path:
    return place / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.film"


def _film(place: Path, key: str) -> CaseFilm:
    return film_from(key, _film_file(place, key).read_bytes(), lambda content: read_pixels(place, content))


def _kept(file: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _read(place: Path) -> State:
    with own_files():
        state: State = _kept(place / "case.json")["state"]
        return state


def _listed(file: Path) -> ListedCase:
    with spoken_errors(), own_files():
        kept = _kept(file)
        state = kept["state"]
        return ListedCase(
            file.parent.name,
            state["patient"],
            state["visit_name"],
            date.fromisoformat(state["visit_date"]) if state["visit_date"] else None,
            state["reader"],
            CaseStatus(kept["status"]),
            kept["total"],
            sum(name.startswith("film ") for name in state),
            datetime.fromisoformat(kept["changed_at"]).astimezone(UTC),
        )


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return {name: [before.get(name), after.get(name)] for name in names}
