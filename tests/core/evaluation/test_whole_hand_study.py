"""Networks that see whole hands, measured alone: the same figures as the whole study gives them."""

import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from core.checkpoint import WeightCard, read_card, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.evaluation.paper_study import evaluate_study, fill_study_cards
from core.evaluation.whole_hand_study import whole_hand_study
from core.whole_hand import WholeHandNetwork, WholeHandSettings


def test_whole_hands_alone_get_the_figures_of_the_study(tmp_path: Path) -> None:
    for path in FOLDER.glob("compact_*"):
        shutil.copy(path, tmp_path / path.name)
    torch.manual_seed(0)
    network = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, 60.0, 30.0))
    card = WeightCard(
        name="mobilenet_v2", architecture="WholeHandNetwork", settings=asdict(network.settings), input_px=(64, 64),
        trained_on="nothing", training={"parameters": 2}, code_revision="none",
        sha256=save_weights(network, "mobilenet_v2", folder=tmp_path), calibration={"base": 5, "share": 0.1},
    )  # fmt: skip
    write_card(card, folder=tmp_path)
    alone = whole_hand_study(folder=tmp_path, limit=3, mm_per_px=0.4, log=lambda _: None)
    whole = evaluate_study(out=tmp_path / "out", folder=tmp_path, limit=3, mm_per_px=0.4, log=lambda _: None)
    assert list(alone["figures"]) == ["mobilenet_v2"]
    found, wanted = (of["figures"]["mobilenet_v2"] for of in (alone, whole))
    assert {key: found[key] for key in ("mae", "rmse", "bias")} == pytest.approx(
        {key: wanted[key] for key in ("mae", "rmse", "bias")}, abs=2e-3
    )
    fill_study_cards(alone, folder=tmp_path)
    assert read_card("mobilenet_v2", folder=tmp_path).results["study"]["patients"] == 3
    with pytest.raises(ValueError, match="three patients"):
        whole_hand_study(folder=tmp_path, limit=2)
