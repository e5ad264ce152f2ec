"""A locked study as one file: readings, the entries of the log behind them, the hashes of the films; and its proof.

The file proves itself: every entry fits its seal, and all that stands beside the log is what the log says. The SHA-256
of the file is noted in the log of the store that wrote it, and by whoever keeps the file.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import select

from core.store.connection import Connection
from core.store.errors import StoreError, spoken_errors
from core.store.films import write_whole
from core.store.log import Rows, append, canonical, check_schema, seal
from core.store.row_checks import row_fault
from core.store.studies import Studies
from core.store.study_readings import joined, long_table
from core.store.study_records import PREFIX, State, Study
from core.store.tables import TABLES, CellRow, LogRow, ReadingRow, VisitRow, row_key

STUDY, LOG, FILMS, READINGS, SUMS = "study.json", "log.jsonl", "films.json", "readings.csv", "SHA256SUMS"
LARGEST_BYTES = 2**28
_WHEN = (1980, 1, 1, 0, 0, 0)
_NAMES = {STUDY, LOG, FILMS, READINGS, SUMS}
Entry = dict[str, Any]


@dataclass(frozen=True)
class ExportProof:
    """What the proof of a file found; `digest` is the SHA-256 of the file and `store` what this store knows of it."""

    study: str
    entries: int
    digest: str
    faults: tuple[str, ...]
    store: str = ""


def export_study(studies: Studies, name: str, target: Path, *, who: str = "") -> str:
    """Write a locked study into one zip; the SHA-256 of the file. The same state gives the same bytes.

    The model's readings are in it once the study is revealed.

    Raises: StoreError if the study is open, or the file cannot be written.
    """
    study = studies.get(name)
    if study.state is State.OPEN:
        raise StoreError("Lock the study first: an open study is not exported.")
    connection = studies.store.connection
    with connection.reading() as session:
        check_schema(session)
        log = session.exec(select(LogRow).order_by(LogRow.sequence)).all()  # type: ignore[arg-type]
        entries = _of_study([row.model_dump(warnings=False) for row in log], study)
    data = _zipped(entries, study)
    digest = hashlib.sha256(data).hexdigest()
    write_whole(target, data)
    with connection.writing() as session:
        request = f"export:{digest[:32]}"
        if session.exec(select(LogRow).where(LogRow.request == request)).first() is None:
            append(session, request=request, who=who, action="export", asked={"study": name, "sha256": digest}, rows=[])
    return digest


def verify_export(source: Path, *, expect: str = "", connection: Connection | None = None) -> ExportProof:
    """Prove a file that `export_study` wrote; `expect` is the SHA-256 that was noted when it was written.

    Raises: StoreError if it is no such file.
    """
    with spoken_errors():
        if source.stat().st_size > LARGEST_BYTES:
            raise StoreError("The file is larger than any export of a study.")
        data = source.read_bytes()
    files = _unzipped(data)
    digest = hashlib.sha256(data).hexdigest()
    try:
        faults, study, entries = _faults(files)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise StoreError("The file is no export of a study, or it is damaged.") from None
    if expect and expect != digest:
        faults.append("The file is not the one whose SHA-256 was noted.")
    known = _known(connection, entries, digest) if connection is not None and connection.exists else ""
    return ExportProof(study, len(entries), digest, tuple(faults), known)


def _of_study(log: Sequence[Entry], study: Study) -> list[Entry]:
    """The entries that write anything of the study; those of the model only once it is revealed."""
    visits, readings, kept = set(study.visits), set(), []
    for row in log:
        written = json.loads(row["entry"])["rows"]
        mine = False
        for table, values in written:
            if table == "reading" and values["visit"] in visits:
                person = values["list_name"].startswith(PREFIX)
                if not person and study.state is not State.REVEALED:
                    continue
                readings.add(values["id"])
                mine = True
            mine |= table == "meta" and values["name"] == study.row.name
            mine |= table == "film" and values["visit"] in visits
            mine |= table in ("cell", "film_time") and values["reading"] in readings
        if mine:
            kept.append(row)
    return kept


def _rows(entries: Sequence[Entry]) -> Rows:
    rows: Rows = {}
    for row in entries:
        for table, values in json.loads(row["entry"])["rows"]:
            if fault := row_fault(table, values):
                raise ValueError(fault)
            rows[row_key(table, values)] = values
    return rows


def _contents(entries: Sequence[Entry], name: str) -> dict[str, bytes]:
    """Every file of the export but the sums, out of the entries alone."""
    rows = _rows(entries)
    study = Study.parse(rows["meta", PREFIX + name]["value"])

    def of(table: str) -> list[Any]:
        return [TABLES[table](**values) for key, values in rows.items() if key[0] == table]

    visits: list[VisitRow] = [row for row in of("visit") if row.id in study.visits]
    readings: list[ReadingRow] = of("reading")
    cells: list[CellRow] = of("cell")
    films = [{"visit": film.visit, "limb": film.limb, "side": film.side, "sha256": film.content} for film in of("film")]
    revealed = study.state is State.REVEALED
    table = long_table(joined(study, visits, readings, cells, model=revealed))
    return {
        STUDY: json.dumps(json.loads(study.text), indent=1, sort_keys=True).encode() + b"\n",
        LOG: "".join(canonical(entry) + "\n" for entry in entries).encode(),
        FILMS: json.dumps(sorted(films, key=canonical), indent=1, sort_keys=True).encode() + b"\n",
        READINGS: table.encode(),
    }


def _zipped(entries: Sequence[Entry], study: Study) -> bytes:
    files = _contents(entries, study.name)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {**files, SUMS: sums.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if {info.filename for info in infos} != _NAMES or len(infos) != len(_NAMES):
                raise StoreError("The file is no export of a study: it does not hold what such a file holds.")
            if sum(info.file_size for info in infos) > LARGEST_BYTES:
                raise StoreError("The file expands to more than any export of a study.")
            return {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise StoreError("The file is no export of a study, or it is damaged.") from None


def _faults(files: dict[str, bytes]) -> tuple[list[str], str, list[Entry]]:
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {n}\n" for n, data in sorted(files.items()) if n != SUMS)
    faults = [] if sums.encode() == files[SUMS] else ["A file in the export was changed: its SHA-256 does not fit."]
    entries: list[Entry] = [json.loads(line) for line in files[LOG].decode().splitlines()]
    before: Entry | None = None
    for entry in entries:
        number = entry["sequence"]
        inside = json.loads(entry["entry"])
        if entry["digest"] != seal(entry["previous"], entry["entry"]) or inside["sequence"] != number:
            faults.append(f"Log entry {number} was changed: its digest does not fit.")
        if before is not None and number <= before["sequence"]:
            faults.append(f"Log entry {number} stands out of order.")
        if before is not None and number == before["sequence"] + 1 and entry["previous"] != before["digest"]:
            faults.append(f"Log entry {number} does not follow the one before it.")
        before = entry
    name = str(json.loads(files[STUDY])["name"])
    wanted = _contents(entries, name)
    faults += [f"{each} is not what the log says." for each in sorted(wanted) if wanted[each] != files[each]]
    return faults, name, entries


def _known(connection: Connection, entries: Sequence[Entry], digest: str) -> str:
    """What the store at hand says of the file: written here, or not."""
    with connection.reading() as session:
        check_schema(session)
        here = {row.sequence: row.digest for row in session.exec(select(LogRow)).all()}
        noted = session.exec(select(LogRow).where(LogRow.request == f"export:{digest[:32]}")).first()
    if noted is None:
        return "This store did not write the file."
    if any(here.get(entry["sequence"]) != entry["digest"] for entry in entries):
        return "This store wrote the file, but its log is another one now."
    return "This store wrote the file, and every entry of it stands in its log."
