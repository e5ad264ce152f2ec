"""Members of a zip read into memory, with limits on number, size and ratio that do not trust the zip's own figures."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from core.radiograph import limits
from core.radiograph.film import Fault, FilmError

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_PIECE = 2**20
_LISTED_BYTES = 600  # of the central directory per file, generous


def is_zip(data: bytes) -> bool:
    """Whether a file begins like a zip and is no DICOM with a zip in its preamble."""
    return data.startswith((b"PK\x03\x04", _END, b"PK\x07\x08")) and data[128:132] != b"DICM"


def _too_large(what: str, name: str) -> FilmError:
    return FilmError(Fault.ARCHIVE_SIZE, f"the archive {what}. Send the films in smaller parts.", name)


def _check_listing(file: IO[bytes], name: str) -> None:
    """Refuse a huge list of files before the zip module reads it (APPNOTE.TXT 4.3.16).

    Raises: FilmError.
    """
    size = file.seek(0, 2)
    start = max(0, size - 2**16 - 22)
    file.seek(start)
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise FilmError(Fault.ARCHIVE, "the archive is damaged or incomplete. Pack and send it again.", name)
    if tail[max(0, at - 20) : at].startswith(_END_64):
        raise _too_large("is of the Zip64 kind for very large contents", name)
    if struct.unpack_from("<L", tail, at + 12)[0] > limits.ARCHIVE_LISTED * _LISTED_BYTES:
        raise _too_large(f"lists more than {limits.ARCHIVE_LISTED} files", name)


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, name: str) -> bytes:
    """Bytes of one member, counted while they come.

    Raises: FilmError for limits; the zip module raises what it likes.
    """
    allowed = max(limits.ARCHIVE_RATIO * info.compress_size, _PIECE)
    parts: list[bytes] = []
    count = 0
    with archive.open(info) as member:
        while piece := member.read(_PIECE):
            count += len(piece)
            if count > allowed:
                raise _too_large(f"expands more than {limits.ARCHIVE_RATIO} to 1", name)
            if count > left:
                raise _too_large(f"expands to more than {limits.ARCHIVE_BYTES // 2**30} GB", name)
            if count > limits.FILE_BYTES:
                short = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
                raise FilmError(
                    Fault.FILE_SIZE,
                    f"the file is larger than {limits.FILE_BYTES // 2**20} MB. Export the film alone.",
                    short,
                )
            parts.append(piece)
    return b"".join(parts)


def _announced(infos: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse by what the zip says about itself, before anything is inflated.

    Raises: FilmError.
    """
    if len(infos) > limits.ARCHIVE_ENTRIES:
        raise _too_large(f"holds {len(infos)} files, more than {limits.ARCHIVE_ENTRIES}", name)
    if not infos:
        raise FilmError(Fault.ARCHIVE, "the archive holds no film. Pack the films into it.", name)
    if sum(info.file_size for info in infos) > limits.ARCHIVE_BYTES:
        raise _too_large(f"expands to more than {limits.ARCHIVE_BYTES // 2**30} GB", name)


def _read(file: IO[bytes], name: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes | FilmError]]:
    _check_listing(file, name)
    with zipfile.ZipFile(file) as archive:
        listed = archive.infolist()
        if len(listed) > limits.ARCHIVE_LISTED:
            raise _too_large(f"lists more than {limits.ARCHIVE_LISTED} files", name)
        infos = [info for info in listed if not info.is_dir() and wanted(info.filename)]
        _announced(infos, name)
        left = limits.ARCHIVE_BYTES
        for info in infos:
            path = info.filename
            shown = path.replace("\\", "/").rsplit("/", 1)[-1] or name
            if info.flag_bits & 1:
                yield (
                    path,
                    FilmError(
                        Fault.ENCRYPTED, "the file is locked by a password. Pack the archive again without one.", shown
                    ),
                )
                continue
            try:
                data = _inflated(archive, info, left, name)
            except FilmError as error:
                if error.code == Fault.ARCHIVE_SIZE:
                    raise
                yield path, error
                continue
            except Exception:  # zlib.error, BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError ...
                yield (
                    path,
                    FilmError(Fault.ARCHIVE, "the file is damaged inside its archive. Pack and send it again.", shown),
                )
                continue
            left -= len(data)
            yield path, data


def zip_members(
    archive: Path | bytes, name: str, *, wanted: Callable[[str], bool]
) -> list[tuple[str, bytes | FilmError]]:
    """Path and content of every wanted member; an error in place of the content, or of all of it, says what is wrong.

    An archive above a limit gives that one error and none of its members.
    """
    try:
        with archive.open("rb") if isinstance(archive, Path) else io.BytesIO(archive) as file:
            return list(_read(file, name, wanted))
    except FilmError as error:
        return [("", error)]
    except Exception:
        damaged = FilmError(Fault.ARCHIVE, "the archive is damaged or incomplete. Pack and send it again.", name)
        return [("", damaged)]
