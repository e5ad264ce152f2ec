from pathlib import Path

import pytest
import torch

from core.model_reader.weight_sets import complete_sets, default_set, networks_of


def fill(folder: Path, name: str) -> None:
    for network in networks_of(name, folder):
        for ending in (".json", ".safetensors"):
            (folder / f"{network}{ending}").touch()


def test_a_set_counts_only_when_nothing_of_it_is_missing(tmp_path: Path) -> None:
    fill(tmp_path, "compact")
    fill(tmp_path, "paper")
    assert complete_sets(tmp_path) == ("compact", "paper")
    (tmp_path / "deepra_jsn_toes.safetensors").unlink()
    assert complete_sets(tmp_path) == ("compact",)
    (tmp_path / "compact_limb_finder.json").unlink()
    assert complete_sets(tmp_path) == ()


@pytest.mark.parametrize(
    ("gpu", "paper", "usual"), [(True, True, "paper"), (True, False, "compact"), (False, True, "compact")]
)
def test_paper_is_the_default_only_with_a_gpu_and_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gpu: bool, paper: bool, usual: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    fill(tmp_path, "compact")
    if paper:
        fill(tmp_path, "paper")
    assert default_set(tmp_path) == usual


def test_the_shipped_compact_set_is_complete() -> None:
    assert "compact" in complete_sets()
