"""A reader without networks in the place of the one that `work.reader_of` opens, and folders of small films."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from core.model_reader import FilmReading, FilmStatus, ScoredCell
from core.radiograph import Radiograph
from core.svh import SITES, Limb, Side
from tests.core.radiograph import films


class StubReader:
    """Gives every film the points of its brightness; `KILLER` in a name ends the process."""

    cards, whole_hand = (), None

    def read_films(
        self, radiographs: Iterable[Radiograph], *, force: bool = False
    ) -> Iterator[tuple[FilmReading, ...]]:
        for film in radiographs:
            if "KILLER" in film.name:
                os.kill(os.getpid(), signal.SIGKILL)
            limb = film.limb_name or Limb.HAND
            points = int(1000 * film.pixels.mean()) % 4
            cells = tuple(ScoredCell(site, points, 0.0, 4.0, points + 0.1) for site in SITES[limb])
            yield (
                FilmReading(
                    film.name, film.sha256, FilmStatus.SCORED, None, "", film.width_px, film.height_px, limb,
                    film.side_name or Side.L, "name", cells=cells, folder=film.folder, notes=film.notes,
                ),
            )  # fmt: skip

    def score_hands(self, visit: object, pixels: object) -> None:
        return None


def use() -> None:
    """Put the stub in the place of the networks, in this process; also called in the workers of a cluster."""
    from core.batch import work

    work.reader_of = opened  # type: ignore[assignment]


def opened(weights: str, device: str) -> StubReader:
    return StubReader()


def cohort(folder: Path, visits: int, *, name: Callable[[int], str] = lambda n: f"P{n:03d}") -> Path:
    """Visits of two films each, all of them different."""
    for n in range(visits):
        where = folder / name(n)
        where.mkdir(parents=True)
        for limb, lift in (("LH", 0), ("RF", 7)):
            values = (films.grey8() // 2 + (n * 3 + lift) % 100).astype("uint8")
            (where / f"{name(n)}-{limb}.png").write_bytes(films.picture(values))
    return folder


def result(out: Path) -> dict[str, bytes]:
    """Every file of a result with its bytes."""
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}
