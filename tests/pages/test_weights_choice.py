"""The choice between compact and paper weights on the page "Score films"."""

from pathlib import Path

import pytest

from core.model_reader import weight_sets
from pages.widgets.score import weights_choice
from pages.widgets.score.downloads import weights_used
from pages.widgets.shared import cached_reader, scoring_job
from tests.core.model_reader.paper_weights import write_paper_set
from tests.pages.page_runs import film_bytes, opened_page
from tests.pages.stub_reader import StubReader

opened: list[str] = []


def two_readers(weights: str = "") -> StubReader:
    opened.append(weights)
    reader = StubReader()
    reader.weights = weights or "compact"
    return reader


@pytest.fixture
def both_sets(stub: None, sample_folder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.clear()
    monkeypatch.setattr(cached_reader, "open_reader", two_readers)
    monkeypatch.setattr(weights_choice, "complete_sets", lambda: ("compact", "paper"))
    monkeypatch.setattr(weights_choice, "default_set", lambda: "compact")


def test_one_set_leaves_no_choice(stub: None, sample_folder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_choice, "complete_sets", lambda: ("compact",))
    assert "Weights" not in [radio.label for radio in opened_page().radio]


def test_the_default_set_is_chosen_and_both_are_offered(both_sets: None) -> None:
    page = opened_page()
    (choice,) = [radio for radio in page.radio if radio.label == "Weights"]
    assert choice.value == "compact" and len(choice.options) == 2 and choice.options[1].startswith("Paper")
    assert set(opened) == {""}


def test_the_choice_comes_and_goes_with_the_files_of_the_paper_set(
    stub: None, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    write_paper_set(weights)
    monkeypatch.setattr(weights_choice, "complete_sets", lambda: weight_sets.complete_sets(weights))
    (choice,) = [radio for radio in opened_page().radio if radio.label == "Weights"]
    assert [option.split(":")[0] for option in choice.options] == ["Compact", "Paper"]
    (weights / "paper_jsn_toes.safetensors").unlink()
    assert "Weights" not in [radio.label for radio in opened_page().radio]


def test_films_scored_with_paper_say_so_and_do_not_mix_with_others(both_sets: None) -> None:
    job = scoring_job.start(scoring_job.read_files([("A-LH.png", film_bytes(1))], (), "paper"))
    page = opened_page(job=("files", False, job))
    assert not page.exception and opened[0] == "paper"
    case = page.session_state["case"]
    assert case.weights == "paper" and weights_used(case)["set"] == "paper"
    assert any("paper weights" in m.value for m in page.markdown)
    assert "keep" not in [box.key for box in page.checkbox]  # compact is chosen now: no films of it may join
    page.radio("weights").set_value("paper").run()
    assert "keep" in [box.key for box in page.checkbox]
