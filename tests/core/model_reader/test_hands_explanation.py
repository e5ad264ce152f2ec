from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from core.anatomy.frame import Frame
from core.anatomy.template import TEMPLATE_MM
from core.cohort.labelled_film import LabelledFilm
from core.model_reader import FilmReading, FilmStatus, VisitReading
from core.model_reader.evidence import FoundJoint
from core.model_reader.hands_explanation import (
    METHODS,
    HandFilm,
    HandsView,
    explain_hands,
    hands_of_films,
    hands_of_visit,
    hands_view,
    points_of,
)
from core.saliency import Heatmap, Method
from core.svh import SITE_BY_SUFFIX, Limb, Side
from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandScorer, WholeHandSettings

SIDE = 96
JOINTS = {name: (x + 74.0, y + 98.0) for name, (x, y) in TEMPLATE_MM[Limb.HAND].items()}


def as_stored(pixels: np.ndarray, **more: object) -> HandFilm:
    height, width = pixels.shape
    return HandFilm(pixels, {}, Frame(np.eye(2, 3), width, height), **more)  # type: ignore[arg-type]


def noise(seed: int, height: int = 200, width: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width)).astype(np.float32)


@pytest.fixture(scope="module")
def scorer() -> WholeHandScorer:
    torch.manual_seed(0)
    network = WholeHandNetwork(WholeHandSettings("resnet_dwise50", SIDE, mean_points=60.0, sd_points=30.0))
    return WholeHandScorer(network, TotalCalibration(4.0, 0.1), device=torch.device("cpu"))


@pytest.fixture
def view(scorer: WholeHandScorer) -> HandsView:
    return hands_view(scorer, {Side.L: as_stored(noise(1)), Side.R: as_stored(noise(2))})


