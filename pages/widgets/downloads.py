"""The case as files: RA2 table and JSON, with the person's changes in them."""

from typing import Any

import streamlit as st

from core.report import readings_csv, readings_json
from pages.widgets import cached_reader
from pages.widgets.case import Case


def weights_used() -> dict[str, Any]:
    """The weights by name and digest, as the JSON file states them."""
    reader = cached_reader.open_reader()
    return {"set": reader.weights, "files": {card.name: card.sha256 for card in reader.cards}}


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
            readings_json([visit], weights_used()),
            f"{name}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
            key="json",
        )
        edited = len(case.changes.points)
        changed = f"{edited} site{'s' if edited != 1 else ''} changed by you. " if edited else ""
        st.caption(f"{changed}CSV has the columns of the RA2-DREAM table; JSON has boxes, joints and intervals too.")
