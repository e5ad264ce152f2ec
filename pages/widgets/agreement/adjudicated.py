"""Whom a third reader has to look at, and the score of the study that comes of it."""

import pandas as pd
import streamlit as st

from core.agreement import Study, adjudication
from core.agreement.adjudication import HIGH_RATE, THRESHOLD
from core.agreement.study_score import Adjudicator, StudyScore, adjudicated_score, mean_score
from core.svh import TotalKind
from pages.widgets.agreement.study_in_view import rule_in_view
from pages.widgets.shared.scores_frame import scores_frame
from pages.widgets.shared.study_source import shown

ADJUDICATED_BY = {
    Adjudicator.THIRD: "The adjudicator's score in place of the mean",
    Adjudicator.NEAREST_TWO: "The mean of the two of the three that lie nearest to each other",
    Adjudicator.CONSENSUS: "What the readers agreed on, which the adjudicator's table holds",
}


def adjudication_table(study: Study, readers: tuple[str, str]) -> None:
    """The threshold, the rate and the patients for a third reader."""
    threshold = st.number_input(
        "A third reader adjudicates when the changes differ by this many points or more",
        min_value=1.0,
        max_value=float(TotalKind.SVH.maximum),
        value=THRESHOLD,
        step=1.0,
        format="%.0f",
        key="adjudication_threshold",
        width=420,
    )
    result = adjudication(study, readers, threshold=threshold, rule=rule_in_view())
    if result.rate is None:
        st.write("No patient has two visits that both readers read, so there is no change to adjudicate.")
        return
    st.markdown(
        f"**{result.called} of {result.patients} patients** go to adjudication, a rate of **{result.rate:.1%}**."
    )
    if result.rate > HIGH_RATE:
        st.warning("More than 20 % is a rate that regulators ask about: train the readers again, or look at the films.")
    st.caption(
        "Trials use 7 to 15 points. The change is that from the first visit to every later one. Both readings stay on"
        " record; the third is added to them."
    )
    rows = [
        {
            "Patient": k.patient,
            "Visits": k.visits,
            "First: " + readers[0]: k.first,
            "Second: " + readers[1]: k.second,
            "Apart": k.apart,
        }
        for k in result.cases
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="adjudicated")
    others = [name for name in study.readers if name not in readers]
    if not others:
        st.caption("With a third reader in the study the adjudicated score can be made here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        adjudicator = st.selectbox(
            "Adjudicated by", others, index=None, key="adjudicator", width=220, placeholder="Choose to make a score"
        )
        st.selectbox(
            "Where the changes lie apart", list(Adjudicator), format_func=ADJUDICATED_BY.__getitem__, width=460,
            key="adjudicated_by", disabled=adjudicator is None,
        )  # fmt: skip
    score = adjudicated_in_view(study, readers)
    if score:
        st.markdown(f"**{shown(score.name[0].upper() + score.name[1:])}**")
        beside = [score, mean_score(study, readers, rule=rule_in_view())]
        st.dataframe(scores_frame(study, beside), hide_index=True, height="content", key="adjudicated_score")
        st.caption("This is the score of the study in the report and in the JSON below.")


def adjudicated_in_view(study: Study, readers: tuple[str, str]) -> StudyScore | None:
    """The adjudicated score that was chosen; None without a choice."""
    adjudicator = st.session_state.get("adjudicator")
    if adjudicator not in study.readers or adjudicator in readers:
        return None
    how = Adjudicator(st.session_state.get("adjudicated_by", Adjudicator.THIRD))
    threshold = st.session_state.get("adjudication_threshold", THRESHOLD)
    return adjudicated_score(study, readers, adjudicator, how, threshold=threshold, rule=rule_in_view())
