"""The study on three small patients, with toy weights for every family beside the compact set."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.checkpoint import WeightCard, WeightsError, read_card, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.detection.network import PAPER_PARTS, PartsNetwork, smaller_view
from core.evaluation.paper_study import card_figures, cards_in, evaluate_study, fill_study_cards, weighted_figures
from core.evaluation.paper_tables import TABLES
from core.evaluation.study_systems import paper_finder, trained_systems
from core.evaluation.study_tables import AGREEMENT, NOT_TRAINED, ours, table_rows
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.table import ROWS
from core.phantom.study_cohort import study_cohort
from core.svh import Limb
from core.whole_hand import WholeHandNetwork, WholeHandSettings


def toy_weights(folder: Path, name: str, network: nn.Module, calibration: dict[str, Any]) -> None:
    settings = network.settings
    card = WeightCard(
        name=name, architecture=type(network).__name__, settings=asdict(settings), input_px=(64, 64),  # type: ignore[call-overload]
        trained_on="nothing", training={"parameters": 2_000_000, "seconds_per_epoch": 3.0,
                                          "curve": [{"step": 1, "validation_rmse": 1.25}]},
        code_revision="none", sha256=save_weights(network, name, folder=folder), calibration=calibration,
    )  # fmt: skip
    write_card(card, folder=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    for path in FOLDER.glob("compact_*"):
        shutil.copy(path, folder / path.name)
    torch.manual_seed(0)
    hands = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, 60.0, 30.0))
    toy_weights(folder, "mobilenet_v2", hands, {"base": 5, "share": 0.1})
    toy_weights(folder, "densenet_films", FilmNetwork(FilmSettings("densenet121", 64)), {})
    parts = PartsNetwork(replace(smaller_view(PAPER_PARTS[Limb.FOOT], 128), fpn_width=16))
    toy_weights(folder, "paper_foot_parts", parts, {})
    for row in ROWS:
        settings = ScoringSettings("tf_efficientnet_lite0", 4, 64, (row.name,), False, 16, 0.0, False)
        toy_weights(folder, f"paper_{row.name}", ScoringNetwork(settings), {})
    settings = ScoringSettings("densenet121", 4, 64, close_up=False, hidden=16, truth_map=False)
    toy_weights(folder, "densenet_parts", ScoringNetwork(settings), {})
    return folder


@pytest.fixture(scope="module")
def study(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("study")
    return evaluate_study(out=out, folder=folder, limit=3, mm_per_px=0.4, log=lambda _: None), out


def test_every_system_with_weights_is_measured_once(study: tuple[dict[str, Any], Path]) -> None:
    figures = study[0]["figures"]
    assert set(figures) == {
        "readers", "compact_hand_parts", "compact_foot_parts", "compact", "deepra", "densenet", "mobilenet_v2",
        "densenet_films", "random_baseline", "paper_foot_parts",
    }  # fmt: skip
    assert figures["paper_foot_parts"]["films"] == figures["compact_foot_parts"]["films"] == 6
    for name in ("compact", "deepra", "densenet", "mobilenet_v2", "densenet_films", "random_baseline"):
        assert figures[name]["patients"] == 3 and figures[name]["rmse"] > 0
        assert ("weighted_rmse_jsn" in figures[name]) == (name != "mobilenet_v2")  # a total has no cells
        assert {"against_reader_1", "against_reader_2", "limits", "p"} <= figures[name].keys()


def test_the_files_hold_the_tables_and_say_what_is_missing(study: tuple[dict[str, Any], Path]) -> None:
    result, out = study
    assert json.loads((out / "study.json").read_text())["patients"] == 3
    text = (out / "study.md").read_text()
    for table in TABLES:
        assert f"## {table.paper}, Table {table.number}: {table.title}" in text
    assert "Table 6" in text and "Figure 6" in text and NOT_TRAINED in text
    row = next(line for line in text.splitlines() if line.startswith("| MobileNetV2 |"))
    assert f"| 29.85 | {result['figures']['mobilenet_v2']['rmse']:g} [" in row and "| 2.2 | 2 |" in row
    agreement = text[text.index(AGREEMENT) :].splitlines()
    systems = [
        line.split(" | ")[0].removeprefix("| ") for line in agreement if " to " in line and line.startswith("| ")
    ]
    assert "MobileNetV2" in systems and "DenseNet-169 with both" in systems
    assert len(set(systems)) == len(systems) == 7  # a set of networks once, not once a network
    svg = (out / "figure_6.svg").read_text()
    assert svg.count("<circle") == 3 and svg.startswith("<svg")


def test_figures_are_kept_in_the_cards(study: tuple[dict[str, Any], Path], folder: Path) -> None:
    before = read_card("mobilenet_v2", folder=folder)
    write_card(before.model_copy(update={"results": {"gate": {"refused": "3 of 3"}}}), folder=folder)
    fill_study_cards(study[0], folder=folder)
    for name, system in (
        ("mobilenet_v2", "mobilenet_v2"),
        ("paper_jsn_wrist", "deepra"),
        ("densenet_parts", "densenet"),
        ("compact_joint_scorer", "compact"),
    ):
        assert read_card(name, folder=folder).results["study"]["rmse"] == study[0]["figures"][system]["rmse"]
    mine = card_figures(cards_in(folder))["mobilenet_v2"]
    assert mine["millions"] == 2.0 and mine["validation_rmse"] == 1.25 and mine["input_px"] == "64 x 64"
    assert mine["steps"] == 1
    assert read_card("mobilenet_v2", folder=folder).results["gate"] == {"refused": "3 of 3"}  # other results stay
    assert card_figures(cards_in(folder))["deepra"]["rmse"] == study[0]["figures"]["deepra"]["rmse"]


def test_a_set_that_lacks_a_network_is_not_run(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "w")
    (tmp_path / "w" / "paper_jsn_toes.safetensors").unlink()  # its card stays and tells of it
    (tmp_path / "w" / "paper_foot_parts.safetensors").unlink()
    assert paper_finder(tmp_path / "w") is None
    assert "paper_jsn_toes" in card_figures(cards_in(tmp_path / "w"))
    assert set(trained_systems(tmp_path / "w")) == {"compact", "mobilenet_v2", "densenet_films", "densenet"}


def test_a_card_that_does_not_fit_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "w")
    card = read_card("mobilenet_v2", folder=tmp_path / "w")
    write_card(card.model_copy(update={"calibration": {}}), folder=tmp_path / "w")
    with pytest.raises(WeightsError, match=r"mobilenet_v2 does not fit.*no spread"):
        trained_systems(tmp_path / "w")


def test_the_readers_mean_has_no_weighted_error_and_a_left_out_cell_counts_as_zero() -> None:
    from core.evaluation.paper_study import target_cells

    patients = study_cohort("test")[:4]
    perfect = weighted_figures(patients, [target_cells(p) for p in patients])
    assert set(perfect.values()) == {0.0}
    nothing = weighted_figures(patients, [{} for _ in patients])
    totals = np.array([sum(target_cells(p).values()) for p in patients])
    weights = (1 + totals / totals.mean()) / 2
    assert nothing["weighted_mae_total"] == pytest.approx(float(np.mean(weights * totals)), abs=1e-3)


def test_a_table_without_weights_says_so_in_every_cell() -> None:
    headings, rows = table_rows(next(t for t in TABLES if t.title == "Ablation"), {})
    assert headings[:3] == ["System", "r, paper", "r, ours"] and len(rows) == 6
    ours_at = [n for n, heading in enumerate(headings) if heading.endswith("ours")]
    assert len(ours_at) == 9 and all(row[n] == NOT_TRAINED for row in rows for n in ours_at)
    assert [row[1] for row in rows] == 2 * ["0.95", "0.93", "0.95"]


def test_a_p_too_small_for_its_digits_is_no_zero() -> None:
    assert [ours({"p": p}, "p") for p in (0.0, 0.0012, None)] == ["< 0.0001", "0.0012", "not defined"]
    assert ours({"rmse": 0.0}, "rmse") == "0"


def test_two_patients_are_no_study(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="three patients"):
        evaluate_study(out=tmp_path, folder=folder, limit=2)
