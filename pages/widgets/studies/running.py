"""A study as it runs: who has come how far, who reads next, who reads at all, and the end of it."""

import tempfile
from pathlib import Path

import streamlit as st

from core.reading_desk import study_desk
from core.store import Role, State, StoreError, Studies, Study, export_study, visits_apart
from core.svh import TotalKind
from pages.server.accounts import access

READ_PAGE = "read_films.py"
WORDS = {State.OPEN: "open for reading", State.LOCKED: "locked", State.REVEALED: "locked, the model is revealed"}


def _pass_name(reader: str, session: int, role: Role) -> str:
    return f"{reader} · " + ("adjudicates" if role is Role.ADJUDICATOR else f"pass {session}")


def progress_part(studies: Studies, study: Study) -> None:
    """A bar a pass; no score."""
    st.markdown(f"**{len(study.visits)} visits, {WORDS[study.state]}**")
    st.caption(f"Orders by seed {study.seed}; wash-out of {study.washout_days} days before a second pass.")
    for each in studies.progress(study.name):
        waits = f" · from {each.from_day}" if each.from_day else ""
        words = f"{_pass_name(each.reader, each.session, each.role)}: {each.done} of {each.total}{waits}"
        st.progress(each.done / max(each.total, 1), text=words.replace("_", r"\_").replace("*", r"\*"))
    if not study.assignments:
        st.caption("Nobody reads yet.")


def read_part(studies: Studies, study: Study) -> None:
    """Choose a pass and read; the order is the recorded one."""
    account = access().name  # with sign-in one's own passes alone
    mine = [a for a in study.assignments if account in ("", a.reader)]
    passes = {_pass_name(a.reader, a.session, a.role): a for a in mine}
    if not passes or study.state is not State.OPEN:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Read as", list(passes), key="study_pass", width=260)
        begun = st.button("Begin or resume", type="primary", icon=":material/visibility:", key="study_read")
    one = passes.get(chosen or "")
    if begun and one is not None:
        waits = {(each.reader, each.session): each.from_day for each in studies.progress(study.name)}
        if day := waits[one.reader, one.session]:
            st.warning(f"The second pass begins on {day}.")
            return
        st.session_state["desk"] = study_desk(studies, study, one.reader, one.session)
        st.switch_page(READ_PAGE)


def assign_part(studies: Studies, study: Study) -> None:
    """Readers, second passes and the third reader."""
    if study.state is not State.OPEN:
        return
    with st.form("study_assign", border=True, clear_on_submit=True):
        st.markdown("**Assign**")
        reader = st.text_input("Reader", max_chars=40, key="study_reader")
        first, second, third = "First pass", "Second pass", "Adjudication"
        what = st.segmented_control("Pass", [first, second, third], default=first, required=True, key="study_what")
        with st.container(horizontal=True):
            days = st.number_input("Wash-out, days", 0, 365, max(study.washout_days, 0), key="study_washout", width=150)
            apart = st.number_input(
                "Readers apart by, points", 1, TotalKind.SVH.maximum, 10, key="study_apart", width=190
            )
        pressed = st.form_submit_button("Assign", icon=":material/person_add:")
    if not pressed:
        return
    try:
        if what == third:
            wanted = set(visits_apart(studies.readings(study.name), apart))
            ids = [key for key, visit in studies.visits(study).items() if (visit.patient, visit.label) in wanted]
            if not ids:
                st.info(f"No visit has two readings that lie {apart} points or more apart.")
                return
            studies.assign(study.name, reader, visits=ids, who=access().name)
        else:
            studies.assign(
                study.name, reader, session=2 if what == second else 1, washout_days=int(days), who=access().name
            )
    except StoreError as error:
        st.warning(str(error))
    else:
        st.rerun()


def close_part(studies: Studies, study: Study) -> None:
    """Lock, reveal, export; each says what it ends."""
    with st.container(border=True):
        st.markdown("**Lock and export**")
        if study.state is State.OPEN:
            sure = st.checkbox("Reading is over: nothing can be changed afterwards", key="study_sure")
            if st.button("Lock the study", icon=":material/lock:", disabled=not sure, key="study_lock"):
                studies.lock(study.name, who=access().name)
                st.rerun()
            return
        with st.container(horizontal=True):
            if study.state is State.LOCKED and st.button(
                "Reveal the model", icon=":material/visibility:", key="study_reveal"
            ):
                studies.reveal(study.name, who=access().name)
                st.rerun()
            if st.button("Prepare the export", icon=":material/inventory_2:", key="study_export"):
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "study.zip"
                    digest = export_study(studies, study.name, path, who=access().name)
                    st.session_state["study_zip"] = (study.name, study.state, path.read_bytes(), digest)
        name, state, data, digest = st.session_state.get("study_zip", ("", None, b"", ""))
        if (name, state) == (study.name, study.state):
            file = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
            st.download_button(
                "Save the export", data, f"{file}.zip", "application/zip", on_click="ignore", key="study_save"
            )
            st.caption("Note its SHA-256 elsewhere; `python -m core store verify FILE --expect SHA` proves the file.")
            st.code(digest, language=None, wrap_lines=True)
        st.caption("readings.csv in it is a table for Reader agreement and `python -m core agree`.")
