"""The case store as pages other than Read see it: its readings, and its films with the places of the joints."""

from collections.abc import Callable

import streamlit as st

from core.cohort.long_table import ReadingKey
from core.reading_desk import ReadFilm, read_film
from core.store import StoreError
from core.svh import Limb, Reading, Side
from pages.widgets.shared.session_store import open_store

FilmOf = Callable[[str, str, Limb, Side], ReadFilm | None]


def stored_readings(*, first: bool) -> dict[ReadingKey, Reading]:
    """The complete readings that stand, visits in time; `first` takes the values given before the model was shown.

    Raises: StoreError if the store cannot be read.
    """
    store = open_store()
    time = {(visit.patient, visit.label): visit.position for visit in store.visits()}
    found = store.readings(first=first)
    return {key: found[key] for key in sorted(found, key=lambda key: (time[key[1:]], key))}


def stored_film(patient: str, visit: str, limb: Limb, side: Side) -> ReadFilm | None:
    """A film of the store with its joints; None where there is none or its picture is gone."""
    try:
        store = open_store()
        for stored in store.visits():
            if (stored.patient, stored.label) == (patient, visit):
                for film in store.films(stored):
                    if (film.limb, film.side) == (limb, side):
                        return read_film(store, film)
    except StoreError as error:
        st.warning(str(error), icon=":material/save:")
    return None
