"""Look for a study in the archive and take its films over to Score films."""

import streamlit as st

from core.pacs.archive import Archive, FoundStudy, PacsError
from core.report.source import SourceStudy
from pages.server.job_queue import QueueFull
from pages.widgets.shared.case_steps import begin_files


def search_part(archive: Archive) -> None:
    """The form and what was found, which stays on this person's screen alone."""
    with st.form("pacs_search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        patient_id = st.text_input("Patient ID", max_chars=64, key="pacs_patient", width=170)
        accession = st.text_input("Accession number", max_chars=16, key="pacs_accession", width=170)
        day = st.text_input("Date", placeholder="2026-03-02", max_chars=21, key="pacs_date", width=140)
        asked = st.form_submit_button("Find", type="primary", icon=":material/search:")
    if asked:
        try:
            st.session_state["pacs_found"] = archive.find(patient_id=patient_id, accession=accession, date=day)
        except PacsError as error:
            st.session_state.pop("pacs_found", None)
            st.error(str(error), icon=":material/cloud_off:")
    found: list[FoundStudy] | None = st.session_state.get("pacs_found")
    if found is None:
        st.caption("The films stay in the archive; what is fetched is kept for this session only.")
    elif not found:
        st.info("The archive has no such study.", icon=":material/search_off:")
    for number, study in enumerate(found or []):
        _row(archive, study, number)


def _row(archive: Archive, study: FoundStudy, number: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"pacs_row_{number}"):
        day = f"{study.date[:4]}-{study.date[4:6]}-{study.date[6:]}" if len(study.date) == 8 else study.date
        pictures = f"{study.images} objects" if study.images is not None else ""
        with st.container(width="stretch", gap=None):
            st.text("  ·  ".join(part for part in (study.patient_id, study.patient_name, day) if part))
            st.caption(
                " · ".join(part for part in (study.modalities, study.description, pictures) if part) or "no more"
            )
        if st.button("Fetch and score", key=f"pacs_fetch_{number}", icon=":material/download:"):
            _fetch(archive, study)


def _fetch(archive: Archive, study: FoundStudy) -> None:
    try:
        with st.spinner("Fetching the films …"):
            files = archive.fetch(study.uid)
        source = SourceStudy.of(files)
        begin_files([(f"film{number}.dcm", data) for number, data in enumerate(files, start=1)], keep=False)
    except (PacsError, QueueFull) as error:
        st.error(str(error), icon=":material/cloud_off:")
    except ValueError as error:
        st.error(f"This study cannot be answered: {error}.", icon=":material/cloud_off:")
    else:
        st.session_state["pacs_source"] = source
        st.rerun()
