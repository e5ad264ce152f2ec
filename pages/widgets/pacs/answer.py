"""Store the report of the study in view in the archive that it came from."""

from dataclasses import replace

import streamlit as st

from core.model_reader.case import Case
from core.pacs.archive import Archive, PacsError
from core.report import structured_report
from core.report.source import SourceStudy
from core.svh import TotalKind
from pages.widgets.score.downloads import visit_report
from pages.widgets.shared.case_steps import busy, finish_job

SCORE_PAGE = "score_films.py"


def answer_part(archive: Archive) -> None:
    """What is in view and how it is changed, and the button that stores it."""
    finish_job()
    if busy():
        return  # what is in view is not yet the study that was fetched
    source: SourceStudy | None = st.session_state.get("pacs_source")
    case: Case | None = st.session_state.get("case")
    if source is None or case is None or case.sample:
        st.caption("Fetch a study: its report can then be stored beside its films.")
        return
    strange = [film for film in case.films if film.radiograph.sha256 not in source.images]
    visit = case.visit()
    with st.container(border=True):
        st.markdown("**The study in view**")
        st.text("  ·  ".join(part for part in (source.patient_id, str(source.study.StudyDate or "")) if part))
        edited = len(case.changes.points)
        st.text(f"{len(visit.counted)} films counted, SvH {visit.totals[TotalKind.SVH].words}")
        st.caption(f"{edited} site{'s' if edited != 1 else ''} changed by you" if edited else "As the model gave it")
        if strange:
            st.warning("The case holds films that are not from this study: nothing can be stored for it.")
            return
        with st.container(horizontal=True):
            if st.button("Correct it on Score films", icon=":material/edit:"):
                st.switch_page(SCORE_PAGE)
            if st.button("Store the report", type="primary", icon=":material/upload:", disabled=not visit.counted):
                _store(archive, case, source)
        st.caption("Not verified, for research and teaching. It carries the patient and study of the archive.")


def _store(archive: Archive, case: Case, source: SourceStudy) -> None:
    try:
        report, captures = structured_report(replace(visit_report(case), source=source))
        with st.spinner("Storing …"):
            archive.send([report, *captures.values()])
    except PacsError as error:
        st.error(str(error), icon=":material/cloud_off:")
    except ValueError as error:
        st.error(f"There is nothing to store: {error}.", icon=":material/cloud_off:")
    else:
        words = f"Stored: the report and {len(captures)} captures, beside the films."
        st.success(words, icon=":material/cloud_done:")
