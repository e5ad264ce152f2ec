"""The case as files: RA2 table and JSON, with the person's changes in them."""

import streamlit as st

from core.report import readings_csv, readings_json
from pages.widgets import cached_reader
from pages.widgets.case import Case


def downloads(case: Case) -> None:
    """The buttons; they do not run the page again."""
    visit = case.visit()
    if not visit.films:
        return
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in case.patient)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.download_button(
            "CSV",
            readings_csv([visit]),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="csv",
        )
        st.download_button(
            "JSON",
            readings_json([visit], cached_reader.open_reader().weights),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="json",
        )
        edited = len(case.changes.points)
        changed = f"{edited} site{'s' if edited != 1 else ''} changed by you. " if edited else ""
        st.caption(f"{changed}CSV has the columns of the RA2-DREAM table; JSON has boxes, joints and intervals too.")
