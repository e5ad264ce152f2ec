"""Studies: films imported blind, readers assigned, read, adjudicated, locked and exported."""

import streamlit as st

from core.store import StoreError, Studies
from pages.server.accounts import Role, access
from pages.widgets.shared.page_style import page_style
from pages.widgets.shared.session_store import open_store
from pages.widgets.studies.import_form import finish_import, import_form
from pages.widgets.studies.running import assign_part, close_part, progress_part, read_part

page_style()
finish_import()
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("##### Studies")
    st.space("stretch")
    coordinates = access().may(Role.COORDINATOR)
    if coordinates:
        with st.popover("New study", icon=":material/create_new_folder:", type="primary"):
            import_form()
try:
    studies = Studies(open_store())
    names = [study.name for study in studies.all()]
    if not names:
        st.write("There is no study yet. **New study** takes a zip or films, and nobody sees a score.")
        st.stop()
    with st.container(width=420):
        wanted = st.session_state.get("study_name", names[-1])
        at = names.index(wanted) if wanted in names else 0
        name = st.selectbox("Study", names, index=at, key="study_choice")
    study = studies.get(name)
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        progress_part(studies, study)
        read_part(studies, study)
    if coordinates:
        with right:
            assign_part(studies, study)
            close_part(studies, study)
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
