"""Score films: from the films of one patient to the score of every joint and the total, all of it correctable."""

import streamlit as st

from core.model_reader.case import Case
from pages.server.job_queue import QueueFull
from pages.widgets.score.case_details import case_details, case_heading, not_kept, signature
from pages.widgets.score.downloads import downloads
from pages.widgets.score.film_facts import ask_side, case_warnings, confirm_side, film_facts, refusal
from pages.widgets.score.film_viewer import film_viewer
from pages.widgets.score.prior_visit import beside, change_words, choose_prior, prior_film, visit_words
from pages.widgets.score.score_grid import joint_editor, score_grid
from pages.widgets.score.totals import show_totals
from pages.widgets.score.weights_choice import choose_weights
from pages.widgets.shared.case_steps import begin_files, busy, current_case, finish_job, leave_case
from pages.widgets.shared.film_pictures import session_shelf
from pages.widgets.shared.page_style import page_style


def add_films(case: Case) -> None:
    """The drop zone. Its key changes after every take, so that the server does not keep the bytes."""
    turn = st.session_state.setdefault("upload_turn", 0)
    files = st.file_uploader(
        "Hand and foot films of one patient: DICOM, PNG, JPEG, TIFF, BMP or a zip of them",
        type=None,
        accept_multiple_files=True,
        key=f"upload_{turn}",
    )
    weights = choose_weights()
    joins = not case.sample and bool(case.films) and case.weights == weights  # one case, one set of weights
    keep = joins and st.checkbox("Add to the case in view", value=True, key="keep")
    if st.button("Score these films", type="primary", disabled=not files or busy(), key="score_files") and files:
        try:
            begin_files([(file.name, file.getvalue()) for file in files], keep=keep, weights=weights)
        except QueueFull as full:
            st.warning(str(full), icon=":material/hourglass_top:")
            return
        st.session_state["upload_turn"] = turn + 1
        st.rerun()


def header(case: Case) -> Case | None:
    """One line: the case, whose it is, the way to other films, undo and redo. Gives the visit to be shown beside."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="case_line"):
        case_heading(case)
        st.space("stretch")
        case_details(case)
        prior = choose_prior(case)
        with st.popover("Add films", icon=":material/add_photo_alternate:", type="primary"):
            add_films(case)
        st.button("Sample", icon=":material/science:", on_click=leave_case, disabled=case.sample, key="sample")
        st.button(
            "Undo", icon=":material/undo:", shortcut="Ctrl+Z", on_click=case.undo, disabled=not case.past, key="undo"
        )
        st.button(
            "Redo", icon=":material/redo:", shortcut="Ctrl+Y", on_click=case.redo, disabled=not case.future, key="redo"
        )
    return prior


page_style()
finish_job()
case = current_case()
prior = header(case)
not_kept()

if st.session_state.get("no_weights"):
    st.error(
        f"**Scoring is off.** {st.session_state['no_weights']} Films can still be opened and looked at.",
        icon=":material/power_off:",
    )
if case.notes:
    st.info("  \n".join(case.notes), icon=":material/info:")
if case.left_out:
    with st.expander(f"{len(case.left_out)} files are no films and were left out", icon=":material/folder_off:"):
        st.container(height=240, border=False).text("\n".join(case.left_out))
ask_side(case)
confirm_side(case)
case_warnings(case)

film = case.shown
if film is None:
    st.write("Add films above, or open the sample.")
else:
    reading = case.edited(film)
    left, right = st.columns([0.63, 0.37], gap="medium")
    with left, st.container(key="film_side"):
        if prior and reading and reading.scored:
            here, there = st.columns(2, gap="xsmall")
            with here:
                film_viewer(case, session_shelf())
            with there:
                prior_film(case, prior, film, reading, session_shelf())
        else:
            film_viewer(case, session_shelf())
        film_facts(case, film, reading)
        signature(case)
        downloads(case)
    with right:
        with st.container(key="sums_side"):
            if case.visit().films:
                show_totals(case.visit())
            if prior:
                st.caption(change_words(case, prior))
            if reading and reading.scored:
                joint_editor(case, film, reading)
            elif reading:
                refusal(film, reading)
        if reading and reading.scored:
            pair = beside(prior, reading) if prior else None
            score_grid(case, film, reading, *((pair[1], visit_words(prior)) if pair and prior else ()))
