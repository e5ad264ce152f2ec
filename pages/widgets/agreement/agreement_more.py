"""Readers with themselves, and all readers together, on the page "Reader agreement"."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.agreement import Study
from core.agreement.pool import totals_of_readers, variance_components
from core.agreement.wording import WORDING, number, words
from pages.widgets.agreement.study_in_view import comparison, in_common, rule_in_view
from pages.widgets.shared.study_source import shown


def rereadings(study: Study, change: bool, visit: int | None) -> None:
    """How well readers agree with themselves, beside what they agree with each other."""
    rows = []
    for again, reader in study.rereads.items():
        if in_common(study, (reader, again), change=change, visit=visit):
            e = comparison(study, (reader, again), change=change, visit=visit).of("total").estimates
            smallest = "sdc_one" if change else "sdd_one"
            cells = {WORDING[k].title: words(e[k], k) for k in ("icc_a1", "kappa_quadratic", "sem", smallest)}
            rows.append({"Reader with himself or herself": f"{reader} and {again}", **cells})
    if rows:
        st.markdown("###### Intra-reader agreement")
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="rereadings")


def components_line(study: Study, people: Sequence[str], *, change: bool, visit: int | None) -> None:
    """Variance components of more than two readers, whoever read whom."""
    last = len(study.visits) - 1
    span = (0, last) if change else None
    try:
        scores = totals_of_readers(study, people, visit=visit or 0, span=span, rule=rule_in_view())
        found = variance_components(scores)
    except ValueError as error:
        st.caption(f"Mixed model of all readers: {error}.")
        return
    where = (
        f"change from {study.visits[0]} to {study.visits[last]}" if change else f"status at {study.visits[visit or 0]}"
    )
    st.markdown(
        f"Mixed model, {found.readers} readers, {found.patients} patients, {found.scores} totals ({shown(where)}): "
        f"ICC(A,1) {number(found.icc, 3)}, SEM of one reader {number(found.sem_consistency, 2)} "
        f"({number(found.sem, 2)} with the lean of the reader).",
        help="ICC(A,1): how much of the spread of one reader's scores is due to the patients; absolute agreement, 1 is "
        "perfect. SEM: the error of a single score, in points.",
    )
