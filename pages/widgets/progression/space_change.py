"""Joint spaces of two films of one limb: their widths, the change in mm, and a look at the registration."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import streamlit as st

from core.checkpoint import WeightsError
from core.measure import registered_pictures
from core.model_reader.space_changes import ReadRadiograph, SpaceChange, visit_changes
from core.radiograph import Radiograph
from core.report import TwoVisits, change_rows, changes_csv, changes_json, changes_pdf
from core.report.space_changes import METHOD, site_words
from core.svh import Limb, Side
from pages.widgets.shared import cached_reader
from pages.widgets.shared.study_source import shown

Slot = tuple[Limb, Side]
MEASURED = "progression_spaces"


def space_change(patient: str, visits: tuple[str, str], films: Mapping[str, Radiograph], slot: Slot) -> None:
    """The joint spaces of both films, once they were asked for: table, close-ups laid on each other, files."""
    first, later = (films[visit] for visit in visits)
    key = (first.sha256, later.sha256, slot)
    if st.session_state.get(MEASURED, (None,))[0] != key:
        if not st.button("Measure the joint spaces of both films", icon=":material/straighten:", key="measure_spaces"):
            return
        try:
            with st.spinner("Finding the joints of both films"):
                st.session_state[MEASURED] = key, [_read(film, slot) for film in (first, later)]
        except WeightsError as error:
            st.error(f"The joint spaces cannot be measured: {error}")
            return
        st.rerun()  # without the button
    read: list[ReadRadiograph] = st.session_state[MEASURED][1]
    changes = visit_changes(read[:1], read[1:])
    st.markdown("###### Joint spaces, in millimetres")
    if not changes:
        why = " ".join(dict.fromkeys(film.reading.reason for film in read if film.reading.reason))
        st.info(f"The joint spaces of these films cannot be compared. {why}", icon=":material/info:")
        return
    said = [f"{site_words(c)}: {c.change.change_mm:+.2f} mm" for c in changes if c.change.beyond_error]
    more = f"{len(said)} of {len(changes)} joint spaces changed by more than the error: {'; '.join(said)}."
    st.markdown(more if said else "No joint space changed by more than the error.")
    st.dataframe(change_rows(changes), hide_index=True, height="content", key="progression_spaces_table")
    st.caption(METHOD)
    _close_ups(changes, read, visits)
    _files(TwoVisits(patient, *visits, changes))


def _read(film: Radiograph, slot: Slot) -> ReadRadiograph:
    return ReadRadiograph(cached_reader.open_reader().read_film(film, slot=slot)[0], film)


def _close_ups(changes: tuple[SpaceChange, ...], read: list[ReadRadiograph], visits: tuple[str, str]) -> None:
    """A person's check: one joint of both films, and a mosaic of them."""
    names = {site_words(c): c.change.joint for c in changes if c.change.change_mm is not None}
    if not names:
        return
    with st.expander("Check how the films were laid on each other"):
        joint = names[st.selectbox("Joint", list(names), key="progression_space_joint", width=320)]
        pictures = registered_pictures(*(film.joints[joint] for film in read))
        if pictures is None:
            return
        under = (
            shown(visits[0]),
            f"{shown(visits[1])}, laid on by the lower bone",
            "Both in turn, laid on by each bone",
        )
        for column, picture, words in zip(st.columns(3), pictures, under, strict=True):
            column.image(np.round(picture * 255).astype(np.uint8), caption=words, width="stretch")
        st.caption("Outlines that run on from field to field mean that each bone was found again.")


def _files(found: TwoVisits) -> None:
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in f"{found.patient}_{found.first}_{found.later}")
    made: dict[str, str | bytes] = {"csv": changes_csv(found), "json": changes_json(found)}
    made["pdf"] = changes_pdf(found, date.today())
    kinds = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf"}
    with st.container(horizontal=True, gap="small"):
        for ending, data in made.items():
            st.download_button(
                ending.upper(), data, f"{name}-joint-spaces.{ending}", kinds[ending], icon=":material/download:",
                on_click="ignore", key=f"spaces_{ending}",
            )  # fmt: skip
