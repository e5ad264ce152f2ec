"""The tables of a study's progression: who progresses, what the scores are, and what missing visits do to them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.agreement import Study
from core.agreement.progression import DetectableChange
from core.agreement.progressors import progressors, share_words
from core.agreement.study_score import MissingVisit, StudyScore, score_changes, with_missing
from pages.widgets.shared.scores_frame import scores_frame

_COLUMNS = 6


def progressors_table(study: Study, scores: Sequence[StudyScore], detectable: DetectableChange | None) -> None:
    """Shares of patients that progress, a column a score and group."""
    if not scores:
        st.caption("Choose at least one reader of the study.")
        return
    st.markdown("###### Who progresses")
    found = [entry for entry in progressors(study, scores, detectable) if entry.patients]
    if not found:
        st.caption("No patient has two visits with complete totals.")
        return
    chosen = found if len(found) <= _COLUMNS else [entry for entry in found if entry.score == scores[-1].name]
    table: dict[str, dict[str, str]] = {}
    for entry in chosen:
        title = f"{entry.score}, {entry.group} ({entry.patients})"
        for row in entry.rows:
            table.setdefault(row.name, {})[title] = share_words(row)
    rows = [{"Patients with": name, **cells} for name, cells in table.items()]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="progressors")
    told = {entry.from_to for entry in chosen if entry.from_to}
    st.caption(f"Change {' or '.join(sorted(told))}. In brackets: 95 % intervals.")
    st.markdown("###### The scores by visit")
    st.dataframe(scores_frame(study, scores), hide_index=True, height="content", key="scores_by_visit")


def missing_visits(study: Study, score: StudyScore) -> None:
    """The analyses of sensitivity where visits are missing; hidden where none are."""
    lacking = int((np.isnan(score.totals) & np.isfinite(score.totals).any(axis=1, keepdims=True)).sum())
    if not lacking or len(study.visits) < 2 or study.visits[0] == "visit 1":
        return
    with st.expander(
        f"Sensitivity: {lacking} visits without a complete score of {score.name}", icon=":material/query_stats:"
    ):
        st.caption(
            "The tables above are as observed. Here missing visits are imputed, or patients with one are left out:"
            " analyses of sensitivity, not results."
        )
        rows: list[dict[str, object]] = []
        for how in MissingVisit:
            try:
                filled = with_missing(study, score, how)
            except ValueError as error:
                rows.append({"Missing visits": how.value, "Note": str(error)})
                continue
            by = np.array([c.change for c in score_changes(study, filled, (0, len(study.visits) - 1))])
            if len(by) > 1:
                numbers = {
                    "Mean change": round(by.mean(), 2),
                    "SD": round(by.std(ddof=1), 2),
                    "Median": float(np.median(by)),
                }
                rows.append({"Missing visits": how.value, "Patients": len(by), **numbers})
            else:
                rows.append({"Missing visits": how.value, "Patients": len(by), "Note": "too few patients"})
        st.caption(f"Change of the {score.name} from {study.visits[0]} to {study.visits[-1]}.")
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="missing_visits")
