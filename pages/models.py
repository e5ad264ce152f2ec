"""Models: every network as a person would read it, and the two papers' tables with our figures beside theirs."""

import streamlit as st

from core.checkpoint import WeightCard
from core.evaluation.paper_tables import DEEPRA, DWISE, TABLES
from core.evaluation.study_tables import AGREEMENT, AGREEMENT_CAPTION, agreement_rows, table_rows
from pages.widgets.models import weight_cards
from pages.widgets.models.card_text import LIMITS, facts, measured, title
from pages.widgets.models.learning_curve import learning_curve
from pages.widgets.shared.page_style import page_style

PAPERS = {
    DEEPRA: "Chaturvedi 2021, arXiv:2102.06982: find the joints, then score each.",
    DWISE: "Wang 2022, Journal of Healthcare Engineering: the total from one picture of both hands.",
}


def show_card(card: WeightCard) -> None:
    """One network."""
    name, purpose = title(card)
    with st.expander(f"**{name}** - {purpose}", key=f"card_{card.name}"):
        st.markdown(facts(card))
        st.markdown(f"**Trained on.** {card.trained_on}")
        figure = learning_curve(card)
        if figure is not None:
            st.plotly_chart(figure, key=f"curve_{card.name}", config={"displayModeBar": False})
        rows = measured(card)
        if rows:
            columns = ("Measured on", "Figure", "Value")
            st.dataframe(
                [dict(zip(columns, row, strict=True)) for row in rows], hide_index=True, key=f"figures_{card.name}"
            )
        else:
            st.caption("No figures in the card yet: `python -m core evaluate --write-cards` measures and stores them.")
        st.markdown(f"**Intended use.** {card.intended_use.replace('see trained_on', 'see above')}")
        st.markdown(f"**Limits.** {LIMITS}")
        st.caption(f"{weight_cards.file_words(card)} · code {card.code_revision[:10]}")


def show_table(name: str, title: str, headings: list[str], rows: list[list[str]], caption: str) -> None:
    """One table with what has to be known to read it."""
    st.markdown(f"###### {title}")
    st.dataframe([dict(zip(headings, row, strict=True)) for row in rows], hide_index=True, key=name)
    st.caption(caption)


def show_tables(paper: str) -> None:
    """The tables of one paper."""
    st.caption(PAPERS[paper])
    for table in TABLES:
        if table.paper == paper:
            headings, rows = table_rows(table, weight_cards.figures())
            show_table(f"{paper}_{table.number}", f"Table {table.number}: {table.title}", headings, rows, table.caption)


page_style()
st.markdown("##### Models")
st.markdown(
    "What reads the films here, what it learnt from and how well it does. Every network of this project learnt from"
    " digital phantoms and, where its card says so, from real films without scores: **none has been tested on"
    " patients.**"
)
found, faults = weight_cards.cards()
for fault in faults:
    st.error(fault, icon=":material/error:")
in_the_app, of_the_papers, tables = st.tabs(["In this app", "Networks of the papers", "Beside the papers"])
with in_the_app:
    readers = [card for card in found if weight_cards.in_the_app(card)]
    for card in readers:
        show_card(card)
    if not readers:
        st.info(
            "The compact weights are not there: restore the weights folder, or train with `python -m core train all`."
        )
with of_the_papers:
    others = [card for card in found if not weight_cards.in_the_app(card)]
    for card in others:
        show_card(card)
    if not others:
        st.info(
            "None of the papers' networks is trained yet: `python -m core train missing` trains them, best on a GPU."
        )
with tables:
    st.markdown(
        "The papers measured on films of patients, we on digital phantoms with two simulated readers. Read a column"
        " downwards: **do the systems come in the same order?** Figures of two columns must not be compared."
    )
    for paper in PAPERS:
        st.markdown(f"##### {paper}")
        show_tables(paper)
    st.markdown("##### All systems")
    show_table("agreement", AGREEMENT, *agreement_rows(weight_cards.figures()), AGREEMENT_CAPTION)
