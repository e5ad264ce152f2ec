"""The page "Explain" without a browser: a small network with random weights behind the stub reader."""

import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.checkpoint import WeightsError
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer
from pages.widgets import cached_reader
from tests.pages.stub_reader import StubReader


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
    assert "points before clipping" in titles(explain)
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
