"""Puts the figures of an evaluation into the cards of the weights that they are about."""

from typing import Any

from core.checkpoint import read_card, write_card
from core.model_reader.weight_sets import LIMB_FINDER, SCORERS, parts_name
from core.svh import Limb

_SCORES = (
    "phantom_sites",
    "phantom_totals",
    "real_false_points",
    "small_plate_false_points",
    "simulated_sites",
    "test_false_points",
    "test_simulated_sites",
)


def fill_cards(weights: str, results: dict[str, Any]) -> None:
    """Write the results; a figure that was not measured this time keeps its place.

    What the paper set borrows from the compact one keeps the figures that it has in the compact set.
    """
    about: dict[str, tuple[str, ...]] = dict.fromkeys(SCORERS[weights], _SCORES)
    for limb in Limb:
        figures = tuple(f"{films}_parts_{limb.lower()}" for films in ("real", "test", "phantom"))
        about[parts_name(weights, limb)] = figures
    about[LIMB_FINDER] = ("gate",)
    found = {name: {key: results[key] for key in keys if key in results} for name, keys in about.items()}
    found |= {name: {"whole_hand_real": figures} for name, figures in results.get("whole_hand_real", {}).items()}
    for name, new in found.items():
        if weights != "compact" and name.startswith("compact_"):
            continue
        card = read_card(name)
        write_card(card.model_copy(update={"results": {**card.results, **new}}))
