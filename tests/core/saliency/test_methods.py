from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from core.anatomy.frame import Frame
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer
from core.model_reader.explanation import explainable
from core.saliency import Explainable, Heatmap, Method, explain, explain_all
from core.saliency.methods import raw_attention

SIDE = 64
FRAME = Frame(np.eye(2, 3), SIDE, SIDE)


class Linear(nn.Module):
    """Two features, the view and its mirror image; the output is a weighted sum of their means."""

    def __init__(self, weights: tuple[float, float]) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))


def linear(weights: tuple[float, float]) -> Explainable:
    return Explainable(
        Linear(weights),
        lambda network, views: torch.cat([views, views.flip(3)], 1),
        lambda network, found: (found.mean((2, 3)) * network.weights).sum(1, keepdim=True),
    )


def test_grad_cam_of_a_linear_network_is_its_weighted_features() -> None:
    # d output / d feature_c = w_c / 4 everywhere, so the map is relu(w_0 view + w_1 mirrored), stretched.
    view = np.array([[0.0, 1.0], [0.5, 0.25]], np.float32)
    frame = Frame(np.eye(2, 3), 2, 2)
    raw = np.maximum(3 * view - 1 * view[:, ::-1], 0)
    heat = explain(linear((3.0, -1.0)), view, frame, output=0, method=Method.GRAD_CAM).values
    assert heat == pytest.approx((raw - raw.min()) / np.ptp(raw), abs=1e-5)


def test_layer_cam_of_a_linear_network_drops_negative_gradients() -> None:
    view = np.array([[0.0, 1.0], [0.5, 0.25]], np.float32)
    heat = explain(linear((3.0, -1.0)), view, Frame(np.eye(2, 3), 2, 2), output=0, method=Method.LAYER_CAM).values
    assert heat == pytest.approx(view, abs=1e-5)


def test_a_score_below_zero_has_a_map_and_a_network_that_ignores_the_view_a_blank_one() -> None:
    view = np.random.default_rng(0).random((8, 8), dtype=np.float32)
    frame = Frame(np.eye(2, 3), 8, 8)
    network = linear((0.1, -3.0))
    assert network.scores(view[None], 0)[0] < 0
    assert not explain(network, view, frame, output=0, method=Method.LAYER_CAM).blank
    assert explain(linear((0.0, 0.0)), view, frame, output=0, method=Method.GRAD_CAM).blank


def test_no_attention_is_said_in_words() -> None:
    with pytest.raises(ValueError, match="no attention"):
        explain(
            linear((1.0, 1.0)),
            np.zeros((2, 2), np.float32),
            Frame(np.eye(2, 3), 2, 2),
            output=0,
            method=Method.ATTENTION,
        )


def test_several_maps_of_one_look_are_those_made_one_by_one() -> None:
    looks = []
    network = linear((3.0, -1.0))
    counted = Explainable(network.network, lambda n, v: looks.append(1) or network.features(n, v), network.outputs)
    view, methods = np.random.default_rng(0).random((8, 8), dtype=np.float32), [Method.GRAD_CAM, Method.LAYER_CAM]
    frame = Frame(np.eye(2, 3), 8, 8)
    together = explain_all(counted, view, frame, output=0, methods=methods)
    assert len(looks) == 1 and list(together) == methods
    for method in methods:
        alone = explain(network, view, frame, output=0, method=method)
        np.testing.assert_array_equal(together[method].values, alone.values)


@pytest.fixture(scope="module")
def scorer() -> JointScorer:
    torch.manual_seed(0)
    network = ScoringNetwork(ScoringSettings(crop_px=SIDE, hidden=16))
    return JointScorer([network], Calibration({}, {}), device=torch.device("cpu"))


