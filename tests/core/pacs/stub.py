"""A reader without networks: limb and side from the tags, all joints at one place, the same points everywhere."""

from collections.abc import Iterable, Iterator

from core.model_reader import FilmReading, FilmStatus, FoundJoint, Refusal, ScoredCell
from core.radiograph import Radiograph
from core.svh import SITES


class StubReader:
    """Stands in for ModelReader."""

    weights, cards, whole_hand = "stub", (), None

    def read_films(
        self, radiographs: Iterable[Radiograph], *, force: bool = False
    ) -> Iterator[tuple[FilmReading, ...]]:
        for film in radiographs:
            size = (film.width_px, film.height_px)
            if film.limb_tag is None or film.side_tag is None:
                refused = FilmStatus.REFUSED
                yield (FilmReading(film.name, film.sha256, refused, Refusal.NO_LIMB, "No hand, no foot.", *size),)
                continue
            sites = SITES[film.limb_tag]
            yield (
                FilmReading(
                    film.name, film.sha256, FilmStatus.SCORED, None, "", *size, film.limb_tag, film.side_tag, "tag",
                    joints=tuple(FoundJoint(site.joint, size[0] / 2, size[1] / 4, 0.9) for site in sites),
                    cells=tuple(ScoredCell(site, 1, 0.0, 2.0, 1.1) for site in sites),
                ),
            )  # fmt: skip

    def score_hands(self, visit: object, pixels: object) -> None:
        return None
