"""Which study is in view: the sample, or the tables that this session added. Nothing of it leaves the session."""

import re
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.agreement import Comparison, Study, compare, paired, study_of
from core.cohort.long_table import join_readings, read_readings
from pages.widgets.sample_study import sample_study

STUDY = "agreement_study"
RESULTS = "agreement_results"
HELP = (
    "One table or several: `patient,visit,reader,side,site,points` with RA2 site names (`mcp_J__2`) and LH, RH, LF or RF as "
    "side, or the 90 RA2 columns; an RA2 table is one reader, called as the file, and one visit. An empty cell is not "
    "scorable, never 0. A reader called `model` is shown beside the others."
)


def shown(text: str) -> str:
    """Text from a table as it is, where Markdown would be run."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!<>|~$:@&])", r"\\\1", text.replace("\n", " "))


def study_in_view() -> Study:
    """The session's study, or the sample."""
    study: Study = st.session_state.get(STUDY) or sample_study()
    return study


def is_sample() -> bool:
    """Nothing was added."""
    return STUDY not in st.session_state


def use_study(study: Study | None) -> None:
    """Show another study; None is the sample."""
    for key in (STUDY, RESULTS, "reader_first", "reader_second"):
        st.session_state.pop(key, None)
    if study is not None:
        st.session_state[STUDY] = study


def add_tables(turn: int) -> None:
    """The drop zone: all tables are read, or none and the reason is shown."""
    files = st.file_uploader(
        "Tables of readings (CSV)", accept_multiple_files=True, max_upload_size=64, help=HELP, key=f"tables_{turn}"
    )
    if st.button("Compare these readers", type="primary", disabled=not files, key="read_tables") and files:
        name = ""
        try:
            tables = []
            for file in files:
                name = f"{file.name}: "
                tables.append(read_readings(file.getvalue(), Path(file.name).stem))
            name = ""
            study = study_of(join_readings(*tables))
            if len(study.readers) < 2:
                raise ValueError(f"there is one reader alone, {study.readers[0]}; agreement needs two")
        except ValueError as error:
            st.error(shown(f"{name}{error}") + ". Nothing was changed.", icon=":material/block:")
            return
        use_study(study)
        st.session_state["tables_turn"] = turn + 1
        st.rerun()


def comparison(study: Study, readers: Sequence[str], *, change: bool) -> Comparison:
    """A comparison, computed once a session."""
    results = st.session_state.setdefault(RESULTS, {})
    key = (*readers, change)
    if key not in results:
        results[key] = compare(study, readers, change=change)
    found: Comparison = results[key]
    return found


def in_common(study: Study, readers: Sequence[str], *, change: bool) -> int:
    """Patients whom all of these readers read (at two visits, for change)."""
    return paired(study, readers, change=change).patients_used
