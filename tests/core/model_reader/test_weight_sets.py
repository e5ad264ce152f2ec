from pathlib import Path

import pytest
import torch

from core.checkpoint import WeightCard, write_card
from core.model_reader.weight_sets import SCORERS, complete_sets, default_set, networks_of


def fill(folder: Path, name: str) -> None:
    for network in networks_of(name, folder):
        for ending in (".json", ".safetensors"):
            (folder / f"{network}{ending}").touch()


def test_a_set_counts_only_when_nothing_of_it_is_missing(tmp_path: Path) -> None:
    fill(tmp_path, "compact")
    fill(tmp_path, "paper")
    assert complete_sets(tmp_path) == ("compact", "paper")
    (tmp_path / "paper_jsn_toes.safetensors").unlink()
    assert complete_sets(tmp_path) == ("compact",)
    (tmp_path / "compact_limb_finder.json").unlink()
    assert complete_sets(tmp_path) == ()


@pytest.mark.parametrize(
    ("gpu", "paper", "px", "usual"),
    [
        (True, True, 300, "paper"),
        (True, True, 256, "compact"),  # the wrist's networks are the paper's at 300 px
        (True, False, 300, "compact"),
        (False, True, 300, "compact"),
    ],
)
def test_paper_is_the_default_only_with_a_gpu_all_its_files_and_the_papers_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gpu: bool, paper: bool, px: int, usual: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    fill(tmp_path, "compact")
    if paper:
        fill(tmp_path, "paper")
        for name in SCORERS["paper"]:
            card = WeightCard(
                name=name, architecture="", settings={}, input_px=(px, px), trained_on="", training={},
                code_revision="", sha256=""
            )  # fmt: skip
            write_card(card, folder=tmp_path)
    assert default_set(tmp_path) == usual


def test_the_shipped_compact_set_is_complete() -> None:
    assert "compact" in complete_sets()
