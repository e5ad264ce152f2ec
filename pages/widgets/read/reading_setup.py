"""Who reads which list in which order."""

import streamlit as st

from core.model_reader.case import UNNAMED
from core.reading_desk import Desk, in_order
from core.store import Order, Store, StoreError
from pages.server.accounts import access
from pages.widgets.read.model_beside import ask_model
from pages.widgets.shared.reading_lists import SCORED, list_names, listed_visits
from pages.widgets.shared.session_store import open_store


def _open_store() -> tuple[Store | None, str]:
    """The session's store, or the reason why there is none."""
    try:
        return open_store(), ""
    except StoreError as error:
        return None, str(error)


def reading_setup() -> None:
    """The form; pressing its button puts a desk into the session."""
    case = st.session_state.get("case")
    names, last = list_names(case), st.session_state.get("last_list")
    name = st.selectbox("Case list", names, index=names.index(last) if last in names else 0, key="read_list")
    patient, label = "", ""
    with st.form("begin_reading", border=False):
        if name == SCORED:
            known = "" if case is None or case.patient == UNNAMED else case.patient
            patient = st.text_input("Study ID", known, max_chars=40, help="Never a name or a hospital number.")
            named = case.visit_name or str(case.visit_date or "") if case is not None else ""
            label = st.text_input("Visit", named, placeholder="baseline, month 12 ...", max_chars=40)
        account = access().name  # with sign-in the name is never that of a field, which a browser may fill as it likes
        shown = account or st.session_state.get("reader_name", "Reader 1")
        typed = st.text_input("Reader", value=shown, max_chars=40, disabled=bool(account))
        reader = account or typed
        order = st.radio(
            "Order",
            list(Order),
            format_func=lambda o: {
                Order.BLINDED: "Blinded: visits shuffled, patient and date hidden",
                Order.CHRONOLOGICAL: "Chronological: the visits of a patient in time",
            }[o],
            index=list(Order).index(Order.BLINDED),
        )
        begun = st.form_submit_button("Begin or resume", type="primary")
    st.caption(
        "Every key is saved. Digits score, arrows move, Space goes to the next unread cell, Enter reveals the model. "
        "Pictures and readings are kept in the case store of this server."
    )
    if not begun or order is None:
        return
    store, trouble = _open_store()
    reader = " ".join(reader.split())
    if not reader or (name == SCORED and not (patient.strip() and label.strip())):
        st.warning("Fill in every field: the store keeps readings under these names.")
        return
    try:
        visits = listed_visits(name, store, case, patient, label)
    except StoreError as error:
        visits, trouble = [], str(error)
    if not visits:
        st.warning(trouble or "The store holds no visits yet. Read a sample or films of the Score page first.")
        return
    st.session_state["reader_name"], st.session_state["last_list"] = reader, name
    st.session_state["desk"] = Desk(reader, order, name, in_order(visits, order, reader), store, ask_model, trouble)
    st.rerun()
