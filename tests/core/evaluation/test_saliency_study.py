import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.anatomy.frame import Frame
from core.anatomy.template import TEMPLATE_MM
from core.cohort.labelled_film import LabelledFilm
from core.evaluation.saliency_rows import Row, mean_with_interval, summary
from core.evaluation.saliency_study import attention_prior, hands_rows
from core.evaluation.saliency_tables import WHOLE_HAND, draw_figure, findings, is_control, markdown, unbeaten
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer
from core.joint_scoring.table import ROWS
from core.model_reader.hands_explanation import METHODS, HandFilm, explain_hands, hands_view
from core.svh import Limb, Side
from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandScorer, WholeHandSettings

NAN = float("nan")
ROW = Row("P1", "phantom", "erosion_fingers/MCP", 2, "Grad-CAM", 0.5, 1, 0.8, 0.5, 0.7, 0.7, 0.4, 0.5, 0, 0.1)


def test_the_mean_is_over_sites_and_the_interval_over_patients() -> None:
    rows = [replace(ROW, pr_area=v, patient=p) for v, p in ((0.2, "A"), (0.4, "A"), (0.9, "B"), (NAN, "C"))]
    mean, low, high, patients = mean_with_interval(rows, "pr_area")
    assert mean == pytest.approx(0.5) and patients == 2
    assert (low, high) == pytest.approx((0.3, 0.9))  # A twice, B twice: the ends of what can be drawn


def test_one_patient_has_no_width_and_none_no_figure() -> None:
    assert mean_with_interval([ROW], "pr_area") == pytest.approx((0.8, 0.8, 0.8, 1))
    assert mean_with_interval([replace(ROW, pr_area=NAN)], "pr_area") is None


@pytest.fixture
def results() -> dict:
    rng = np.random.default_rng(0)
    means = {"Grad-CAM": 0.6, "Attention": 0.3, "uniform": 0.1, "centred Gaussian": 0.35}
    means |= {"Grad-CAM, shuffled": 0.2, "Attention, shuffled": 0.9}
    rows = [
        replace(ROW, patient=f"P{p}", map=name, pr_area=mean + rng.normal(0, 0.02), deletion=NAN)
        for name, mean in means.items()
        for p in range(8)
    ]
    rows += [replace(row, source="real", grade=0, pr_area=NAN, chance=NAN) for row in rows[:3]]
    return {"weights": "compact", "patients": 8, "maps": len(rows), "groups": summary(rows)}


def test_a_map_is_said_not_to_beat_the_controls_it_does_not_beat(results: dict) -> None:
    group = results["groups"]["phantom erosion"]
    assert unbeaten(group, "Grad-CAM", "pr_area") == []
    assert unbeaten(group, "Attention", "pr_area") == ["centred Gaussian", "Attention, shuffled"]
    assert unbeaten(group, "Grad-CAM", "deletion") is None
    assert "Grad-CAM, PR area: beats every control." in findings(group)
    assert "Attention, PR area: does not beat centred Gaussian, Attention, shuffled." in findings(group)


def test_groups_are_source_damage_kind_and_grade(results: dict) -> None:
    assert set(results["groups"]) == {
        "phantom", "phantom erosion", "phantom erosion_fingers/MCP", "phantom erosion, grade 2",
        "real", "real erosion", "real erosion_fingers/MCP",
    }  # fmt: skip
    assert results["groups"]["real"]["Grad-CAM"]["pr_area"] is None


def test_the_tables_and_the_figure_hold_every_map(results: dict) -> None:
    text = markdown(results)
    assert "| Grad-CAM | 0.6" in text and "*centred Gaussian* (control)" in text
    assert "10.0% of the view" in text
    picture = draw_figure(results)
    assert picture.width == 900 and np.asarray(picture).std() > 5
    assert not math.isnan(results["groups"]["phantom"]["uniform"]["pr_area"][0])
    assert is_control("Grad-CAM, shuffled") and not is_control("Grad-CAM")


