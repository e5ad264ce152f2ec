"""Compact or paper weights; shown only where both sets are complete."""

import streamlit as st

from core.model_reader.weight_sets import complete_sets, default_set

WORDS = {"compact": "Compact: seconds on a laptop", "paper": "Paper: DeepRA's six networks, slower (figures: Models)"}


def choose_weights() -> str:
    """The set for the films that are scored next; empty stands for the default set."""
    sets, usual = complete_sets(), default_set()
    if not sets[1:]:
        return ""
    chosen = st.radio("Weights", sets, index=sets.index(usual), format_func=WORDS.__getitem__, key="weights")
    return "" if chosen == usual else chosen
