"""Explain: where the network looks, beside Grad-CAM, with controls and, for phantoms, the truth."""

import streamlit as st

from core.checkpoint import WeightsError
from pages.widgets.explain.explain_choice import choose, choose_source
from pages.widgets.explain.hands_explained import show_hands
from pages.widgets.explain.site_explained import show_site
from pages.widgets.shared import cached_reader
from pages.widgets.shared.case_steps import current_case, finish_job
from pages.widgets.shared.page_style import page_style
from pages.widgets.shared.scoring_job import weights_words

page_style()
finish_job()
case = current_case()
st.markdown("##### Where does the network look?")
st.caption(
    "Heatmaps are off on the other pages: they persuade more than they explain, and for small findings such as erosions"
    " they are often wrong. Every map here stands beside controls that know nothing of the film; each map is scaled"
    " to its own range."
)
try:
    reader = cached_reader.reader_of(case.weights)
    source = choose_source(whole_hand=reader.whole_hand is not None)
    if source.hands:
        show_hands(reader, case, source)
    elif chosen := choose(case, source):
        show_site(reader, chosen)
except WeightsError as error:
    st.error(f"**Explaining is off.** {weights_words(error)}", icon=":material/power_off:")
