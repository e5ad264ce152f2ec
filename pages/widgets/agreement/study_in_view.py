"""Which study is in view: the sample, tables, or the case store. Nothing of it leaves the session."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.agreement import ALL_CELLS, Comparison, Completeness, Study, compare, paired, study_of
from core.agreement.results import model_last
from core.cohort.scores import ReadingKey, Scores
from core.svh import Reading
from pages.widgets.agreement.sample_study import sample_study

STUDY = "agreement_study"
RESULTS = "agreement_results"
NOTES = "agreement_notes"
_CHOICES = ("reader_first", "reader_second", "agreement_visit", "agreement_span", "agreement_share",
            "adjudicator", "adjudicated_by")  # fmt: skip


def study_in_view() -> Study:
    """The session's study, or the sample."""
    study: Study = st.session_state.get(STUDY) or sample_study()
    return study


def use_study(
    readings: Mapping[ReadingKey, Reading | Scores] | None,
    source: str,
    visits: Sequence[str] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Show other readings, their visits in this order; None is the sample.

    Raises: ValueError for readings of fewer than two readers; UnknownVisitOrder if the order of visits has to be told.
    """
    study = None if readings is None else study_of(readings, visits)
    if study and len(study.readers) < 2:
        raise ValueError(f"there is one reader alone, {study.readers[0]}; agreement needs two")
    for key in (STUDY, RESULTS, NOTES, *_CHOICES):
        st.session_state.pop(key, None)
    if study is not None:
        st.session_state[STUDY], st.session_state[f"{STUDY}_source"] = study, source
        st.session_state[NOTES] = tuple(notes)
    # Said and not left to the default: a box whose options change keeps showing the name that was in it.
    names = model_last((study or sample_study()).readers)
    st.session_state["reader_first"], st.session_state["reader_second"] = names[:2]


def rule_in_view() -> Completeness:
    """How complete a total has to be, as the page says."""
    share = st.session_state.get("agreement_share", 100)
    return ALL_CELLS if share == 100 else Completeness(share / 100)


def comparison(
    study: Study,
    readers: Sequence[str],
    *,
    change: bool = False,
    visit: int | None = None,
    span: tuple[int, int] | None = None,
) -> Comparison:
    """A comparison by the rule in view, computed once a session."""
    results = st.session_state.setdefault(RESULTS, {})
    key = (*readers, change, visit, span, rule_in_view().share)
    if key not in results:
        results[key] = compare(study, readers, change=change, visit=visit, span=span, rule=rule_in_view())
    found: Comparison = results[key]
    return found


def in_common(
    study: Study,
    readers: Sequence[str],
    *,
    change: bool,
    visit: int | None = None,
    span: tuple[int, int] | None = None,
) -> int:
    """Patients whom all of these readers read (at two visits, for change)."""
    return paired(study, readers, change=change, visit=visit, span=span, rule=rule_in_view()).patients_used