@pytest.fixture(scope="module")
def hands() -> list[Row]:
    """Maps of a whole-hand network without any training, of a film with one eroded joint."""
    torch.manual_seed(0)
    network = WholeHandNetwork(WholeHandSettings("resnet_dwise50", 96))
    network.score.weight.data.abs_()  # everything raises the score, so that Grad-CAM is not blank
    scorer = WholeHandScorer(network, TotalCalibration(4.0, 0.1), device=torch.device("cpu"))
    joints = {name: (x + 74.0, y + 98.0) for name, (x, y) in TEMPLATE_MM[Limb.HAND].items()}
    damage = np.zeros((200, 120), bool)
    damage[80:100, 35:55] = True
    pixels = np.random.default_rng(0).random((200, 120), dtype=np.float32)
    view = hands_view(scorer, {Side.R: HandFilm(pixels, joints, Frame(np.eye(2, 3), 120, 200), damage)})
    found = explain_hands(view, METHODS, view.before(view.network.randomised()))
    return list(hands_rows(view, found, 7, "P1"))


def test_maps_of_both_hands_are_measured_on_the_films_alone(hands: list[Row]) -> None:
    uniform = next(row for row in hands if row.map == "uniform")
    assert uniform.inside_damage == pytest.approx(uniform.chance) == pytest.approx(uniform.pr_area)
    # 20 x 20 of 200 x 120 pixels, and the picture's pixels (2.6 of the film) that the damage only touches
    assert 400 / 24_000 < uniform.chance < 26 * 26 / 24_000
    grad_cam = next(row for row in hands if row.map == "Grad-CAM")
    assert grad_cam.spearman == pytest.approx(1) and grad_cam.overlap == pytest.approx(
        1, abs=0.01
    )  # a pixel at the edge is shared
    assert {row.grade for row in hands} == {7} and all(math.isnan(row.deletion) for row in hands)
    assert {"centred Gaussian", "LayerCAM", "EigenCAM, shuffled"} <= {row.map for row in hands}


def test_the_whole_hand_network_has_its_own_group_and_its_own_words(hands: list[Row]) -> None:
    groups = summary([ROW, *hands])
    assert set(groups) == {
        "phantom",
        "phantom erosion",
        "phantom erosion_fingers/MCP",
        "phantom erosion, grade 2",
        WHOLE_HAND,
    }
    assert groups["phantom"].keys() == {"Grad-CAM"} and groups["phantom"]["Grad-CAM"]["pr_area"][0] == 0.8
    results = {"weights": "compact", "patients": 1, "maps": 1 + len(hands), "groups": groups}
    text = markdown(results)
    said = text[text.index(f"## {WHOLE_HAND}") :]
    assert "The reference is Grad-CAM" in said
    assert "- Grad-CAM, heat in box: " in said and "Grad-CAM, deletion" not in said
    assert "heat in box:" not in text[: text.index(f"## {WHOLE_HAND}")]
    assert draw_figure(results).height > draw_figure({**results, "groups": {}}).height


def test_the_mean_attention_of_the_papers_networks_leaves_out_parts_that_are_not_there() -> None:
    made = ScoringSettings(crop_px=32, hidden=8, close_up=False, truth_map=False)
    networks = [ScoringNetwork(replace(made, rows=(row.name,))) for row in ROWS]
    reader = SimpleNamespace(scorer=JointScorer(networks, Calibration({}, {}), device=torch.device("cpu")))
    joints = {
        name: (x + 74.0, y + 98.0) for name, (x, y) in TEMPLATE_MM[Limb.HAND].items() if name != "CMC1"
    }  # no wrist
    film = LabelledFilm(np.random.default_rng(0).random((200, 120)), Limb.HAND, Side.R, joints, {}, "P1", "phantom")
    means = attention_prior(reader, [film])  # type: ignore[arg-type]
    assert set(means) == {
        "erosion_fingers/MCP", "erosion_fingers/PIP", "jsn_fingers/MCP", "jsn_fingers/PIP", "jsn_toes/MTP",
        # the thumb's
    }  # fmt: skip
    assert all(heat.shape == (2, 2) for heat in means.values())  # 32 px at a stride of 16
