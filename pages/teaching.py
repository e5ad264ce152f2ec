"""Teaching: phantom films with known truth, to practise on alone or as a class with a code."""

import streamlit as st

from pages.widgets.shared.page_style import page_style
from pages.widgets.teaching.class_seat import in_class
from pages.widgets.teaching.classroom import classroom
from pages.widgets.teaching.glossary import glossary
from pages.widgets.teaching.practice import practise

page_style()
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="teaching_line"):
    st.markdown("##### Teaching")
    part = st.segmented_control(
        "What to do",
        ["Practise", "Class", "Glossary"],
        default="Class" if in_class() else "Practise",
        required=True,
        key="teaching_part",
        label_visibility="collapsed",
    )
    st.caption("The films are digital phantoms with known points; a teacher may bring own films into a class.")
if part == "Practise":
    practise()
elif part == "Class":
    classroom()
else:
    glossary()
