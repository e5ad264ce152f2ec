"""The words of the method on one page."""

import streamlit as st

TERMS = {
    "Sharp/van der Heijde score (SvH)": "Erosions and narrowing of hands and feet, summed: 0 to 448 points.",
    "Erosion": "A break in the surface of a bone. 0 to 5 points a joint of the hand, 0 to 10 of the foot.",
    "Joint-space narrowing (JSN)": "Lost cartilage, seen as a narrower gap. 0 to 4 points: 4 is fused or dislocated.",
    "Site": "One joint or bone with one kind of damage: 31 a hand, 12 a foot.",
    "MCP, PIP, IP, MTP": "Knuckles, middle joints of fingers, joint of thumb or big toe, ball of the foot.",
    "PA and dorsoplantar": "The standard views: a hand from the back of the hand, a foot from above.",
    "Not scorable": "A site that the film does not show well enough, or with surgery. Never 0.",
    "Baseline": "The first visit. Change is counted from it.",
    "Progression": "More points at a later visit. Change below the SDC may be error of reading.",
    "SDC": "Smallest detectable change: what a change must exceed to be more than error of reading (95 %).",
    "ICC": "Intraclass correlation: how much of the variation is of the patients, not of the readers.",
    "Weighted kappa": "Agreement beyond chance, in which one point of difference weighs less than four.",
    "Blinded reading": "The reader sees neither patient and order of visits nor what others and the model gave.",
    "Adjudication": "A third reader reads what two readers saw too differently.",
    "Phantom": "A computed film whose true points are known because its damage was made.",
}


def glossary() -> None:
    """Every word with a sentence."""
    for term, words in TERMS.items():
        st.markdown(f"**{term}** - {words}")
