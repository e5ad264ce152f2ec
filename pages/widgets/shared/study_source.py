"""Where the readings of a page come from: its sample, tables of one's own, or the case store. One row of buttons."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from core.cohort.long_table import ReadingKey, join_readings, read_readings
from core.store import StoreError
from core.svh import Reading
from pages.widgets.shared.case_store import stored_readings

SAMPLE, TABLES, STORE = "sample", "tables", "store"
FINAL, FIRST = "Final", "Before the model"
Use = Callable[[Mapping[ReadingKey, Reading] | None, str], None]
"""Shows readings from a source; None is the sample. Raises ValueError for readings that the page cannot use."""
HELP = (
    "One table or several: `patient,visit,reader,side,site,points` with RA2 site names (`mcp_J__2`) and LH, RH, LF or RF as "
    "side, or the 90 RA2 columns; an RA2 table is one reader, called as the file, and one visit. An empty cell is not "
    "scorable, never 0. A reader called `model` is shown beside the others."
)


def source_of(study: str) -> str:
    """Where the study under this key of the session comes from; a page without one shows its sample."""
    source: str = st.session_state.get(f"{study}_source", TABLES) if study in st.session_state else SAMPLE
    return source


def shown(text: str) -> str:
    """Text from a table as it is, where Markdown would be run."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!<>|~$:@&])", r"\\\1", text.replace("\n", " "))


def study_source(title: str, source: str, use: Use) -> None:
    """The title with what is in view, and the buttons that change it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(title)
        st.space("stretch")
        turn = st.session_state.setdefault("tables_turn", 0)  # another key after every take closes the popover
        with st.popover("Add tables", icon=":material/table:", type="primary", key=f"add_tables_{turn}"):
            _add_tables(turn, use)
        st.button("Case store", icon=":material/database:", on_click=_use_store, args=(use,), key="use_store")
        st.button(
            "Sample",
            icon=":material/science:",
            on_click=use,
            args=(None, SAMPLE),
            disabled=source == SAMPLE,
            key="sample_study",
        )
    if trouble := st.session_state.pop("source_trouble", ""):
        st.warning(f"{shown(trouble)} Nothing was changed.", icon=":material/database:")
    if source == STORE:
        first = st.session_state.get("store_first", False)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.segmented_control(
                "Values of the readings",
                [FINAL, FIRST],
                default=FIRST if first else FINAL,
                required=True,
                on_change=_use_store,
                args=(use,),
                key="store_values",
            )
            st.caption(
                "Given blinded, before the model was shown."
                if first
                else "As they stand. The model was shown before the last changes: blinded readers may agree less with it."
            )


def _use_store(use: Use) -> None:
    first = st.session_state.get("store_values") == FIRST
    try:
        use(stored_readings(first=first), STORE)
        st.session_state["store_first"] = first
    except StoreError as error:
        st.session_state["source_trouble"] = str(error)
    except ValueError as error:
        st.session_state["source_trouble"] = f"The complete readings of the case store cannot be shown here: {error}."


def _add_tables(turn: int, use: Use) -> None:
    """The drop zone: all tables are read, or none and the reason is shown."""
    files = st.file_uploader(
        "Tables of readings (CSV)", accept_multiple_files=True, max_upload_size=64, help=HELP, key=f"tables_{turn}"
    )
    if st.button("Use these tables", type="primary", disabled=not files, key="read_tables") and files:
        name = ""
        try:
            tables = []
            for file in files:
                name = f"{file.name}: "
                tables.append(read_readings(file.getvalue(), Path(file.name).stem))
            name = ""
            use(join_readings(*tables), TABLES)
        except ValueError as error:
            st.error(shown(f"{name}{error}") + ". Nothing was changed.", icon=":material/block:")
            return
        st.session_state["tables_turn"] = turn + 1
        st.rerun()
