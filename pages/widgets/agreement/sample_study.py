"""The sample study: two simulated readers of 40 phantom patients at two visits.

It is nobody's data, so all sessions share it. It is put together here and not in core: agreement and phantom are
siblings that do not import each other, and `core.evaluation`, the lowest place above both, loads the networks, which a
page of statistics does not need.
"""

import streamlit as st

from core.agreement import Study, study_of
from core.phantom.simulated_readers import simulated_readings

SEED = 3


@st.cache_resource(show_spinner=False)
def sample_study() -> Study:
    """The same study for everybody."""
    return study_of(simulated_readings(SEED))
