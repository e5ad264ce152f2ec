"""The model reader, opened once for all sessions: the one seam that tests replace."""

import streamlit as st

from core.model_reader import ModelReader


@st.cache_resource(show_spinner=False)
def open_reader() -> ModelReader:
    """The reader with the default weights; holds networks only, never a film.

    Raises: WeightsError if the weights are missing or damaged.
    """
    return ModelReader.open(weights="compact", device="auto")
