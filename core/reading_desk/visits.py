"""The visits that come before a reader, and their films."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.radiograph import Radiograph
from core.store import Order, Store, StoredFilm, StoredVisit
from core.svh import Limb, Side


@dataclass(frozen=True)
class ReadFilm:
    """One limb to be read. `joints` in pixels of the film; they only steer the view."""

    radiograph: Radiograph
    limb: Limb
    side: Side
    joints: Mapping[str, tuple[float, float]]

    @property
    def key(self) -> str:
        """`LH`, `RF`."""
        return f"{self.side}{self.limb[0]}"


@dataclass(frozen=True)
class ListedVisit:
    """A visit of a list. `position` counts from 1, or is 0; `load` opens its films when the reader comes to it."""

    patient: str
    label: str
    position: int
    load: Callable[[], tuple[ReadFilm, ...]]


def first_of_each(films: Iterable[ReadFilm]) -> tuple[ReadFilm, ...]:
    """Of several films of one limb and side the first."""
    chosen: dict[str, ReadFilm] = {}
    for film in films:
        chosen.setdefault(film.key, film)
    return tuple(chosen.values())


def read_film(store: Store, film: StoredFilm) -> ReadFilm:
    """A film of the store with its pixels.

    Raises: StoreError if they are gone or changed.
    """
    shot = Radiograph(store.pixels(film), f"{film.side}{film.limb[0]}", film.content, spacing_mm=film.spacing_mm)
    return ReadFilm(shot, film.limb, film.side, film.joints)


def stored_films(store: Store, visit: StoredVisit) -> tuple[ReadFilm, ...]:
    """The films of a visit of the store, the first of each limb and side.

    Raises: StoreError if a picture is gone or changed.
    """
    return first_of_each(read_film(store, film) for film in store.films(visit))


def in_order(visits: Iterable[ListedVisit], order: Order, reader: str) -> list[ListedVisit]:
    """The visits as they come before this reader: in time, or shuffled the same way each time the reader comes back."""
    visits = sorted(visits, key=lambda v: (v.patient, v.position, v.label))
    if order is Order.CHRONOLOGICAL:
        return visits
    turn = {(v.patient, v.label): hashlib.sha256(f"{reader}\n{v.patient}\n{v.label}".encode()).digest() for v in visits}
    return sorted(visits, key=lambda v: turn[v.patient, v.label])
