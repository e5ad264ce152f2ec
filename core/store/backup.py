"""Backup and restore: the log and the pictures in one zip.

The log is the store: the tables are written again from it.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlmodel import select

from core.store.connection import Connection
from core.store.errors import StoreError, spoken_errors
from core.store.films import picture_fault, picture_path, write_whole
from core.store.log import Proof, canonical, check_schema, replay, verify
from core.store.tables import SCHEMA, TABLES, LogRow

LOG = "log.jsonl"
_PICTURE = re.compile(r"films/([0-9a-f]{64})\.png")
LARGEST_BYTES = 2**30  # of one entry


def backup(connection: Connection, target: Path) -> Proof:
    """Write a consistent copy of the store while it may be in use; what it holds, with the head to note.

    Restores on either database.

    Raises: StoreError if there is no store, it does not verify, or the file cannot be written.
    """
    proof = verify(connection)
    if proof.faults:
        raise StoreError(f"The store is not backed up, because it does not verify: {proof.faults[0]}")
    with connection.reading() as session:
        entries = session.exec(select(LogRow).order_by(LogRow.sequence)).all()  # type: ignore[arg-type]
        lines = [canonical(row.model_dump(warnings=False)) for row in entries]
        rows, head, _ = replay(entries)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LOG, "\n".join(lines) + "\n")
        for content in sorted({values["content"] for key, values in rows.items() if key[0] == "film"}):
            with spoken_errors():
                archive.write(picture_path(connection.films, content), f"films/{content}.png", zipfile.ZIP_STORED)
    write_whole(target, out.getvalue())
    return Proof(len(entries), head, ())


def restore(connection: Connection, source: Path, *, replace: bool = False) -> int:
    """Put a backup in place in one transaction; the number of log entries.

    Raises: StoreError if the backup is damaged, or the store already holds something and `replace` was not said.
    """
    try:
        with spoken_errors(), zipfile.ZipFile(source) as archive:
            entries = _entries(archive)
            rows, _, faults = replay(entries)
            if faults:
                raise StoreError(f"The backup is damaged: {faults[0]}")
            if int(rows.get(("meta", "schema"), {"value": SCHEMA})["value"]) > SCHEMA:
                raise StoreError(
                    "This backup was made by a newer version of the program. Update the program to use it."
                )
            wanted = {values["content"] for key, values in rows.items() if key[0] == "film"}
            with connection.writing(anew=True) as session:
                check_schema(session)
                if session.get(LogRow, 1) is not None and not replace:
                    raise StoreError("The store already holds data. Say --replace to put the backup in its place.")
                _pictures(archive, connection.films, wanted)
                for table in reversed((*TABLES.values(), LogRow)):
                    session.execute(delete(table))  # type: ignore[arg-type]
                for name, table in TABLES.items():  # in an order that foreign keys allow
                    session.add_all(table(**values) for key, values in rows.items() if key[0] == name)
                    session.flush()
                session.add_all(entries)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, zlib.error, EOFError) as error:
        raise StoreError("The file is no backup of a store, or it is damaged.") from error
    return len(entries)


def _entries(archive: zipfile.ZipFile) -> list[LogRow]:
    if archive.getinfo(LOG).file_size > LARGEST_BYTES:
        raise StoreError("The log in the backup is larger than 1 GiB.")
    made: list[dict[str, Any]] = [json.loads(line) for line in archive.read(LOG).decode().splitlines()]
    return [LogRow(**{name: row[name] for name in LogRow.model_fields}) for row in made]


def _pictures(archive: zipfile.ZipFile, folder: Path, wanted: set[str]) -> None:
    names = {match[1]: info for info in archive.infolist() if (match := _PICTURE.fullmatch(info.filename))}
    for content in sorted(wanted):
        info = names.get(content)
        if info is None or info.file_size > LARGEST_BYTES:
            raise StoreError(f"The backup lacks the picture {content[:12]}.")
        data = archive.read(info)
        if hashlib.sha256(data).hexdigest() != content:
            raise StoreError(f"The picture {content[:12]} in the backup was changed.")
        if picture_fault(folder, content):
            write_whole(picture_path(folder, content), data)
