"""What the page "Reader agreement" gives away: the report, all figures, the readings."""

from collections.abc import Callable

import streamlit as st

from core.agreement import Study, all_comparisons, results_csv, results_json
from core.agreement.adjudication import THRESHOLD
from core.agreement.paper import analysed, report_zip
from core.agreement.results import status_by_visit
from core.cohort.long_table import write_long, write_totals
from pages.widgets.agreement.adjudicated import adjudicated_in_view
from pages.widgets.agreement.study_in_view import NOTES, rule_in_view
from pages.widgets.shared.research_notice import RESEARCH_CSV


def agreement_files(study: Study, readers: tuple[str, str], name: str) -> None:
    """All pairs as JSON and CSV, and the readings; computed when asked for."""
    threshold = st.session_state.get("adjudication_threshold", THRESHOLD)
    rule, notes = rule_in_view(), st.session_state.get(NOTES, ())
    adjudicated = adjudicated_in_view(study, readers)

    def whole_json() -> str:
        found, by_visit = all_comparisons(study, rule=rule), status_by_visit(study, rule=rule)
        return results_json(study, found, by_visit=by_visit, threshold=threshold, notes=notes, adjudicated=adjudicated)

    def report() -> bytes:
        return report_zip(analysed(study, rule=rule, threshold=threshold, notes=notes, adjudicated=adjudicated))

    files: list[tuple[str, str, str, Callable[[], str | bytes]]] = [
        ("Report", ".report.zip", "application/zip", report),
        ("Results CSV", RESEARCH_CSV, "text/csv", lambda: results_csv(all_comparisons(study, rule=rule))),
        ("Results JSON", ".json", "application/json", whole_json),
        ("Readings CSV", f".readings{RESEARCH_CSV}", "text/csv", lambda: write_long(study.readings)),
    ]
    if study.totals is not None:
        files.append(("Totals CSV", f".totals{RESEARCH_CSV}", "text/csv", lambda: write_totals(study.readings)))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for label, end, mime, make in files:
            st.download_button(
                label, make, f"{name}{end}", mime, icon=":material/download:", on_click="ignore", key=f"get_{label}",
                type="primary" if label == "Report" else "secondary",
            )  # fmt: skip
        st.caption(
            "Report: methods paragraph, tables (CSV, xlsx, HTML for a word processor), figures (SVG, PDF, PNG) and the"
            " GRRAS checklist; it takes some seconds. All pairs of readers, status and change. Text that a spreadsheet"
            " would run as a formula is made inert."
        )
