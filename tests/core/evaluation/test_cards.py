"""Which card a figure goes into."""

from typing import Any

import pytest

from core.checkpoint import WeightCard
from core.evaluation import cards


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The results of every card that was written, by name; each card had a figure before."""
    found: dict[str, dict[str, Any]] = {}
    blank = WeightCard(
        name="", architecture="", settings={}, input_px=(1, 1), trained_on="", training={}, code_revision="", sha256="",
        results={"before": 1},
    )  # fmt: skip
    monkeypatch.setattr(cards, "read_card", lambda name: blank.model_copy(update={"name": name}))
    monkeypatch.setattr(cards, "write_card", lambda card: found.update({card.name: card.results}))
    return found


def test_every_figure_goes_to_the_network_that_it_is_about(written: dict[str, dict[str, Any]]) -> None:
    hands = {"mobilenet_v2_maps": {"large_mean": 2.0}, "resnet_dwise50_maps": {"large_mean": 3.0}}
    cards.fill_cards("compact", {"phantom_sites": {"kappa": 0.9}, "gate": {"knee": "1 of 1"}, "whole_hand_real": hands})
    assert written["compact_joint_scorer"] == {"before": 1, "phantom_sites": {"kappa": 0.9}}
    assert written["compact_limb_finder"] == {"before": 1, "gate": {"knee": "1 of 1"}}
    for name, figures in hands.items():
        assert written[name] == {"before": 1, "whole_hand_real": figures}


def test_the_paper_set_leaves_the_cards_of_the_compact_one_alone(written: dict[str, dict[str, Any]]) -> None:
    cards.fill_cards("paper", {"phantom_sites": {"kappa": 0.8}, "gate": {"knee": "0 of 1"}})
    assert written["paper_jsn_wrist"]["phantom_sites"] == {"kappa": 0.8}
    assert not [name for name in written if name.startswith("compact_")]
