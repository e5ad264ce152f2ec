"""The page "Explain" without a browser: a small network with random weights behind the stub reader."""

import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.checkpoint import WeightsError
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer
from core.saliency import Method
from core.svh import Limb
from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandScorer, WholeHandSettings
from pages.widgets.explain.explain_choice import HANDS, PHANTOM
from pages.widgets.explain.shuffled_networks import shuffled
from pages.widgets.shared import cached_reader
from tests.pages.stub_reader import StubReader


@pytest.fixture(autouse=True)
def fresh_controls() -> None:
    shuffled.clear()  # the stub's networks all go by one name


@pytest.fixture
def explain(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    torch.manual_seed(0)
    scorer = JointScorer(
        [ScoringNetwork(ScoringSettings(crop_px=32, hidden=8))], Calibration({}, {}), device=torch.device("cpu")
    )

    class Reader(StubReader):
        def __init__(self) -> None:
            super().__init__()
            self.scorer = scorer

    monkeypatch.setattr(cached_reader, "open_reader", Reader)
    return page.switch_page("explain.py").run()


def titles(page: AppTest) -> str:
    return " ".join(m.value for m in page.markdown)


def test_the_sample_opens_with_maps_figures_and_words(explain: AppTest) -> None:
    assert not explain.exception
    assert "raw output" in titles(explain)
    table = explain.dataframe[0].value
    assert set(table["Map"]) >= {"uniform", "centred Gaussian", "Attention, shuffled", "Grad-CAM, shuffled"}
    assert table.loc[table["Map"] == "uniform", "Heat inside"].item() == pytest.approx(0.25)
    assert "not known here" in titles(explain)


def test_joint_damage_and_output_can_be_switched(explain: AppTest) -> None:
    joint = next(box for box in explain.selectbox if box.label == "Joint")
    joint.set_value("LUN").run()
    assert "Lunate erosion" in titles(explain)
    output = next(c for c in explain.segmented_control if c.label == "Output of the network")
    assert len(output.options) == 6
    output.set_value(5).run()
    assert not explain.exception and "output Ulna" in titles(explain)


def test_faithfulness_is_measured_when_asked_for(explain: AppTest) -> None:
    explain.toggle("faithfulness").set_value(True).run()
    assert not explain.exception
    assert "Deletion" in explain.dataframe[1].value.columns


def test_without_weights_the_page_says_why(explain: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise WeightsError("weights_missing", "The weight file is missing.")

    monkeypatch.setattr(cached_reader, "open_reader", none)
    explain.run()
    assert "Explaining is off" in explain.error[0].value and not explain.exception


@pytest.fixture
def with_hands(explain: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with a whole-hand network beside the scorer, and that network chosen."""
    reader = cached_reader.open_reader()
    network = WholeHandNetwork(WholeHandSettings("resnet_dwise50", 96, mean_points=60.0, sd_points=30.0))
    network.score.weight.data.abs_()  # everything raises the score, so that Grad-CAM is not blank
    reader.whole_hand = WholeHandScorer(network, TotalCalibration(4.0, 0.1), device=torch.device("cpu"))
    monkeypatch.setattr(cached_reader, "open_reader", lambda: reader)
    explain.run()
    return explain.segmented_control("explain_what").set_value(HANDS).run()


def test_the_whole_hand_network_is_offered_only_where_it_is(explain: AppTest) -> None:
    assert not [c for c in explain.segmented_control if c.key == "explain_what"]


def test_both_hands_are_shown_with_figures_and_words(with_hands: AppTest) -> None:
    assert not with_hands.exception
    assert "z-score" in titles(with_hands) and "of 280 points" in titles(with_hands)
    assert "of its heat into the boxes of the scored joints" in titles(with_hands)
    assert "Where the damage lies is not known here" in titles(with_hands)
    assert set(with_hands.dataframe[0].value["Map"]) == {
        "Grad-CAM", "uniform", "centred Gaussian", "Grad-CAM, shuffled",
    }  # fmt: skip
    with_hands.multiselect("hands_methods").set_value([Method.GRAD_CAM, Method.EIGEN_CAM]).run()
    assert not with_hands.exception and "EigenCAM, shuffled" in set(with_hands.dataframe[0].value["Map"])
    with_hands.toggle("hands_controls").set_value(True).run()
    assert not with_hands.exception
    with_hands.multiselect("hands_methods").set_value([]).run()
    assert "Choose a map above" in with_hands.info[0].value


def test_a_case_without_hands_says_so_and_one_hand_is_told(with_hands: AppTest) -> None:
    case = with_hands.session_state["case"]
    hands = [film for film in case.films if film.found and film.found.limb is Limb.HAND]
    case.films = [film for film in case.films if film is not hands[0]]
    with_hands.run()
    assert any("One hand is missing" in caption.value for caption in with_hands.caption)
    assert not [c for c in with_hands.caption if "below the mean" in c.value]
    case.films = [film for film in case.films if film not in hands]
    with_hands.run()
    assert "No hand of this case was scored" in with_hands.info[0].value and not with_hands.exception


def test_a_score_below_the_mean_is_warned_of(with_hands: AppTest) -> None:
    scorer = cached_reader.open_reader().whole_hand
    assert scorer is not None
    scorer.network.score.weight.data.neg_()
    with_hands.run()
    assert any("below the mean" in caption.value for caption in with_hands.caption)
    assert "Grad-CAM is blank" in titles(with_hands) and not with_hands.exception


def test_a_phantoms_hands_are_measured_against_their_damage(with_hands: AppTest) -> None:
    with_hands.segmented_control("explain_from").set_value(PHANTOM).run(timeout=120)
    assert not with_hands.exception
    assert "true points" in titles(with_hands) and "the true damage" in titles(with_hands)
