"""Networks with shuffled weights, the controls of the page "Explain": made once for all sessions."""

import streamlit as st

from core.saliency import Explainable


@st.cache_resource(max_entries=8, show_spinner=False)
def shuffled(weights: str, part: str, _network: Explainable) -> Explainable:
    """The network with shuffled weights.

    `weights` and `part` (a row of the scorer, or the whole hand) name it in the cache.
    """
    return _network.randomised()
