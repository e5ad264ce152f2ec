"""The second score of the hands on the page "Score films"."""

import json
from collections.abc import Mapping

import pytest
from streamlit.testing.v1 import AppTest

from core.model_reader import VisitReading
from core.report import readings_json
from core.whole_hand import TotalScore
from pages.widgets.shared import cached_reader
from tests.pages.page_runs import opened_page
from tests.pages.stub_reader import StubReader


class TwoScores(StubReader):
    """The stub with a whole-hand network that always gives 60 points for each hand; counts its runs."""

    runs = 0

    def __init__(self) -> None:
        super().__init__()
        self.whole_hand = object()  # type: ignore[assignment]

    def score_hands(self, visit: VisitReading, pixels: Mapping[str, object]) -> TotalScore:
        TwoScores.runs += 1
        hands = len([film for film in visit.counted if film.limb == "HAND"])
        assert {film.sha256 for film in visit.counted} <= set(pixels)
        return TotalScore(60.0 * hands, 50.0 * hands, 70.0 * hands, hands)


def lines(page: AppTest) -> str:
    return " ".join(caption.value for caption in page.caption)


def flags(page: AppTest) -> list[str]:
    return [w.value for w in page.warning if "whole-hand" in w.value]


def test_without_the_network_the_page_says_nothing_of_it(page: AppTest) -> None:
    assert "Whole-hand" not in lines(page) and not flags(page)


def test_its_score_stands_beside_the_sum_and_is_made_once(
    stub: None, sample_folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_reader, "open_reader", TwoScores)
    TwoScores.runs = 0
    page = opened_page()
    assert not page.exception
    assert "both hands: **120** (100\N{EN DASH}140) of 280 · sum over joints **92**" in lines(
        page
    )  # 2 x (16 x 1 + 15 x 2)
    (flag,) = flags(page)  # 28 apart; spreads 20 and sqrt(62) = 7.9 give 21.5
    assert "120 points, the joints sum to 92: 28 apart" in flag
    page.run()
    assert TwoScores.runs == 1
    visit = page.session_state["case"].visit()
    assert json.loads(readings_json([visit], {}))["visits"][0]["whole_hand"]["estimate"] == 120.0
