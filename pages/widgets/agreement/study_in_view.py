"""Which study is in view: the sample, tables, or the case store. Nothing of it leaves the session."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.agreement import Comparison, Study, compare, paired, study_of
from core.cohort.long_table import ReadingKey
from core.svh import Reading
from pages.widgets.agreement.sample_study import sample_study

STUDY = "agreement_study"
RESULTS = "agreement_results"


def study_in_view() -> Study:
    """The session's study, or the sample."""
    study: Study = st.session_state.get(STUDY) or sample_study()
    return study


def use_study(readings: Mapping[ReadingKey, Reading] | None, source: str) -> None:
    """Show other readings; None is the sample.

    Raises: ValueError for readings of fewer than two readers.
    """
    study = None if readings is None else study_of(readings)
    if study and len(study.readers) < 2:
        raise ValueError(f"there is one reader alone, {study.readers[0]}; agreement needs two")
    for key in (STUDY, RESULTS, "reader_first", "reader_second"):
        st.session_state.pop(key, None)
    if study is not None:
        st.session_state[STUDY], st.session_state[f"{STUDY}_source"] = study, source


def comparison(study: Study, readers: Sequence[str], *, change: bool) -> Comparison:
    """A comparison, computed once a session."""
    results = st.session_state.setdefault(RESULTS, {})
    key = (*readers, change)
    if key not in results:
        results[key] = compare(study, readers, change=change)
    found: Comparison = results[key]
    return found


def in_common(study: Study, readers: Sequence[str], *, change: bool) -> int:
    """Patients whom all of these readers read (at two visits, for change)."""
    return paired(study, readers, change=change).patients_used
