"""Files, folders and zips to entries that are read one at a time. Nothing is ever written to a disc."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.radiograph import limits
from core.radiograph.decode import check_bytes
from core.radiograph.file_type import FileType, file_type
from core.radiograph.film import Fault, FilmError, Radiograph
from core.radiograph.foreign_names import junk, order, parts
from core.radiograph.guard import Archive, identify, list_archive, member_bytes, open_film, open_member
from core.radiograph.identity import HEAD_BYTES, NOBODY, FileLabels, Identity, labels_of
from core.radiograph.zip_files import Member, is_zip

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
_DISC_INDEX = "DICOMDIR"


@dataclass(frozen=True)
class Entry:
    """One file that may be a film, not read yet.

    `folder` is the path of its folder as text ("" at top level), never opened. `identity` groups DICOM files; `stamp`
    changes when the file does.
    """

    name: str
    folder: str
    source: Path | bytes | tuple[Archive, int] = field(repr=False)
    kind: FileType | None = None
    identity: Identity = field(default=NOBODY, repr=False)
    stamp: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of the file.

        Raises: FilmError if it cannot be read.
        """
        if isinstance(self.source, bytes):
            return self.source
        if isinstance(self.source, tuple):
            return member_bytes(*self.source, self.name)
        try:
            with self.source.open("rb") as file:
                data = file.read(limits.FILE_BYTES + 1)
        except (OSError, ValueError):
            raise _unopened(self.name) from None
        check_bytes(data, self.name)
        return data

    @property
    def labels(self) -> FileLabels:
        """What a DICOM file calls its patient and day; empty for every other file.

        Raises: FilmError if the file cannot be read.
        """
        return labels_of(self.data[:HEAD_BYTES]) if self.kind is FileType.DICOM else FileLabels()

    def open(self) -> Radiograph:
        """The checked film, decoded in the guarded child.

        Raises: FilmError, with the folder.
        """
        try:
            if isinstance(self.source, tuple):
                film = open_member(*self.source, self.name)
            else:
                film = open_film(self.data, self.name)
        except FilmError as error:
            raise error.placed(self.folder) from None
        return replace(film, folder=self.folder)


def _unopened(name: str) -> FilmError:
    return FilmError(Fault.NOT_FOUND, "the file cannot be opened. Check its name and your rights.", name)


def _no_film(name: str, error: FilmError) -> FilmError:
    """What to say of a file beside films that is none: the name only tells "skipped" from "refused"."""
    if Path(name).suffix.lower() in _COMPANIONS and error.code == Fault.FILE_TYPE:
        return FilmError(Fault.SKIPPED, "skipped: this file beside the films is no film.", name)
    return error


def _index(name: str) -> FilmError:
    return FilmError(Fault.SKIPPED, "skipped: the index of a disc is no film. Its films are read one by one.", name)


def _from_zip(source: Path | bytes, name: str, folder: str, stamp: str) -> Iterator[Entry | FilmError]:
    inside = [*parts(folder), Path(name).stem]
    archive = Archive(source, name)
    try:
        members = list_archive(archive)
    except FilmError as error:
        yield error.placed(folder)
        return
    for member in sorted(members, key=lambda m: order("/".join(parts(m.path)))):
        path = parts(member.path)
        shown, where = path[-1] if path else name, "/".join([*inside, *path[:-1]])
        yield _member(archive, member, shown, where, stamp)


def _member(archive: Archive, member: Member, shown: str, where: str, stamp: str) -> Entry | FilmError:
    if shown.upper() == _DISC_INDEX:
        return _index(shown).placed(where)
    if not member.kind:
        return _no_film(shown, FilmError(member.code, member.message, shown)).placed(where)
    own = f"{stamp} {member.index} {member.size} {member.crc:08x}"
    return Entry(shown, where, (archive, member.index), FileType(member.kind), member.identity, own)


def _from_bytes(name: str, data: bytes) -> Iterator[Entry | FilmError]:
    path = parts(name) or ["film"]
    folder = "/".join(path[:-1])
    stamp = hashlib.sha256(data).hexdigest()
    if is_zip(data):
        yield from _from_zip(data, path[-1], folder, stamp)
        return
    try:
        kind = file_type(data[:256], path[-1])
    except FilmError as error:
        yield _no_film(path[-1], error).placed(folder)
        return
    identity = identify(data[:HEAD_BYTES]) if kind is FileType.DICOM else NOBODY
    yield Entry(path[-1], folder, data, kind, identity, stamp)


