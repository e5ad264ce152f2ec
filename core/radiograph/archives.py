"""Files, folders and zips to single entries, and films to visits. Nothing is ever written while unpacking."""

import os
import re
import stat
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from core.radiograph import limits
from core.radiograph.film import Fault, FilmError, Radiograph, display_text

_JUNK = frozenset({"thumbs.db", "desktop.ini", "dicomdir"})
_COMPANIONS = (".txt", ".csv", ".json", ".xml", ".md", ".html", ".log", ".ini", ".pdf", ".docx", ".xlsx")
_ZIP_MAGIC = b"PK\x03\x04"
_BLOCK = 2**20
Source = Path | tuple[str, bytes]


@dataclass(frozen=True)
class Entry:
    """One file: its own name, its bytes, and the last part of the folder it came in ("" for single files)."""

    name: str
    data: bytes
    folder: str = ""


def _natural(text: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdigit() else (1, part.lower()) for part in re.split(r"(\d+)", text) if part]


def _junk(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts) or path.name.lower() in _JUNK


def _skipped(name: str) -> FilmError:
    return FilmError(Fault.SKIPPED, "this is no film and was left out.", name)


def expand(sources: Iterable[Source]) -> tuple[list[Entry], list[FilmError]]:
    """Entries of files, folders (with all below them) and zips, in natural order, and what was left out and why.

    A source is a path or a (name, bytes) pair. Files of the system (hidden ones, Thumbs.db) are passed over in silence.
    """
    entries: list[Entry] = []
    refused: list[FilmError] = []
    for source in sources:
        if isinstance(source, Path):
            _from_path(source, entries, refused)
        else:
            _from_bytes(source[0], source[1], "", entries, refused)
    return entries, refused


def _from_path(path: Path, entries: list[Entry], refused: list[FilmError]) -> None:
    if path.is_dir():
        found: list[Path] = []
        for folder, folders, files in os.walk(path, followlinks=False):
            folders.sort(key=_natural)
            found += [Path(folder) / name for name in files]
        for file in sorted(found, key=lambda f: _natural(str(f.relative_to(path)))):
            if _junk(PurePosixPath(file.relative_to(path).as_posix())):
                continue
            if file.suffix.lower() in _COMPANIONS:
                refused.append(_skipped(file.name))
            else:
                _read(file, file.parent.name, entries, refused)
    elif path.exists():
        _read(path, "", entries, refused)
    else:
        refused.append(FilmError(Fault.NOT_FOUND, "there is no such file or folder. Check the path.", path.name))


def _read(path: Path, folder: str, entries: list[Entry], refused: list[FilmError]) -> None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            refused.append(_skipped(path.name))
            return
        if path.stat().st_size > limits.FILE_BYTES:
            megabytes = limits.FILE_BYTES // 2**20
            refused.append(FilmError(Fault.FILE_SIZE, f"the file is larger than {megabytes} MB. Export the film alone.", path.name))
            return
        data = path.read_bytes()
    except OSError:
        refused.append(FilmError(Fault.NOT_FOUND, "the file cannot be opened. Check that you may read it.", path.name))
        return
    _from_bytes(path.name, data, folder, entries, refused)


def _from_bytes(name: str, data: bytes, folder: str, entries: list[Entry], refused: list[FilmError]) -> None:
    if not data.startswith(_ZIP_MAGIC):
        entries.append(Entry(name, data, folder))
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _from_zip(name, archive, entries, refused)
    except FilmError as error:
        refused.append(error)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.zlib.error):  # type: ignore[attr-defined]
        refused.append(FilmError(Fault.ARCHIVE, "the zip is damaged or incomplete. Pack it again.", name))


def _from_zip(name: str, archive: zipfile.ZipFile, entries: list[Entry], refused: list[FilmError]) -> None:
    """Entries of a zip, each read through a counter that does not believe the sizes in the headers."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    wanted = [info for info in infos if not _junk(PurePosixPath(info.filename.replace("\\", "/")))]
    if len(infos) > limits.ARCHIVE_LISTED or len(wanted) > limits.ARCHIVE_ENTRIES:
        raise FilmError(Fault.ARCHIVE_SIZE, f"the zip holds more than {limits.ARCHIVE_ENTRIES} files. Send one study at a time.", name)
    total = 0
    stem = PurePosixPath(name.replace("\\", "/")).stem
    for info in sorted(wanted, key=lambda i: _natural(i.filename)):
        path = PurePosixPath(info.filename.replace("\\", "/"))
        folder = path.parent.name or stem
        if info.flag_bits & 1:
            refused.append(FilmError(Fault.ENCRYPTED, "the file is locked with a password. Pack it without one.", path.name))
            continue
        if path.suffix.lower() in _COMPANIONS or stat.S_ISLNK(info.external_attr >> 16):
            refused.append(_skipped(path.name))
            continue
        data = _unpack(archive, info, path.name)
        total += len(data)
        if total > limits.ARCHIVE_BYTES:
            raise FilmError(Fault.ARCHIVE_SIZE, "the zip unpacks to more than 2 GB. Send one study at a time.", name)
        if data.startswith(_ZIP_MAGIC):
            refused.append(FilmError(Fault.NESTED, "a zip inside a zip is not opened. Pack the films alone.", path.name))
        else:
            entries.append(Entry(path.name, data, folder))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    blocks: list[bytes] = []
    size = 0
    with archive.open(info) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > limits.FILE_BYTES or size > max(_BLOCK, limits.ARCHIVE_RATIO * max(info.compress_size, 1)):
                raise FilmError(Fault.ARCHIVE_SIZE, "a file in the zip expands far beyond its packed size. It is not opened.", name)
            blocks.append(block)
    return b"".join(blocks)


def group_visits(films: Sequence[tuple[str, Radiograph]]) -> dict[str, list[Radiograph]]:
    """Films by visit, from (folder, film) pairs: RA2 names by their patient, others by their folder, single files together."""
    visits: dict[str, list[Radiograph]] = {}
    for folder, film in films:
        visits.setdefault(film.patient or display_text(folder) or "visit", []).append(film)
    return visits
