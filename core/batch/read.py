"""The one way from paths to readings: open, group, and read one visit after the other.

No more than one film is held.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.model_reader import FilmReading, ModelReader, VisitReading, as_read
from core.radiograph import Entry, FilmError, Radiograph, VisitFiles, expand, group_visits
from core.svh import Reading


@dataclass(frozen=True)
class VisitResult:
    """A visit as it was read, and its files that could not be opened."""

    visit: VisitReading
    refused: tuple[FilmError, ...] = ()

    @property
    def patient(self) -> str:
        """The visit's name, from the names of its files or folders."""
        return self.visit.patient

    @property
    def films(self) -> tuple[FilmReading, ...]:
        """What was found on each film, scored or refused."""
        return self.visit.films

    @property
    def reading(self) -> Reading:
        """The points of the films that count."""
        return self.visit.reading


_KILLER = "reading this file ended the process that read it, more than once. Send it by itself."


@dataclass(frozen=True)
class FileRead:
    """What came of one file: its film with what was read on it, or why it was not opened, or not read."""

    entry: Entry
    film: Radiograph | None = None
    readings: tuple[FilmReading, ...] = ()
    kept_out: str = ""
    error: FilmError | None = None


def read_each(
    reader: ModelReader | None,
    entries: Iterable[Entry],
    *,
    force: bool = False,
    keep_out: Callable[[Radiograph], str] = lambda film: "",
    without: frozenset[int] = frozenset(),
) -> Iterator[FileRead]:
    """Open and read the files of one visit, one a step; none is held. The page and the command line read by this.

    `keep_out` says in words why a film that was opened is not to be read. Files in `without` (by number) have ended a
    process before and are refused unread. Without a reader films are opened alone.
    """
    waiting: list[Radiograph] = []

    def come() -> Iterator[Radiograph]:
        while True:
            yield waiting.pop()

    reads = reader.read_films(come(), force=force) if reader is not None else None
    for number, entry in enumerate(entries):
        try:
            film = entry.open() if number not in without else None
        except FilmError as error:
            yield FileRead(entry, error=error)
            continue
        if film is None:
            yield FileRead(entry, error=FilmError("could-not-be-read-safely", _KILLER, entry.name, entry.folder))
            continue
        if words := keep_out(film):
            yield FileRead(entry, film, kept_out=words)
            continue
        readings: tuple[FilmReading, ...] = ()
        if reads is not None:
            waiting.append(film)
            readings = next(reads)
        yield FileRead(entry, as_read(film, readings), readings)


Each = Callable[[int, Radiograph, tuple[FilmReading, ...]], None]


def read_files(
    reader: ModelReader,
    files: VisitFiles,
    *,
    force: bool = False,
    each: Each = lambda number, film, readings: None,
    without: frozenset[int] = frozenset(),
) -> VisitResult:
    """Read the files of one visit, as `read_each` does.

    `each` is told the number of the file, the film and its readings while the film is there.
    """
    refused: list[FilmError] = []
    done: list[FilmReading] = []
    for number, read in enumerate(read_each(reader, files.entries, force=force, without=without)):
        if read.error is not None:
            refused.append(read.error.placed(read.error.folder, files.name))
        elif read.film is not None:
            done += read.readings
            each(number, read.film, read.readings)
    return VisitResult(VisitReading(files.name, tuple(done)), tuple(refused))


class ReadVisits:
    """The visits among files, folders and zips, read while they are asked for: `for visit in ReadVisits(paths): ...`.

    `lines` say what was joined or split against the folders, `left_out` what belongs to no visit because it is no film.
    """

    def __init__(
        self,
        paths: Iterable[Path | str | tuple[str, bytes]],
        *,
        weights: str = "compact",
        device: str = "auto",
        force: bool = False,
        reader: ModelReader | None = None,
    ) -> None:
        """Look at the files and group them; nothing is decoded yet.

        Raises: WeightsError if the weights cannot be used; ValueError for a device that is not there.
        """
        self._reader = reader or ModelReader.open(weights, device)
        self._force = force
        entries, left_out = expand([Path(path) if isinstance(path, str) else path for path in paths])
        visits, lines = group_visits(entries)
        self.visits, self.lines, self.left_out = tuple(visits), tuple(lines), tuple(left_out)

    def __len__(self) -> int:
        return len(self.visits)

    def __iter__(self) -> Iterator[VisitResult]:
        return (read_files(self._reader, files, force=self._force) for files in self.visits)
