"""Files, folders and zips to entries in memory, and films to visits. Nothing is ever written to a disc."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.radiograph import limits
from core.radiograph.decode import check_bytes
from core.radiograph.file_type import file_type
from core.radiograph.film import Fault, FilmError, Radiograph, display_text
from core.radiograph.zip_files import is_zip, zip_members

_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db", "icon\r", "$recycle.bin"})
_COMPANIONS = frozenset(
    [
        ".txt",
        ".csv",
        ".tsv",
        ".json",
        ".xml",
        ".html",
        ".htm",
        ".md",
        ".log",
        ".inf",
        ".ini",
        ".exe",
        ".dll",
        ".bat",
        ".cmd",
        ".jar",
        ".xls",
        ".xlsx",
        ".doc",
        ".docx",
        ".py",
        ".sha256",
    ]
)


@dataclass(frozen=True)
class Entry:
    """One file that may be a film. `folder` is the path of its folder as text ("" at top level), never to be opened."""

    name: str
    data: bytes = field(repr=False)
    folder: str = ""


def _order(text: str) -> list[tuple[int, str]]:
    """Natural order: film2 before film10."""
    parts = re.split("([0-9]+)", unicodedata.normalize("NFC", text).casefold())
    return [(len(p.lstrip("0")) if k % 2 else 0, p.lstrip("0") if k % 2 else p) for k, p in enumerate(parts)]


def _parts(path: str) -> list[str]:
    """Parts of a foreign path without what points elsewhere."""
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _junk(parts: Sequence[str]) -> bool:
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)


def _check_companion(name: str, data: bytes) -> None:
    """Refuse what belongs beside films but is none; content decides, the name only tells "skipped" from "refused".

    Raises: FilmError.
    """
    if name.upper() == "DICOMDIR":
        raise FilmError(Fault.SKIPPED, "skipped: the index of a disc is no film. Its films are read one by one.", name)
    if Path(name).suffix.lower() in _COMPANIONS:
        try:
            file_type(data[:256], name)
        except FilmError as error:
            raise FilmError(Fault.SKIPPED, "skipped: this file beside the films is no film.", name) from error


def _from_zip(archive: Path | bytes, name: str, folder: str) -> Iterator[Entry | FilmError]:
    inside = [*_parts(folder), Path(name).stem]
    members = zip_members(archive, name, wanted=lambda path: not _junk(_parts(path)))
    found = [(_parts(path), content) for path, content in members]
    for parts, content in sorted(found, key=lambda item: _order("/".join(item[0]))):
        shown = parts[-1] if parts else name
        if isinstance(content, FilmError):
            yield content
        else:
            try:
                _check_companion(shown, content)
                if is_zip(content):
                    raise FilmError(
                        Fault.NESTED,
                        "this is an archive in an archive. Unpack it and send the films themselves.",
                        shown,
                    )
                yield Entry(shown, content, "/".join([*inside, *parts[:-1]]))
            except FilmError as error:
                yield error


def _from_bytes(name: str, data: bytes) -> Iterator[Entry | FilmError]:
    parts = _parts(name) or ["film"]
    folder = "/".join(parts[:-1])
    if is_zip(data):
        yield from _from_zip(data, parts[-1], folder)
    else:
        yield Entry(parts[-1], data, folder)


def _from_file(path: Path, folder: str, beside: bool) -> Iterator[Entry | FilmError]:
    """One file of a disc; `beside`: it was found in a folder, not named."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait for ever
            yield FilmError(Fault.SKIPPED, "skipped: this is no ordinary file.", path.name)
            return
        with path.open("rb") as file:
            head = file.read(256)
            if is_zip(head):
                yield from _from_zip(path, path.name, folder)
                return
            if beside:
                _check_companion(path.name, head)
            data = head + file.read(limits.FILE_BYTES + 1 - len(head))
        check_bytes(data, path.name)
        yield Entry(path.name, data, folder)
    except FilmError as error:
        yield error
    except (OSError, ValueError):
        yield FilmError(Fault.NOT_FOUND, "the file cannot be opened. Check its name and your rights.", path.name)


def _from_folder(root: Path) -> Iterator[Entry | FilmError]:
    shown = root.name or root.resolve().name
    files: list[tuple[str, Path]] = []
    for where, folders, names in os.walk(root):  # does not follow links, so loops end
        inner = Path(where).relative_to(root).parts
        for name in [n for n in folders if not _junk([n]) and Path(where, n).is_symlink()]:
            yield FilmError(Fault.SKIPPED, "skipped: this folder is a link to another place.", name)
        folders[:] = [n for n in folders if not _junk([n])]
        files += [("/".join((*inner, name)), Path(where, name)) for name in names if not _junk([name])]
        if len(files) > limits.ARCHIVE_LISTED:
            yield FilmError(
                Fault.ARCHIVE_SIZE,
                f"the folder holds more than {limits.ARCHIVE_LISTED} files. Name a smaller folder.",
                shown,
            )
            return
    for relative, path in sorted(files, key=lambda item: _order(item[0])):
        yield from _from_file(path, "/".join([shown, *relative.split("/")[:-1]]), beside=True)


def expand(sources: Iterable[Path | tuple[str, bytes]]) -> tuple[list[Entry], list[FilmError]]:
    """Every file that may be a film, in natural order within its source, and a sentence for all that is none.

    A source is a file, a folder (with all inside), a zip, or (name, bytes) of an upload. Hidden files and those of the
    operating system are left out silently; companions (.txt, .csv, ...) in folders and zips are named as skipped.
    """
    entries: list[Entry] = []
    errors: list[FilmError] = []
    for source in sources:
        if isinstance(source, tuple):
            found = _from_bytes(*source)
        elif source.is_dir():
            found = _from_folder(source)
        elif source.exists():
            found = _from_file(source, "", beside=False)
        else:
            found = iter([FilmError(Fault.NOT_FOUND, "there is no such file or folder. Check its name.", source.name)])
        for item in found:
            if isinstance(item, Entry):
                entries.append(item)
            else:
                errors.append(item)
    return entries, errors


def _clashes(films: Sequence[tuple[str, Radiograph]]) -> bool:
    """Whether two folders hold the same limb and side: then they are two visits of one patient."""
    where: dict[object, str] = {}
    return any(where.setdefault((film.limb_name, film.side_name), folder) != folder for folder, film in films)


def group_visits(radiographs: Sequence[tuple[str, Radiograph]]) -> dict[str, list[Radiograph]]:
    """Films by visit, in order: RA2 names (`UAB003-LH.jpg`) by patient, all others one visit a folder.

    Takes pairs of folder and film. A patient whose films of one limb and side lie in two folders has a visit in each.
    No two visits share a name; names come from file and folder names only, never from inside a file.
    """
    by_patient: dict[str, list[tuple[str, Radiograph]]] = {}
    for folder, film in radiographs:
        if film.patient:
            by_patient.setdefault(film.patient, []).append((folder, film))
    split = {patient for patient, films in by_patient.items() if _clashes(films)}
    names: dict[tuple[str, str], str] = {}
    visits: dict[str, list[Radiograph]] = {}
    for folder, film in radiographs:
        last = display_text((_parts(folder) or ["visit"])[-1]) or "visit"
        if film.patient:
            apart = film.patient in split
            key = ("patient", f"{film.patient}/{folder if apart else ''}")
            wished = f"{film.patient} ({last})" if apart else film.patient
        else:
            key, wished = ("folder", folder), last
        if key not in names:
            name, number = wished, 2
            while name in visits:
                name, number = f"{wished} ({number})", number + 1
            names[key] = name
        visits.setdefault(names[key], []).append(film)
    return visits
