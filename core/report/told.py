"""What the command line says of scored visits."""

from collections.abc import Iterator, Sequence

from core.model_reader.evidence import VisitReading
from core.model_reader.whole_hand import disagreement
from core.radiograph.film import FilmError


def told(visits: Sequence[VisitReading], refused: Sequence[FilmError]) -> Iterator[str]:
    """Lines: each visit's totals, the second score of its hands where there is one, and what was refused or is in doubt."""
    for visit in visits:
        reading = visit.reading
        yield (
            f"{visit.patient}: SvH {reading.svh} of 448 (erosion {reading.erosion}, JSN {reading.jsn}), "
            f"{len(reading.missing())} sites without points"
        )
        if visit.whole_hand is not None:
            whole = visit.whole_hand
            yield (
                f"  whole-hand network: hands {whole.estimate:.0f} ({whole.low:.0f}-{whole.high:.0f}), "
                f"sum over joints {reading.hands}"
            )
            if flag := disagreement(visit):
                yield f"  {flag}"
        for film in visit.films:
            name = "/".join(part for part in (film.folder, film.file) if part)
            if not film.scored:
                yield f"  refused {name}: {film.reason}"
            elif film.ask_side:
                yield f"  {name}: {film.ask_side}"
            yield from (f"  {name}: {note}" for note in film.notes)
    yield from (f"refused {error}" for error in refused)
