import numpy as np
import pytest
import torch

from core.anatomy.pose import fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.checkpoint import WeightCard
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer, LimbJoints
from core.model_reader.explanation import explain_site, site_view, stored_prior
from core.saliency import Method
from core.svh import SITE_BY_SUFFIX, Limb

SITE = SITE_BY_SUFFIX["pip_E__3"]
JOINTS = {name: (110.0 - x, y + 120.0) for name, (x, y) in TEMPLATE_MM[Limb.HAND].items()}  # mirrored: a left hand
PIXELS = np.random.default_rng(0).random((260, 240), dtype=np.float32)


@pytest.fixture(scope="module")
def scorer() -> JointScorer:
    torch.manual_seed(0)
    return JointScorer(
        [ScoringNetwork(ScoringSettings(crop_px=32, hidden=8))], Calibration({}, {}), device=torch.device("cpu")
    )


def test_the_close_up_and_the_score_are_those_that_were_scored(scorer: JointScorer) -> None:
    view = site_view(scorer, PIXELS, Limb.HAND, JOINTS, SITE)
    limb = LimbJoints(PIXELS, Limb.HAND, JOINTS, fit_pose(Limb.HAND, JOINTS))
    crop = next(crop for crop in scorer.crops(limb, "erosion_fingers") if crop.joints == ("PIP3",))
    assert view.frame.matrix == pytest.approx(crop.frame.matrix, abs=1e-3)
    raw = float(view.score(view.view[None])[0]) * SITE.maximum
    assert np.clip(raw, 0, 5) == pytest.approx(scorer.score([limb])[0][SITE].estimate, abs=0.02)
    assert view.names[view.output] == "PIP"


def test_the_box_of_a_close_up_is_its_middle_half_and_its_field_all_of_it(scorer: JointScorer) -> None:
    view = site_view(scorer, PIXELS, Limb.HAND, JOINTS, SITE)
    middle = np.zeros((32, 32), bool)
    middle[8:24, 8:24] = True
    assert (view.box == middle).all() and view.damage(np.ones(PIXELS.shape, np.uint8)).all()


def test_maps_come_with_all_their_controls(scorer: JointScorer) -> None:
    view = site_view(scorer, PIXELS, Limb.HAND, JOINTS, SITE)
    found = explain_site(view, (Method.ATTENTION, Method.GRAD_CAM), attention_prior=[np.eye(2)])
    assert list(found.maps) == ["Attention", "Grad-CAM"]
    assert list(found.controls) == [
        "uniform", "centred Gaussian", "mean attention of other crops", "Attention, shuffled", "Grad-CAM, shuffled",
    ]  # fmt: skip
    assert all(heat.frame is view.frame for heat in (*found.maps.values(), *found.controls.values()))


def test_a_joint_that_was_not_found_is_said_in_words(scorer: JointScorer) -> None:
    with pytest.raises(ValueError, match="PIP3 was not found"):
        site_view(scorer, PIXELS, Limb.HAND, {n: p for n, p in JOINTS.items() if n != "PIP3"}, SITE)


def test_the_mean_attention_comes_from_the_card_of_the_scorer() -> None:
    def card(**calibration: object) -> WeightCard:
        return WeightCard(
            name="compact_joint_scorer", architecture="", settings={}, input_px=(1, 1), trained_on="", training={},
            code_revision="", sha256="", calibration=calibration,
        )  # fmt: skip

    assert stored_prior([card()], SITE) == []
    kept = stored_prior([card(attention_prior={"erosion_fingers/PIP": [[0.0, 1.0]]})], SITE)
    assert kept[0].tolist() == [[0.0, 1.0]]
