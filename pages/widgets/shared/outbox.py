"""What a component says to the page, checked at the border: it comes from a browser, and may be anything."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st


def said(key: str, name: str) -> object:
    """The value that the component with this key holds under a name; None where it holds none."""
    state = st.session_state[key]
    return state.get(name) if isinstance(state, Mapping) else None


def whole(value: object) -> int | None:
    """A whole number as JSON gives it, also as 4.0; None for everything else, true and 1e999 among it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else None


def new_actions(outbox: object, done: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The actions with a number above `done`, in order, each once, with that number."""
    for action in outbox if isinstance(outbox, list) else ():
        number = whole(action.get("n")) if isinstance(action, dict) else None
        if number is not None and number > done:
            done = number
            yield number, action