def _from_file(path: Path, folder: str, beside: bool) -> Iterator[Entry | FilmError]:
    """One file of a disc; `beside`: it was found in a folder, not named."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would wait for ever
            yield FilmError(Fault.SKIPPED, "skipped: this is no ordinary file.", path.name, folder)
            return
        stamp = f"{status.st_size} {status.st_mtime_ns}"
        with path.open("rb") as file:
            head = file.read(256)
            if is_zip(head):
                yield from _from_zip(path, path.name, folder, stamp)
                return
            if beside and path.name.upper() == _DISC_INDEX:
                raise _index(path.name)
            if status.st_size > limits.FILE_BYTES:
                check_bytes(head, path.name, status.st_size)
            kind = file_type(head, path.name)
            identity = NOBODY
            if kind is FileType.DICOM:
                identity = identify(head + file.read(HEAD_BYTES - len(head)))
        yield Entry(path.name, folder, path, kind, identity, stamp)
    except FilmError as error:
        yield (_no_film(path.name, error) if beside else error).placed(folder)
    except (OSError, ValueError):
        yield _unopened(path.name).placed(folder)


def _from_folder(root: Path, without: Path | None) -> Iterator[Entry | FilmError]:
    shown = root.name or root.resolve().name
    files: list[tuple[str, Path]] = []
    for where, folders, names in os.walk(root):  # does not follow links, so loops end
        inner = Path(where).relative_to(root).parts
        for name in [n for n in folders if not junk([n]) and Path(where, n).is_symlink()]:
            yield FilmError(Fault.SKIPPED, "skipped: this folder is a link to another place.", name)
        folders[:] = [n for n in folders if not junk([n]) and Path(where, n).resolve() != without]
        files += [("/".join((*inner, name)), Path(where, name)) for name in names if not junk([name])]
        if len(files) > limits.FOLDER_LISTED:
            words = f"the folder holds more than {limits.FOLDER_LISTED} files. Name a smaller folder."
            yield FilmError(Fault.ARCHIVE_SIZE, words, shown)
            return
    for relative, path in sorted(files, key=lambda item: order(item[0])):
        yield from _from_file(path, "/".join([shown, *relative.split("/")[:-1]]), beside=True)


def _from(source: Path | tuple[str, bytes], without: Path | None) -> Iterator[Entry | FilmError]:
    if isinstance(source, tuple):
        return _from_bytes(*source)
    if source.is_dir():
        return _from_folder(source, without)
    if source.exists():
        return _from_file(source, "", beside=False)
    return iter([FilmError(Fault.NOT_FOUND, "there is no such file or folder. Check its name.", source.name)])


def expand(
    sources: Iterable[Path | tuple[str, bytes]], *, without: Path | None = None
) -> tuple[list[Entry], list[FilmError]]:
    """Every file that may be a film, in natural order within its source, and a sentence for all that is none.

    A source is a file, a folder (with all inside), a zip, or (name, bytes) of an upload. Hidden files and those of the
    operating system are left out silently; what lies beside films and is none is named. On a disc with an index
    (DICOMDIR) the films are DICOM: pictures beside them are those of its viewer. A folder `without` inside a source is
    passed over.
    """
    without = without.resolve() if without else None
    entries: list[Entry] = []
    errors: list[FilmError] = []
    for source in sources:
        found = list(_from(source, without))
        discs = {e.folder for e in found if isinstance(e, FilmError) and e.file.upper() == _DISC_INDEX}
        for item in found:
            if isinstance(item, FilmError):
                errors.append(item)
            elif item.kind is not FileType.DICOM and any(_within(item.folder, disc) for disc in discs):
                words = "skipped: a picture beside the DICOM films of a disc is one of its viewer."
                errors.append(FilmError(Fault.SKIPPED, words, item.name, item.folder))
            else:
                entries.append(item)
    return entries, errors


def _within(folder: str, root: str) -> bool:
    return not root or folder == root or folder.startswith(root + "/")
