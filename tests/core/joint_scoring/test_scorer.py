from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.anatomy.template import TEMPLATE_MM
from core.joint_scoring.crops import SCORED_JOINTS
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import BATCH, Calibration, JointScorer, LimbJoints, site_kind
from core.svh import SITE_BY_SUFFIX, SITES, Limb, Site, check_points
from tests.core.anatomy.poses import pose_at

ALL_SITES = sorted(site for sites in SITES.values() for site in sites)
NUMBERS = st.floats(-30, 30)
PLAIN = Calibration({}, {})


@given(st.sampled_from(ALL_SITES), NUMBERS, NUMBERS, NUMBERS, st.floats(0, 3), NUMBERS, NUMBERS)
def test_points_are_a_score_inside_their_interval(
    site: Site, value: float, low: float, high: float, cut: float, still: float, damaged: float
) -> None:
    calibration = Calibration({site_kind(site): cut}, {site.damage.value: (still, damaged)})
    score = calibration.score(site, value, low, high)
    check_points(site, score.points)
    assert 0 <= score.low <= score.points <= score.high <= site.maximum
    assert 0 <= score.estimate <= site.maximum


@given(st.sampled_from(ALL_SITES), NUMBERS, NUMBERS)
def test_a_higher_estimate_never_gives_fewer_points(site: Site, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert PLAIN.score(site, low, low, low).points <= PLAIN.score(site, high, high, high).points


def test_rounding_and_widening_worked_by_hand() -> None:
    site = SITE_BY_SUFFIX["mcp_J__2"]
    assert [PLAIN.score(site, v, v, v).points for v in (-2, 0.4, 0.5, 1.49, 1.5, 3.6, 9)] == [0, 0, 1, 1, 2, 4, 4]
    calibration = Calibration.from_card({"zero_cut": {site_kind(site): 0.8}, "widen": {"J": [0.25, 1.0]}})
    nothing = calibration.score(site, 0.7, 0.5, 1.0)
    assert (nothing.points, nothing.low, nothing.high) == (0, 0.0, 1.25)
    some = calibration.score(site, 2.2, 1.5, 2.5)
    assert (some.points, some.low, some.high) == (2, 0.5, 3.5)


def test_a_kind_with_a_widening_of_its_own_does_without_that_of_the_damage() -> None:
    site, other = SITE_BY_SUFFIX["mcp_J__2"], SITE_BY_SUFFIX["mtp_J__3"]
    calibration = Calibration.from_card({"widen": {"J": [0.25, 0.25], site_kind(site): [0.5, 0.5]}})
    assert calibration.score(site, 2, 2, 2).high == 2.5 and calibration.score(other, 2, 2, 2).high == 2.25


def test_the_calibrations_of_single_rows_do_not_speak_for_each_other() -> None:
    fingers = Calibration.from_card({"zero_cut": {"jsn_fingers/MCP": 0.9}, "widen": {"J": [0.25, 1.0]}})
    toes = Calibration.from_card({"zero_cut": {"jsn_toes/MTP": 1.2}, "widen": {"jsn_toes/MTP": [0.5, 0.5]}})
    both = Calibration.by_row({"jsn_fingers": fingers, "jsn_toes": toes})
    assert both.zero_cut == {"jsn_fingers/MCP": 0.9, "jsn_toes/MTP": 1.2}
    assert both.widen == {"jsn_fingers/MCP": (0.25, 1.0), "jsn_fingers/PIP": (0.25, 1.0), "jsn_toes/MTP": (0.5, 0.5)}
    site = SITE_BY_SUFFIX["mcp_J__2"]
    assert both.score(site, 2.2, 1.5, 2.5) == fingers.score(site, 2.2, 1.5, 2.5)


def test_an_estimate_just_over_the_cut_is_one_point() -> None:
    site = SITE_BY_SUFFIX["mcp_J__2"]
    assert Calibration({site_kind(site): 0.2}, {}).score(site, 0.3, 0.3, 0.3).points == 1


@pytest.fixture(scope="module")
def scorer() -> JointScorer:
    torch.manual_seed(0)
    network = ScoringNetwork(ScoringSettings(crop_px=32, hidden=8))
    return JointScorer([network], PLAIN, device=torch.device("cpu"))


def limb_of(limb: Limb, joints: set[str]) -> LimbJoints:
    pixels = np.random.default_rng(0).random((240, 240), dtype=np.float32)
    places = {name: (x + 110.0, y + 120.0) for name, (x, y) in TEMPLATE_MM[limb].items() if name in joints}
    return LimbJoints(pixels, limb, places, pose_at(limb, mm_per_px=1.0))


def test_a_visit_gets_every_site_in_the_order_of_the_table(scorer: JointScorer) -> None:
    found = scorer.score([limb_of(limb, set(SCORED_JOINTS[limb])) for limb in (Limb.HAND, Limb.FOOT)])
    assert [tuple(scores) for scores in found] == [SITES[Limb.HAND], SITES[Limb.FOOT]]


def test_a_joint_without_a_place_leaves_its_sites_out(scorer: JointScorer) -> None:
    whole, part, none = scorer.score(
        [
            limb_of(Limb.HAND, set(SCORED_JOINTS[Limb.HAND])),
            limb_of(Limb.HAND, {"RADCAR", "MTP1"}),
            limb_of(Limb.FOOT, set()),
        ]
    )
    assert [site.suffix for site in part] == ["wrist_J__radcar"]
    assert none == {}
    site = SITE_BY_SUFFIX["wrist_J__radcar"]
    assert part[site].estimate == pytest.approx(whole[site].estimate, abs=1e-4)


def test_no_limb_gives_no_scores(scorer: JointScorer) -> None:
    assert scorer.score([]) == []


def test_many_limbs_go_through_the_network_in_batches_of_one_size_and_score_as_they_do_alone(
    scorer: JointScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limb = limb_of(Limb.HAND, set(SCORED_JOINTS[Limb.HAND]))
    alone = scorer.estimate([limb])[0]
    network = scorer._distinct[0]
    features: Callable[[torch.Tensor], torch.Tensor] = network.features
    sizes = []

    def counted(crops: torch.Tensor) -> torch.Tensor:
        sizes.append(len(crops))
        return features(crops)

    monkeypatch.setattr(network, "features", counted)
    found = scorer.estimate([limb] * 5)
    assert max(sizes) == BATCH and sum(sizes) == 5 * len(SCORED_JOINTS[Limb.HAND])
    for scores in found:
        assert scores == {site: pytest.approx(value, abs=1e-4) for site, value in alone.items()}
