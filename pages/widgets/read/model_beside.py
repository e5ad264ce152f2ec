"""The model reads the films beside the person, in the queue of all sessions."""

from collections.abc import Generator, Sequence
from concurrent.futures import Future

from core.checkpoint import WeightsError
from core.model_reader.evidence import FilmReading
from core.reading_desk import ModelAnswer, ReadFilm
from core.reading_desk.sheet import answered
from pages.server.job_queue import QueueFull
from pages.server.sessions import QUEUE, session_name
from pages.widgets.shared import cached_reader
from pages.widgets.shared.scoring_job import weights_words


def ask_model(films: Sequence[ReadFilm], /) -> "Future[ModelAnswer]":
    """The model's answer; where the queue is full the words for that take its place."""
    try:
        return QUEUE.start(_read(films), session_name()).future
    except QueueFull as full:
        return answered(ModelAnswer(nothing=str(full)))


def _read(films: Sequence[ReadFilm]) -> Generator[tuple[str, float], None, ModelAnswer]:
    """The model's reading of films whose limb and side are known."""
    try:
        reader = cached_reader.open_reader()
    except WeightsError as error:
        return ModelAnswer(nothing=weights_words(error))
    readings: list[FilmReading] = []
    for n, film in enumerate(films):
        yield "the model reads", n / len(films)
        readings += reader.read_film(film.radiograph, slot=(film.limb, film.side))[:1]
    cards = {card.name: card.sha256 for card in reader.cards}
    return ModelAnswer(tuple(r for r in readings if r.scored), cards)
