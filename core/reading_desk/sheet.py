"""The reading of one visit as it lies on the desk: its films, its values, the model's answer and what is not saved."""

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.model_reader.evidence import FilmReading
from core.reading_desk.visits import ReadFilm
from core.store import BlindedReading, Mark, OpenReading, Status, StoredVisit
from core.svh import Cell, Limb, Reading, Side

LimbSide = tuple[Limb, Side]


@dataclass(frozen=True)
class ModelAnswer:
    """What the model gave for the films of a visit, with {card: SHA-256}; or in words why there is nothing."""

    readings: tuple[FilmReading, ...] = ()
    cards: Mapping[str, str] = field(default_factory=dict)
    nothing: str = ""


AskModel = Callable[[tuple[ReadFilm, ...]], "Future[ModelAnswer]"]  # has the model read films beside the person


def answered(answer: ModelAnswer) -> "Future[ModelAnswer]":
    """An answer that is there at once."""
    there: Future[ModelAnswer] = Future()
    there.set_result(answer)
    return there


@dataclass(frozen=True)
class Change:
    """One thing to be stored: marks with time spent, or a new status."""

    request: str
    marks: Mapping[Cell, Mark | None] = field(default_factory=dict)
    spent_ms: Mapping[LimbSide, int] = field(default_factory=dict)
    status: Status | None = None


@dataclass
class Sheet:
    """The reading of one visit. `waiting` is what the store has not acknowledged yet; it is empty in good times."""

    films: tuple[ReadFilm, ...]
    answer: "Future[ModelAnswer]"
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    stored: StoredVisit | None = None
    reading: str = ""
    values: BlindedReading = field(default_factory=BlindedReading)
    spent_ms: dict[LimbSide, int] = field(default_factory=dict)
    waiting: list[Change] = field(default_factory=list)
    fault: str = ""  # why the films of a visit cannot be shown
    model_kept: bool = False

    def model(self) -> Reading | None:
        """What the model gave; None until it is done. Never asked for while the reading is blinded."""
        if self.values.model_hidden or not self.answer.done():
            return None
        readings = self.answer.result().readings
        return Reading({(r.side, c.site): c.points for r in readings if r.side for c in r.cells})

    def take_up(self, begun: OpenReading) -> None:
        """Go on with a reading of the store; what was read before the store came back stands."""
        self.stored, self.reading = begun.visit, begun.id
        if not self.waiting:
            self.values, self.spent_ms = begun.values, dict(begun.spent_ms)

    def turn(self, status: Status, request: str) -> None:
        """Come to a later status, and note that it has to be stored."""
        self.values = self.values.turned(status)
        self.waiting.append(Change(request, status=status))
