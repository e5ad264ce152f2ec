"""Where the readings of a page come from: its sample, tables of one's own, or the case store. One row of buttons."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from core.agreement import UnknownVisitOrder
from core.cohort.reading_table import join_readings, read_readings
from core.cohort.scores import ReadingKey, Scores
from core.store import StoreError
from core.svh import Reading
from pages.widgets.shared.case_store import stored_readings

SAMPLE, TABLES, STORE = "sample", "tables", "store"
FINAL, FIRST = "Final", "Before the model"
Readings = Mapping[ReadingKey, Reading | Scores]
Use = Callable[[Readings | None, str, Sequence[str] | None, Sequence[str]], None]
"""Shows readings from a source, visits in an order, with notes of the tables; None is the sample. Raises ValueError."""
HELP = (
    "CSV or xlsx, one table or several. Totals alone: `patient, visit, reader, total` (or `erosion, jsn`; or `hands,"
    " feet`; or a column a reader: `total Anna, total Bert`). Sites: `patient, visit, reader, side, site, points` with"
    " RA2 site names (`mcp_J__2`) and LH, RH, LF or RF as side, or the 90 RA2 columns. A table without a column reader"
    " has one reader, called as the file. Also read: `group`, and `session` for second readings. An empty cell is not"
    " scorable, never 0. A reader called `model` is shown beside the others."
)
PENDING = "tables_without_order"


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
            args=(None, SAMPLE, None, ()),
            disabled=source == SAMPLE,
            key="sample_study",
        )
    _ask_for_order(use)
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
                else (
                    "As they stand. The model was shown before the last changes: blinded readers may agree less"
                    " with it."
                )
            )


def _use_store(use: Use) -> None:
    first = st.session_state.get("store_values") == FIRST
    try:
        readings = stored_readings(first=first)
        use(readings, STORE, visits_as_they_came(readings), ())
        st.session_state["store_first"] = first
    except StoreError as error:
        st.session_state["source_trouble"] = str(error)
    except ValueError as error:
        st.session_state["source_trouble"] = f"The complete readings of the case store cannot be shown here: {error}."


def visits_as_they_came(readings: Readings) -> list[str]:
    """The order of visits of readings that stand in time: a visit after all that stand before it with any patient."""
    of_patient: dict[str, list[str]] = {}
    for _, patient, visit in readings:
        mine = of_patient.setdefault(patient, [])
        if visit not in mine:
            mine.append(visit)
    after: dict[str, dict[str, None]] = {}
    for mine in of_patient.values():
        for n, visit in enumerate(mine):
            after.setdefault(visit, {}).update(dict.fromkeys(mine[:n]))
    order: list[str] = []
    while after:
        ready = next((visit for visit, before in after.items() if not before.keys() & after.keys()), next(iter(after)))
        del after[ready]
        order.append(ready)
    return order


def _add_tables(turn: int, use: Use) -> None:
    """The drop zone: all tables are read, or none and the reason is shown."""
    files = st.file_uploader(
        "Tables of readings (CSV or xlsx)",
        accept_multiple_files=True,
        max_upload_size=128,
        help=HELP,
        key=f"tables_{turn}",
    )
    if st.button("Use these tables", type="primary", disabled=not files, key="read_tables") and files:
        name = ""
        try:
            tables = []
            for file in files:
                name = f"{file.name}: "
                tables.append(read_readings(file.getvalue(), Path(file.name).stem))
            name = ""
            readings = join_readings(*(table.readings for table in tables))
            notes = [note for table in tables for note in table.notes]
            use(readings, TABLES, None, notes)
        except UnknownVisitOrder as error:
            st.session_state[PENDING] = readings, notes, error.names
        except ValueError as error:
            st.error(shown(f"{name}{error}") + ". Nothing was changed.", icon=":material/block:")
            return
        st.session_state["tables_turn"] = turn + 1
        st.rerun()


def _ask_for_order(use: Use) -> None:
    """Which visit came first, where the names of the visits do not tell: asked, never guessed."""
    if PENDING not in st.session_state:
        return
    readings, notes, names = st.session_state[PENDING]
    with st.container(border=True, key="visit_order"):
        st.markdown(
            "**Which visit came first?** The names of the visits do not tell. Click them in time, the first one first."
        )
        order = st.pills("Visits", names, selection_mode="multi", label_visibility="collapsed", key="order_of_visits")
        told = st.session_state.setdefault("told_order", [])
        told[:] = [name for name in told if name in order] + [name for name in order if name not in told]
        if told:
            st.markdown(" \N{RIGHTWARDS ARROW} ".join(shown(name) for name in told))
        with st.container(horizontal=True, gap="small"):
            if st.button("Use this order", type="primary", disabled=len(told) < len(names), key="use_order"):
                chosen = list(told)
                _forget_order()
                use(readings, TABLES, chosen, notes)
                st.rerun()
            st.button("Do not use these tables", on_click=_forget_order, key="drop_tables")


def _forget_order() -> None:
    for key in (PENDING, "told_order", "order_of_visits"):
        st.session_state.pop(key, None)
