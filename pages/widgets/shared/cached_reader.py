"""The model reader, opened once for all sessions: the one seam that tests replace."""

import streamlit as st

from core.model_reader import ModelReader
from core.model_reader.weight_sets import default_set


@st.cache_resource(show_spinner=False)
def open_reader(weights: str = "") -> ModelReader:
    """The reader with a set of weights, the default set where none is named; holds networks only, never a film.

    Raises: WeightsError if the weights are missing or damaged.
    """
    return ModelReader.open(weights=weights or default_set(), device="auto")


def reader_of(weights: str) -> ModelReader:
    """The reader that scored a case with these weights; opened once for the default set, named or not.

    Raises: WeightsError as `open_reader` does.
    """
    return open_reader(weights) if weights else open_reader()
