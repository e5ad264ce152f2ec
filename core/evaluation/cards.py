"""Puts the figures of an evaluation into the cards of the weights that they are about."""

from typing import Any

from core.checkpoint import read_card, write_card

_ABOUT = {
    "limb_finder": ("gate",),
    "hand_parts": ("real_parts_hand", "phantom_parts_hand"),
    "foot_parts": ("real_parts_foot", "phantom_parts_foot"),
    "joint_scorer": (
        "phantom_sites",
        "phantom_totals",
        "real_false_points",
        "small_plate_false_points",
        "simulated_sites",
    ),
}


def fill_cards(weights: str, results: dict[str, Any]) -> None:
    """Write the results; a figure that was not measured this time keeps its place."""
    for name, keys in _ABOUT.items():
        card = read_card(f"{weights}_{name}")
        new = {key: results[key] for key in keys if key in results}
        write_card(card.model_copy(update={"results": {**card.results, **new}}))
