"""The case as files: RA2 table and JSON, with the person's changes in them."""

from datetime import date
from typing import Any

import streamlit as st

from core.model_reader.case import UNNAMED, Case
from core.radiograph import display_text
from core.report import VisitReport, readings_csv, readings_json, report_zip, visits_pdf
from pages.widgets.shared import cached_reader
from pages.widgets.shared.research_notice import RESEARCH_CSV


def weights_used(case: Case) -> dict[str, Any]:
    """The weights that scored the case, by name and digest, as the JSON file states them."""
    reader = cached_reader.reader_of(case.weights)
    return {"set": reader.weights, "files": {card.name: card.sha256 for card in reader.cards}}


def visit_report(case: Case) -> VisitReport:
    """The case as it is now, ready to be reported under today's date."""
    edited = {
        (reading.side, site)
        for film in case.films
        if (reading := case.edited(film)) in case.visit().counted and reading and reading.side
        for key, site in case.changes.points
        if key == film.key
    }
    pixels = {film.radiograph.sha256: film.radiograph.pixels for film in case.films}
    return VisitReport(case.visit(), date.today(), pixels, weights_used(case), frozenset(edited), case.visit_text)


def _say_study_id(case: Case, widget: str) -> None:
    case.patient = display_text(st.session_state[widget]) or UNNAMED


def _study_id(case: Case) -> None:
    """Ask whom the files shall name: file names and DICOM attributes are never asked."""
    widget = f"study_id_{case.films[0].key}"
    st.text_input(
        "Study ID of the patient",
        "" if case.patient == UNNAMED else case.patient,
        max_chars=40,
        placeholder="Study ID",
        label_visibility="collapsed",
        width=140,
        help=(
            "Names the patient in every file below, the DICOM files included; until you type one it is “unnamed”. Never"
            " a name or a hospital number. A file name tells limb and side only (…-LH); it stands beside its film here"
            " and in the JSON, so keep names of people out of file names."
        ),
        disabled=case.sample,
        key=widget,
        on_change=_say_study_id,
        args=(case, widget),
    )


def downloads(case: Case) -> None:
    """The buttons; they do not run the page again."""
    visit = case.visit()
    if not visit.films:
        return
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in case.patient)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _study_id(case)
        case.visit_text = st.text_input(
            "Date of the visit",
            case.visit_text,
            max_chars=40,
            placeholder="Visit date, for the PDF",
            label_visibility="collapsed",
            width=190,
            key=f"visit_text_{case.films[0].key}",
        )
        st.download_button(
            "CSV",
            readings_csv([visit]),
            f"{name}{RESEARCH_CSV}",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="csv",
        )
        st.download_button(
            "JSON",
            readings_json([visit], weights_used(case)),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="json",
        )
        report = visit_report(case)
        st.download_button(
            "PDF",
            lambda: visits_pdf([report]),  # made when it is pressed
            f"{name}.pdf",
            "application/pdf",
            icon=":material/download:",
            on_click="ignore",
            key="pdf",
        )
        st.download_button(
            "DICOM SR",
            lambda: report_zip(report),
            f"{name}-dicom.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            disabled=not visit.counted,
            help="A zip of the structured report and the films with overlay that it points at.",
            key="dicom",
        )
        edited = len(case.changes.points)
        changed = f"{edited} site{'s' if edited != 1 else ''} changed by you. " if edited else ""
        st.caption(f"{changed}CSV has the columns of the RA2-DREAM table; JSON has boxes, joints and intervals too.")