def spot(view: HandsView, x: float, y: float) -> Heatmap:
    """Heat at one place of the picture."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return Heatmap.stretched(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8), view.frame)


def hottest(heat: np.ndarray) -> tuple[int, int]:
    y, x = np.unravel_index(heat.argmax(), heat.shape)
    return int(x), int(y)


def test_the_score_is_the_networks_own_before_clipping(scorer: WholeHandScorer, view: HandsView) -> None:
    pair = (noise(1), noise(2))
    np.testing.assert_array_equal(view.picture, scorer.pictures([pair])[0, 0].numpy())
    points = points_of(scorer, view.score())
    assert points == pytest.approx(60 + 30 * view.score())
    assert np.clip(points, 0, 280) == pytest.approx(scorer.score([pair])[0].estimate, abs=1e-3)


def test_heat_of_a_place_of_the_picture_lies_on_the_film_that_is_there(view: HandsView) -> None:
    # A film of 200 x 120 in a cell of 96 x 48: scale min(48/120, 96/200) * 0.96 = 0.384, so 77 x 46 pixels from (1, 9);
    # the right film begins 48 further on. Picture pixel (11, 29) is film pixel ((11 - 1 + 0.5) * 120 / 46 - 0.5, ...).
    x, y = (11 - 1 + 0.5) * 120 / 46 - 0.5, (29 - 9 + 0.5) * 200 / 77 - 0.5
    for side, other, at in ((Side.L, Side.R, 11), (Side.R, Side.L, 11 + 48)):
        heat = spot(view, at, 29)
        assert hottest(view.on_film(heat, side)) == pytest.approx((x, y), abs=1.5)
        assert view.on_film(heat, side).max() > 0.9
        assert view.on_film(heat, other).max() < 0.01
        assert view.on_film(heat, side).shape == (200, 120)


@pytest.mark.parametrize("side", list(Side))
def test_heat_finds_its_way_out_of_a_turned_region_of_a_film(scorer: WholeHandScorer, side: Side) -> None:
    # Fingers point right, so the region (100, 40)-(300, 160) of the stored film is shown turned a quarter
    # anticlockwise: stored (x, y) is upright (y - 40, 299 - x).
    film = noise(3, 200, 320)
    film[90:95, 250:255] = 3.0  # a bright spot round stored (252, 92): upright (52, 47)
    reading = FilmReading(
        "x.png", "a" * 64, FilmStatus.SCORED, None, "", 320, 200, Limb.HAND, side, region=(100.0, 40.0, 300.0, 160.0),
        turned_deg=93.0
    )  # fmt: skip
    view = hands_view(scorer, hands_of_visit(VisitReading("P1", (reading,)), {"a" * 64: film}))
    x, y = view.from_film(side).to_view(np.array([[252.0, 92.0]]))[0]
    left, top, right, bottom = view.rectangles()[side]
    assert (left, top, right, bottom) == ((1, 9, 47, 86) if side is Side.L else (49, 9, 95, 86))
    inside = view.picture[top:bottom, left:right]
    assert hottest(inside) == pytest.approx((x - left, y - top), abs=1)
    heat = spot(view, x, y)
    assert hottest(view.on_film(heat, side)) == pytest.approx((252, 92), abs=1)
    assert hottest(view.on_hand(heat, side)) == pytest.approx((52, 47), abs=1)
    assert view.on_film(heat, side)[:, :95].max() == 0  # outside the region


class BrightPlaces(torch.nn.Module):
    """A whole-hand network of one feature, the picture itself: its Grad-CAM is the picture."""

    def features(self, pictures: Tensor) -> Tensor:
        return pictures * self.one

    def head(self, features: Tensor) -> Tensor:
        return features.mean((1, 2, 3))

    def __init__(self) -> None:
        super().__init__()
        self.one = torch.nn.Parameter(torch.ones(()))
        self.settings = WholeHandSettings("resnet_dwise50", SIDE)


@pytest.mark.parametrize("side", list(Side))
def test_what_moves_the_score_on_one_film_is_hot_there_and_not_on_the_other(side: Side) -> None:
    films = {each: np.zeros((200, 120), np.float32) for each in Side}
    films[side][140:160, 30:50] = 1.0
    scorer = WholeHandScorer(BrightPlaces(), TotalCalibration(4.0, 0.1), device=torch.device("cpu"))  # type: ignore[arg-type]
    view = hands_view(scorer, {each: as_stored(film) for each, film in films.items()})
    for heat in view.maps([Method.GRAD_CAM, Method.LAYER_CAM]).values():
        found, other = (view.on_film(heat, each) for each in (side, Side.R if side is Side.L else Side.L))
        assert found[143:157, 33:47].min() > 0.9 and other.max() == 0
        found[134:166, 24:56] = 0  # a picture pixel is 2.6 pixels of the film
        assert found.max() == 0


def test_a_missing_hand_is_no_place_where_heat_is_measured(scorer: WholeHandScorer) -> None:
    view = hands_view(scorer, {Side.R: as_stored(noise(2))})
    assert list(view.places) == [Side.R] and view.seen.sum() == 46 * 77
    assert not view.seen[:, :48].any()
    with pytest.raises(ValueError, match="at least one hand"):
        hands_view(scorer, {})


def test_the_boxes_are_those_of_the_scored_joints(scorer: WholeHandScorer) -> None:
    mirrored = {name: (119.0 - x, y) for name, (x, y) in JOINTS.items()}
    hands = {
        Side.L: replace(as_stored(noise(1)), joints=mirrored),
        Side.R: replace(as_stored(noise(2)), joints=JOINTS),
    }
    view = hands_view(scorer, hands)
    boxes = view.joint_boxes()
    for side, hand in hands.items():
        for joint in ("MCP2", "PIP5", "LUN", "ULN"):
            x, y = np.round(view.from_film(side).to_view(np.array([hand.joints[joint]]))[0]).astype(int)
            assert boxes[y, x]
    assert (boxes[:, 1:47] != boxes[:, 49:95][:, ::-1]).mean() < 0.02  # mirror images, up to the rounding of corners
    assert 0.1 < boxes[view.seen].mean() < 0.4
    two = {joint: JOINTS[joint] for joint in ("MCP2", "PIP2")}
    few = hands_view(scorer, {Side.R: replace(as_stored(noise(2)), joints=two)})
    assert not few.joint_boxes().any()  # two joints do not say how the hand lies
    assert not hands_view(scorer, {Side.L: as_stored(noise(1))}).joint_boxes().any()


def test_the_truth_holds_erosions_and_the_gaps_of_narrowed_joints_only(scorer: WholeHandScorer) -> None:
    mask = np.zeros((200, 120), np.uint8)
    places = {joint: tuple(int(v) for v in JOINTS[joint]) for joint in ("MCP2", "MCP4", "PIP5")}
    for joint, code in (("MCP2", 2), ("MCP4", 2), ("PIP5", 1)):
        x, y = places[joint]
        mask[y - 2 : y + 2, x - 2 : x + 2] = code
    grades = {SITE_BY_SUFFIX["mcp_J__2"]: 3, SITE_BY_SUFFIX["mcp_J__4"]: 0, SITE_BY_SUFFIX["pip_E__5"]: 2}
    film = LabelledFilm(noise(1), Limb.HAND, Side.R, JOINTS, grades, "P1", "phantom", damage_mask=mask)
    hands = hands_of_films([film])
    damage = hands[Side.R].damage
    assert damage is not None
    found = {joint: bool(damage[y, x]) for joint, (x, y) in places.items()}
    assert found == {"MCP2": True, "MCP4": False, "PIP5": True} and damage.sum() == 32
    view = hands_view(scorer, hands)
    truth = view.damage()
    assert truth is not None and not truth[:, :48].any()
    x, y = np.round(view.from_film(Side.R).to_view(np.array([places["MCP2"]]))[0]).astype(int)
    assert truth[y, x]
    assert hands_view(scorer, {Side.R: as_stored(noise(1))}).damage() is None


def test_maps_come_with_their_controls_and_none_is_called_attention(view: HandsView) -> None:
    found = explain_hands(view, METHODS, view.before(view.network.randomised()))
    assert list(found.maps) == ["Grad-CAM", "Grad-CAM++", "LayerCAM", "EigenCAM"]
    assert list(found.controls) == ["uniform", "centred Gaussian", *(f"{name}, shuffled" for name in found.maps)]
    middle = found.controls["centred Gaussian"].values
    assert {hottest(middle[:, :48]), hottest(middle[:, 48:])} <= {(x, y) for x in (23, 24) for y in (47, 48)}
    assert middle[:9].max() == 0  # above the films
    with pytest.raises(ValueError, match="no attention"):
        view.maps([Method.ATTENTION])


def test_explaining_runs_under_the_scorers_lock_and_leaves_nothing_behind(scorer: WholeHandScorer) -> None:
    pairs = [(noise(2 * n), noise(2 * n + 1)) for n in range(4)]
    views = [hands_view(scorer, {Side.L: as_stored(a), Side.R: as_stored(b)}) for a, b in pairs]
    assert views[0].network.lock is scorer.lock
    methods = [Method.GRAD_CAM, Method.EIGEN_CAM]
    alone = [view.maps(methods) for view in views]
    scores = [scorer.score([pair])[0].estimate for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        maps = [pool.submit(view.maps, methods) for view in views]
        again = [pool.submit(scorer.score, [pair]) for pair in pairs]
        together, rescored = [job.result() for job in maps], [job.result()[0].estimate for job in again]
    assert rescored == pytest.approx(scores, abs=1e-4)
    for before, after in zip(alone, together, strict=True):
        for name in before:
            np.testing.assert_allclose(after[name].values, before[name].values, atol=1e-4)
    modules = list(scorer.network.modules())
    assert not any(m._forward_hooks or m._backward_hooks or m._forward_pre_hooks or m.training for m in modules)
    assert all(weight.grad is None and weight.requires_grad for weight in scorer.network.parameters())
    assert not scorer.lock.locked()


def test_the_hands_of_a_visit_are_those_that_count_with_their_joints() -> None:
    joints = (FoundJoint("MCP2", 10.0, 20.0, 0.9),)
    left = FilmReading("l", "a" * 64, FilmStatus.SCORED, None, "", 120, 200, Limb.HAND, Side.L, joints=joints)
    refused = replace(left, sha256="b" * 64, side=Side.R, status=FilmStatus.REFUSED)
    hands = hands_of_visit(VisitReading("P1", (left, refused)), {"a" * 64: noise(1), "b" * 64: noise(2)})
    assert list(hands) == [Side.L] and hands[Side.L].joints == {"MCP2": (10.0, 20.0)}
