"""What the command line says of scored visits."""

from collections.abc import Iterator, Sequence

from core.model_reader.evidence import VisitReading
from core.radiograph.film import NO_FILM, FilmError
from core.svh import TotalKind

_PARTS = {TotalKind.EROSION: "erosion", TotalKind.JSN: "JSN", TotalKind.HANDS: "hands", TotalKind.FEET: "feet"}
_NAMED = 5  # files that are no films are named up to this number


def left_out_summary(refused: Sequence[FilmError]) -> Iterator[str]:
    """A line a file that could not be used; many that are no films at all are one line."""
    named, no_films = without_no_films(refused)
    yield from (f"refused {error}" for error in named)
    if no_films:
        first = ", ".join(error.where for error in no_films[:3])
        yield f"{len(no_films)} files are no films and were left out ({first} ...); readings.json names them all."


def without_no_films(refused: Sequence[FilmError]) -> tuple[list[FilmError], list[FilmError]]:
    """The refusals that are told one by one, and those of files that are no films where there are too many of them."""
    no_films = [error for error in refused if error.code in NO_FILM]
    if len(no_films) <= _NAMED:
        return list(refused), []
    return [error for error in refused if error.code not in NO_FILM], no_films


def visit_summary(visit: VisitReading, refused: Sequence[FilmError] = ()) -> Iterator[str]:
    """Lines: the visit's totals, what was refused or is in doubt."""
    if visit.films:
        totals = visit.totals
        svh = totals[TotalKind.SVH]
        parts = ", ".join(f"{word} {totals[kind].brief}" for kind, word in _PARTS.items())
        line = f"{visit.patient}: SvH {svh.words}; {parts}"
        yield line if svh.incomplete else f"{line}; {svh.missing} sites without points"
        for film in visit.films:
            name = "/".join(part for part in (film.folder, film.file) if part)
            if not film.scored:
                yield f"  refused {name}: {film.reason}"
            elif film.ask_side:
                yield f"  {name}: {film.ask_side}"
            elif film.side_open:
                yield f"  {name}: side not confirmed; only the anatomy tells it"
            yield from (f"  {name}: {note}" for note in film.notes)
    yield from (f"  refused {error}" for error in refused)
