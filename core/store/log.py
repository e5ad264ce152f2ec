"""The log: every change, whole, in order, each entry sealed with the digest of the one before; and its proof.

The tables hold what the log says and nothing else: the last row written under a key is the row that must stand there.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from core.store.connection import Connection
from core.store.errors import StoreError
from core.store.films import picture_fault
from core.store.records import known_rows
from core.store.row_checks import row_fault
from core.store.tables import SCHEMA, TABLES, LogRow, MetaRow, row_key, table_name

START = "0" * 64  # stands before the first entry
Rows = dict[tuple[str, ...], dict[str, Any]]


def canonical(what: Mapping[str, Any]) -> str:
    """The one JSON text of a mapping."""
    return json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def seal(previous: str, entry: str) -> str:
    """Digest of an entry after another."""
    return hashlib.sha256(f"{previous}\n{entry}".encode()).hexdigest()


def now_text() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def check_schema(session: Session) -> None:
    """Refuse a store that a newer program made.

    Raises: StoreError.
    """
    row = session.get(MetaRow, "schema")
    if row is not None and not (row.value.isascii() and row.value.isdigit()):
        raise StoreError("The store does not say which version of the program made it. Restore a backup.")
    if row is not None and int(row.value) > SCHEMA:
        raise StoreError("This store was made by a newer version of the program. Update the program to use it.")


@contextmanager
def writing(connection: Connection) -> Iterator[Session]:
    """The transaction of the one writer, in a store that this program knows.

    Raises: StoreError.
    """
    with connection.writing() as session, known_rows():
        check_schema(session)
        yield session


@contextmanager
def reading(connection: Connection) -> Iterator[Session]:
    """One state of a store that this program knows.

    Raises: StoreError.
    """
    with connection.reading() as session, known_rows():
        check_schema(session)
        yield session


def done_before(session: Session, request: str, action: str, asked: Mapping[str, Any]) -> bool:
    """Whether this very request was carried out already.

    Raises: StoreError if the same request id came with something else.
    """
    row = session.exec(select(LogRow).where(LogRow.request == request)).first()
    if row is None:
        return False
    with known_rows():
        entry = json.loads(row.entry)
        same = entry["action"] == action and entry["asked"] == json.loads(canonical(asked))
    if not same:
        raise StoreError("Two different changes came under one request number; the second was not stored.")
    return True


def append(
    session: Session, *, request: str, who: str, action: str, asked: Mapping[str, Any], rows: Sequence[SQLModel]
) -> None:
    """Write rows and, in the same transaction, the entry that says so."""
    last = session.exec(select(LogRow).order_by(LogRow.sequence.desc()).limit(1)).first()  # type: ignore[attr-defined]
    if last is None and action != "create":
        made = MetaRow(name="schema", value=str(SCHEMA))
        append(session, request="create", who="", action="create", asked={}, rows=[made])
        last = session.get(LogRow, 1)
    sequence, previous = (last.sequence + 1, last.digest) if last else (1, START)
    entry = canonical(
        {
            "sequence": sequence,
            "request": request,
            "at": now_text(),
            "who": who,
            "action": action,
            "asked": dict(asked),
            "rows": [[table_name(row), row.model_dump(warnings=False)] for row in rows],
        }
    )
    for row in rows:
        session.merge(row)
        session.flush()  # in the given order: what is pointed at comes first
    session.add(
        LogRow(sequence=sequence, request=request, previous=previous, entry=entry, digest=seal(previous, entry))
    )
    session.flush()


def replay(entries: Iterable[LogRow]) -> tuple[Rows, str, list[str]]:
    """The rows that the log ends with, the digest of its last entry, and what is wrong with the chain."""
    rows: Rows = {}
    faults: list[str] = []
    previous = START
    for number, row in enumerate(entries, start=1):
        if row.sequence != number:
            faults.append(f"Log entry {number} is missing.")
            break
        if row.previous != previous or row.digest != seal(previous, row.entry):
            faults.append(f"Log entry {number} was changed: its digest does not fit.")
            break
        try:
            entry = json.loads(row.entry)
            if entry["sequence"] != number or entry["request"] != row.request:
                faults.append(f"Log entry {number} stands under another number or request than it says.")
                break
            written = {
                row_key(name, values): (name, TABLES[name](**values).model_dump(warnings=False))
                for name, values in entry["rows"]
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            faults.append(f"Log entry {number} is none that this program writes.")
            break
        if wrong := [fault for name, values in written.values() if (fault := row_fault(name, values))]:
            faults.append(f"Log entry {number}: {wrong[0]}")
            break
        rows |= {key: values for key, (_, values) in written.items()}
        previous = row.digest
    return rows, previous, faults


@dataclass(frozen=True)
class Proof:
    """What `verify` found: the number of entries, the digest of the last one (to note down elsewhere), the faults."""

    entries: int
    head: str
    faults: tuple[str, ...]


def verify(connection: Connection, *, expect: str = "") -> Proof:
    """Prove that the log is unbroken and that the tables and pictures are what it says.

    `expect` is a head noted earlier: it must still be in the log, which proves that its end was not cut off and
    rewritten.

    Raises: StoreError if there is no store or it cannot be read.
    """
    if not connection.exists:
        raise StoreError("There is no store yet.")
    with connection.reading() as session, known_rows():
        check_schema(session)
        faults: list[str] = []
        if connection.embedded and (said := session.execute(text("PRAGMA integrity_check")).scalar()) != "ok":
            faults.append(f"The database file is damaged: {said}.")
        entries = session.exec(select(LogRow).order_by(LogRow.sequence)).all()  # type: ignore[arg-type]
        expected, head, broken = replay(entries)
        faults += broken
        if expect and expect not in {row.digest for row in entries}:
            faults.append("The noted head is not in the log: entries were removed or rewritten.")
        if not broken:
            faults += _disagreements(session, expected)
        contents = sorted({values["content"] for key, values in expected.items() if key[0] == "film"})
        faults += [fault for content in contents if (fault := picture_fault(connection.films, content))]
    return Proof(len(entries), head, tuple(faults))


def _disagreements(session: Session, expected: Rows) -> list[str]:
    found: Rows = {}
    for name, table in TABLES.items():
        for row in session.exec(select(table)).all():
            values = row.model_dump(warnings=False)
            found[row_key(name, values)] = values
    faults = [f"The row {' '.join(key)} is not in the log." for key in found.keys() - expected.keys()]
    faults += [f"The row {' '.join(key)} is gone." for key in expected.keys() - found.keys()]
    faults += [
        f"The row {' '.join(key)} is not as the log says."
        for key in found.keys() & expected.keys()
        if found[key] != expected[key]
    ]
    return sorted(faults)
