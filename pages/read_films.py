"""Read: a person scores films joint by joint, blinded to the model and to other readers, then sees the model."""

import streamlit as st

from core.reading_desk import Desk
from core.store import Status
from pages.widgets.read.reading_setup import reading_setup
from pages.widgets.read.reading_surface import reading_surface
from pages.widgets.shared.film_pictures import session_shelf
from pages.widgets.shared.page_style import page_style

LOOK_EVERY_S = 0.7  # for the model, when it is not done at the reveal


def leave() -> None:
    """Back to the choice of reader and list; everything read is in the store."""
    st.session_state.pop("desk", None)


def at_work(desk: Desk) -> None:
    """The surface with the line above it. Runs alone at every key."""
    sheet = desk.sheet
    waited = st.session_state.get("read_waiting", False)
    waiting = not sheet.values.model_hidden and not sheet.answer.done()
    st.session_state["read_waiting"] = waiting
    if waiting != waited:
        st.rerun()
    if desk.trouble:
        st.warning(f"**Not saved.** {desk.trouble} You can go on reading in this session.", icon=":material/save:")
    if sheet.fault:
        st.error(sheet.fault)
    else:
        reading_surface(desk, session_shelf())
    if not sheet.values.model_hidden:
        if waiting:
            st.caption("The model is still reading these films …")
        elif nothing := sheet.answer.result().nothing:
            st.info(f"There is no model to show. {nothing}")
        else:
            desk.keep_model()
    minutes = sum(sheet.spent_ms.values()) / 60_000
    with st.container(horizontal=True, vertical_alignment="center"):
        films = " · ".join(f"{side}{limb[0]} {ms / 60_000:.1f}" for (limb, side), ms in sheet.spent_ms.items())
        st.caption(f"{desk.reader} · {desk.order} order · {minutes:.1f} min" + (f" ({films})" if films else ""))
        st.space("stretch")
        st.button("Previous visit", on_click=desk.go, args=(-1,), disabled=desk.at == 0, key="visit_back")
        last = desk.at == len(desk.visits) - 1
        st.button("Next visit", on_click=desk.go, args=(1,), disabled=last, key="visit_on")
        incomplete = sheet.values.status is not Status.COMPLETE
        st.button(
            "Read again",
            on_click=desk.begin_again,
            disabled=incomplete or not desk.reads_again,
            help="The old reading is kept.",
            key="again",
        )


page_style()
desk: Desk | None = st.session_state.get("desk")
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("##### Read films, blinded to the model and to other readers")
    st.space("stretch")
    if desk is not None:
        st.button("Change reader or list", on_click=leave, key="leave_desk")
if desk is None:
    with st.container(width=560):
        reading_setup()
else:
    desk.open_visit()  # the page may end here and come again until its films are there: the desk is kept
    st.fragment(at_work, run_every=LOOK_EVERY_S if st.session_state.get("read_waiting") else None)(desk)
