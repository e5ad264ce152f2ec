"""Cases: the work list of this account or browser, searched, reopened in one click, deleted with a reason."""

import streamlit as st

from core.cases import DRAFT_DAYS, Cases, ListedCase
from core.model_reader.review import CaseStatus
from core.store import StoreError
from pages.server.accounts import access, sign_in_configured
from pages.widgets.shared.case_steps import leave_case, reopen
from pages.widgets.shared.kept_cases import my_cases, open_kept
from pages.widgets.shared.page_style import page_style

MAX_LISTED = 50  # rows; a search finds the others
WORD = {CaseStatus.NEW: "New", CaseStatus.SCORED: "Scored, draft", CaseStatus.REVIEWED: "Reviewed"}


def delete(cases: Cases, case: ListedCase) -> None:
    """Delete a case with the reason that was typed; it also leaves the Score page."""
    who = access().name or st.session_state.get("reader_name", "")
    try:
        cases.delete(case.id, st.session_state[f"reason_{case.id}"], who=who)
    except StoreError as error:
        st.session_state["case_trouble"] = str(error)
        return
    shown = st.session_state.get("case")
    if shown is not None and shown.id == case.id:
        leave_case()


def row(cases: Cases, case: ListedCase) -> None:
    """One case: what it is, and what can be done with it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"case_{case.id}"):
        day = case.visit_date.isoformat() if case.visit_date else "no date"
        st.text(" \N{MIDDLE DOT} ".join(filter(None, (case.patient, case.visit_name, day))), width=300)
        films = f"{case.films} film{'' if case.films == 1 else 's'}"
        reader = f", {case.reader}" if case.reader else ""
        st.text(f"{WORD[case.status]}{reader} \N{MIDDLE DOT} SvH {case.total} \N{MIDDLE DOT} {films}", width="stretch")
        st.text(f"changed {case.changed_at:%Y-%m-%d %H:%M} UTC", width=210)
        if st.button("Open", key=f"open_{case.id}", type="primary"):
            try:
                opened = open_kept(case.id)
            except StoreError as error:
                st.session_state["case_trouble"], opened = str(error), None
            if opened is not None:
                reopen(opened)
                st.switch_page("score_films.py")
            st.rerun()
        with st.popover("Delete", key=f"delete_{case.id}"):
            st.text_input(
                "Reason", key=f"reason_{case.id}", max_chars=200, help="Kept in the log. Films and points go."
            )
            st.button("Delete this case", key=f"sure_{case.id}", on_click=delete, args=(cases, case))


def work_list(cases: Cases) -> None:
    """The search and the rows that it finds."""
    found = cases.listed()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            "Study ID, visit, date or reader", placeholder="UAB-017 2026-03", key="case_search", width=320
        )
        status = st.pills("Status", list(CaseStatus), format_func=WORD.__getitem__, key="case_status")
    if not found:
        st.write("No cases yet. Films that you score on the page Score films are listed here.")
        return
    rows = [case for case in found if case.found_by(words) and status in (None, case.status)]
    counted = f"{len(found)} case{'' if len(found) == 1 else 's'}"
    whose = "Only your account" if sign_in_configured() else "Only this browser"
    st.caption(
        f"{len(rows)} of {counted}, the one that was changed last first. {whose} opens them; a draft is "
        f"deleted {DRAFT_DAYS} days after its last change."
    )
    for case in rows[:MAX_LISTED]:
        row(cases, case)
    if len(rows) > MAX_LISTED:
        st.caption(f"{len(rows) - MAX_LISTED} more: search for them.")


page_style()
st.markdown("##### Cases")
if trouble := st.session_state.pop("case_trouble", ""):
    st.warning(trouble, icon=":material/folder_off:")
try:
    mine = my_cases()
    if mine is None:
        st.info("This browser takes no cookies, so no case can be kept for it.")
    else:
        work_list(mine)
except StoreError as error:
    st.warning(str(error), icon=":material/save:")
