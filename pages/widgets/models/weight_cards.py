"""Weight cards and our figures, read once for all sessions: they hold no patient."""

import streamlit as st

from core.checkpoint import WeightCard, WeightsError, read_card, weights_there
from core.checkpoint.weight_file import FOLDER
from core.evaluation.paper_study import card_figures, figures_without_networks
from core.evaluation.study_tables import merged
from core.model_reader.whole_hand import NETWORK as WHOLE_HAND
from core.phantom.study_cohort import study_cohort
from pages.widgets.models.card_text import TAUGHT, TITLES


def cards() -> tuple[list[WeightCard], list[str]]:
    """The cards of the weights folder in the order of `TITLES`, a network's variants after it.

    With them why others cannot be read.
    """
    found, faults = [], []
    for path in sorted(FOLDER.glob("*.json")):
        try:
            found.append(read_card(path.stem, folder=FOLDER))
        except WeightsError as error:
            faults.append(str(error))
    order = {f"{name}{ending}": n for n, name in enumerate(TITLES) for ending in ("", *TAUGHT)}
    return sorted(found, key=lambda card: order.get(card.name, len(order))), faults


def in_the_app(card: WeightCard) -> bool:
    """Whether the app uses it as it stands: the compact set, and the whole-hand network whose maps Explain shows."""
    return card.name.startswith("compact_") or card.name == WHOLE_HAND


def file_words(card: WeightCard) -> str:
    """The weight file of a card: its name and digest, or how to get one where only the card is there."""
    if not weights_there(card.name, folder=FOLDER):
        return f"Only the card is here, without its weight file: `python -m core train {card.name}` makes one"
    return f"File {card.name}.safetensors · SHA-256 {card.sha256[:12]}..."


@st.cache_data(show_spinner="Counting the random baseline ...")
def rows_without_networks() -> dict[str, dict[str, object]]:
    """The two readers and the random baseline on the test patients of the study."""
    return figures_without_networks(study_cohort("test"))


def figures() -> dict[str, dict[str, object]]:
    """Our figures by system: those of the cards, and of the rows that need no weights."""
    return merged(rows_without_networks(), card_figures(cards()[0]))