def view_of(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((SIDE, SIDE), dtype=np.float32)


def test_sixty_maps_under_eight_threads_are_those_made_alone(scorer: JointScorer) -> None:
    rows = [explainable(scorer, name) for name in ("erosion_wrist", "jsn_wrist", "erosion_fingers")]
    jobs = [(rows[n % 3], view_of(n), n % 2, list(Method)[n % 5]) for n in range(60)]

    def do(job: tuple) -> np.ndarray:
        network, view, output, method = job
        return explain(network, view, FRAME, output=output, method=method).values

    alone = [do(job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(do, jobs))
    wrong = sum(not np.allclose(a, b, atol=1e-5) for a, b in zip(alone, together, strict=True))
    assert wrong == 0
    assert len({a.tobytes() for a in alone}) > 50  # and they are not all the same map


def state(network: nn.Module) -> tuple:
    hooks = sum(len(m._forward_hooks) + len(m._backward_hooks) + len(m._forward_pre_hooks) for m in network.modules())
    modes = [m.training for m in network.modules()]
    weights = [(p.requires_grad, p.grad is None, float(p.detach().sum())) for p in network.parameters()]
    return hooks, modes, weights


@pytest.mark.parametrize("method", list(Method))
def test_explaining_leaves_the_network_as_it_was(scorer: JointScorer, method: Method) -> None:
    network, view = explainable(scorer, "jsn_wrist"), view_of(3)
    next(scorer.networks["jsn_wrist"].parameters()).requires_grad_(False)  # a state of its own, to be kept
    scorer.networks["jsn_wrist"].truth_map.train()
    before, scores = state(scorer.networks["jsn_wrist"]), network.scores(view[None], 2)
    explain(network, view, FRAME, output=2, method=method)
    assert state(scorer.networks["jsn_wrist"]) == before and before[0] == 0
    assert network.scores(view[None], 2) == pytest.approx(scores, abs=0)
    scorer.networks["jsn_wrist"].truth_map.eval()


def test_a_failure_leaves_no_hook_no_lock_and_no_mode_behind(scorer: JointScorer) -> None:
    network = explainable(scorer, "jsn_wrist")
    before = state(scorer.networks["jsn_wrist"])
    with pytest.raises(IndexError):
        explain(network, view_of(0), FRAME, output=99, method=Method.GRAD_CAM)
    assert state(scorer.networks["jsn_wrist"]) == before
    assert not scorer.lock.locked()


def test_outputs_have_maps_of_their_own_and_share_the_attention(scorer: JointScorer) -> None:
    network, view = explainable(scorer, "erosion_wrist"), view_of(1)
    grad = [explain(network, view, FRAME, output=k, method=Method.GRAD_CAM).values for k in range(6)]
    own = [explain(network, view, FRAME, output=k, method=Method.ATTENTION).values for k in range(6)]
    assert len({g.tobytes() for g in grad}) == 6
    assert len({a.tobytes() for a in own}) == 1


def test_the_raw_attention_is_what_its_map_is_stretched_from(scorer: JointScorer) -> None:
    network, view = explainable(scorer, "jsn_wrist"), view_of(4)
    raw = raw_attention(network, view)
    assert raw.shape[0] == raw.shape[1] < SIDE
    heat = explain(network, view, FRAME, output=0, method=Method.ATTENTION)
    np.testing.assert_array_equal(Heatmap.stretched(raw, FRAME).values, heat.values)
    with pytest.raises(ValueError, match="no attention"):
        raw_attention(linear((1.0, 1.0)), view)


def test_shuffled_weights_give_another_map_and_spare_the_network(scorer: JointScorer) -> None:
    network, view = explainable(scorer, "jsn_wrist"), view_of(2)
    before = state(scorer.networks["jsn_wrist"])
    shuffled = network.randomised()
    a, b = (explain(n, view, FRAME, output=0, method=Method.ATTENTION).values for n in (network, shuffled))
    assert not np.allclose(a, b, atol=1e-3)
    assert state(scorer.networks["jsn_wrist"]) == before
    assert explain(network.randomised(), view, FRAME, output=0, method=Method.ATTENTION).values == pytest.approx(b)
