"""The case as files: RA2 table and JSON, with the person's changes in them."""

from datetime import date
from typing import Any

import streamlit as st

from core.model_reader.case import Case
from core.report import DRAFT, VisitReport, readings_csv, readings_json, report_zip, spaces_csv, visits_pdf
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
    day = case.visit_date.isoformat() if case.visit_date else ""
    signed = case.review()
    counted = [film for film in case.films if film.key not in case.changes.dropped and case.edited(film)]
    return VisitReport(
        case.visit(),
        date.today(),
        pixels,
        weights_used(case),
        frozenset(edited),
        visit_text=" \N{MIDDLE DOT} ".join(filter(None, (case.visit_name, day))),
        reader=case.reader,
        signed=signed.words if signed else "",
        films_signed=tuple(review.words if (review := case.review(film.key)) else "" for film in counted),
    )


def case_columns(case: Case) -> dict[str, str]:
    """Visit, reader and signature as they stand behind the columns of the RA2 table."""
    signed = case.review()
    return {
        "visit": case.visit_name,
        "visit_date": case.visit_date.isoformat() if case.visit_date else "",
        "reader": case.reader,
        "status": signed.words if signed else DRAFT,
    }


def file_stem(case: Case) -> str:
    """`UAB-017_month_6_2026-03-02`, and `-draft` until the case is signed: the name of every file."""
    day = case.visit_date.isoformat() if case.visit_date else ""
    parts = (
        "".join(c if c.isalnum() or c in "-_" else "_" for c in part) for part in (case.patient, case.visit_name, day)
    )
    return "_".join(filter(None, parts)) + ("" if case.review() or case.sample else "-draft")


def downloads(case: Case) -> None:
    """The buttons; they do not run the page again, and a file is made when it is asked for."""
    visit = case.visit()
    if not visit.films:
        return
    name = file_stem(case)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.download_button(
            "CSV",
            lambda: readings_csv([visit], {visit.patient: case_columns(case)}),
            f"{name}{RESEARCH_CSV}",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="csv",
        )
        st.download_button(
            "JSON",
            lambda: readings_json([visit], weights_used(case), cases={visit.patient: case_columns(case)}),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="json",
        )
        report = visit_report(case)
        st.download_button(
            "Joint spaces",
            lambda: spaces_csv([visit]),
            f"{name}-joint-spaces.csv",
            "text/csv",
            icon=":material/straighten:",
            on_click="ignore",
            disabled=not any(film.widths for film in visit.counted),
            help="The joint-space widths of the films that count, in mm where a film tells its pixel spacing.",
            key="spaces",
        )
        st.download_button(
            "PDF",
            lambda: visits_pdf([report]),
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
