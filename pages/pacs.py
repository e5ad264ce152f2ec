"""From the PACS: find a study in the hospital's archive, score it, and store the report beside its films."""

import streamlit as st

from core.pacs.archive import PacsError, configured_archive
from pages.widgets.pacs.answer import answer_part
from pages.widgets.pacs.search import search_part
from pages.widgets.shared.page_style import page_style

page_style()
st.markdown("##### From the PACS")
try:
    archive = configured_archive()
except PacsError as error:
    st.error(str(error), icon=":material/cloud_off:")
    st.stop()
if archive is None:
    st.info("No archive is configured: SVH_DICOMWEB_URL is not set.", icon=":material/cloud_off:")
    st.stop()
left, right = st.columns([0.6, 0.4], gap="large")
with left:
    search_part(archive)
with right:
    answer_part(archive)
