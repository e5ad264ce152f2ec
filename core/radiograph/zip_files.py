"""Members of a zip, read one at a time with limits that do not trust the zip's own figures.

Runs in the guarded child.
"""

import io
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.radiograph import limits
from core.radiograph.file_type import FileType, file_type
from core.radiograph.film import Fault, FilmError
from core.radiograph.foreign_names import archive_paths, junk, parts
from core.radiograph.identity import HEAD_BYTES, NOBODY, Identity, identity_of

_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_PIECE = 2**20
_LISTED_BYTES = 600  # of the central directory per file, generous
_ICON_BYTES = 8192  # a picture of fewer bytes is a viewer's button and does not count as a film


@dataclass(frozen=True)
class Member:
    """A file in a zip: its place in the list, its path as packed, its size and checksum, and what its first bytes are.

    `kind` is the accepted type, or `code` and `message` say why it is no film.
    """

    index: int
    path: str
    size: int
    crc: int
    kind: str = ""
    code: str = ""
    message: str = ""
    identity: Identity = NOBODY


def is_zip(data: bytes) -> bool:
    """Whether a file begins like a zip and is no DICOM with a zip in its preamble."""
    return data.startswith((b"PK\x03\x04", _END, b"PK\x07\x08", b"PK00PK\x03\x04")) and data[128:132] != b"DICM"


def _too_large(what: str, name: str) -> FilmError:
    return FilmError(Fault.ARCHIVE_SIZE, f"the archive {what}. Send the films in smaller parts.", name)


def _damaged(name: str) -> FilmError:
    return FilmError(Fault.ARCHIVE, "the archive is damaged or incomplete. Pack and send it again.", name)


def _check_listing(file: IO[bytes], name: str) -> None:
    """Refuse a huge list of files before the zip module reads it (APPNOTE.TXT 4.3.14 to 4.3.16).

    Raises: FilmError.
    """
    size = file.seek(0, 2)
    start = max(0, size - 2**16 - 22)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise _damaged(name)
    listed = struct.unpack_from("<L", tail, at + 12)[0]
    if tail[max(0, at - 20) : at].startswith(_LOCATOR_64):
        file.seek(struct.unpack_from("<Q", tail, at - 20 + 8)[0])
        record = file.read(56)
        if len(record) == 56 and record.startswith(_END_64):  # else data stands before the zip; the zip module finds it
            listed = struct.unpack_from("<Q", record, 40)[0]
    file.seek(0)
    if listed > limits.ARCHIVE_LISTED * _LISTED_BYTES:
        raise _too_large(f"lists more than {limits.ARCHIVE_LISTED} files", name)


def _opened(source: Path | bytes, name: str) -> zipfile.ZipFile:
    file = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    try:
        _check_listing(file, name)
        return zipfile.ZipFile(file)
    except FilmError:
        raise
    except Exception:  # BadZipFile, struct.error, NotImplementedError, OSError ...
        raise _damaged(name) from None


def list_members(source: Path | bytes, name: str, salt: bytes) -> list[Member]:
    """Every member that may be a film or must be named; hidden files and folders are left out.

    Raises: FilmError if the archive cannot be read or holds more than the limits allow. They count films, not what else
    lies in the archive.
    """
    with _opened(source, name) as archive:
        infos = archive.infolist()
        if len(infos) > limits.ARCHIVE_LISTED:
            raise _too_large(f"lists more than {limits.ARCHIVE_LISTED} files", name)
        found: list[Member] = []
        for index, (info, path) in enumerate(zip(infos, archive_paths(infos), strict=True)):
            folder = path.endswith(("/", "\\")) and info.file_size == 0
            if not folder and not junk(parts(path)):
                found.append(_member(archive, info, index, path, salt))
    if not found:
        raise FilmError(Fault.ARCHIVE, "the archive holds no film. Pack the films into it.", name)
    films = [m for m in found if m.kind and (m.kind == FileType.DICOM.value or m.size >= _ICON_BYTES)]
    if len(films) > limits.ARCHIVE_ENTRIES:
        raise _too_large(f"holds {len(films)} films, more than {limits.ARCHIVE_ENTRIES}", name)
    if sum(m.size for m in films) > limits.ARCHIVE_BYTES:
        raise _too_large(f"expands to more than {limits.ARCHIVE_BYTES // 2**30} GB", name)
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, index: int, path: str, salt: bytes) -> Member:
    shown = (parts(path) or ["film"])[-1]
    facts = (index, path, info.file_size, info.CRC)
    try:
        head = _head(archive, info, shown)
        if is_zip(head):
            words = "this is an archive in an archive. Unpack it and send the films themselves."
            raise FilmError(Fault.NESTED, words, shown)
        kind = file_type(head, shown)
    except FilmError as error:
        return Member(*facts, code=error.code, message=error.message)
    identity = identity_of(head, salt) if kind is FileType.DICOM else NOBODY
    return Member(*facts, kind=kind.value, identity=identity)


def _head(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> bytes:
    if info.flag_bits & 1:
        words = "the file is locked by a password. Pack the archive again without one."
        raise FilmError(Fault.ENCRYPTED, words, shown)
    if info.file_size > limits.FILE_BYTES:
        raise _large(shown)
    try:
        with archive.open(info) as member:
            head = member.read(256)
            return head + member.read(HEAD_BYTES) if head[128:132] == b"DICM" or head[:1] in b"\x02\x08" else head
    except Exception:
        raise _broken(shown) from None


def _large(shown: str) -> FilmError:
    return FilmError(
        Fault.FILE_SIZE, f"the file is larger than {limits.FILE_BYTES // 2**20} MB. Export the film alone.", shown
    )


def _broken(shown: str) -> FilmError:
    # zlib.error, BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError ...
    return FilmError(Fault.ARCHIVE, "the file is damaged inside its archive. Pack and send it again.", shown)


def read_member(source: Path | bytes, index: int, name: str) -> bytes:
    """Bytes of one member, counted while they come; `name` is its own.

    Raises: FilmError; a member that expands too far is refused alone.
    """
    with _opened(source, name) as archive:
        info = archive.infolist()[index]
        allowed = max(limits.ARCHIVE_RATIO * info.compress_size, _PIECE)
        pieces: list[bytes] = []
        count = 0
        try:
            with archive.open(info) as member:
                while piece := member.read(_PIECE):
                    count += len(piece)
                    if count > allowed:
                        words = (
                            f"the file expands more than {limits.ARCHIVE_RATIO} to 1 in its archive: it is blank or no"
                            " film."
                        )
                        raise FilmError(Fault.ARCHIVE_SIZE, words, name)
                    if count > limits.FILE_BYTES:
                        raise _large(name)
                    pieces.append(piece)
        except FilmError:
            raise
        except Exception:
            raise _broken(name) from None
    return b"".join(pieces)
