import pytest
import torch

from core.layers.depthwise_separable import DepthwiseSeparable
from core.layers.inverted_residual import InvertedResidual, Shortcut
from core.whole_hand.network import ARCHITECTURES, WholeHandNetwork, WholeHandSettings
from tests.core.toy_set import assert_learns, stripes

# Millions of parameters: counted here, printed in the paper (Tables 3 and 4; its ResNet-50 has 1000 outputs).
COUNTS = {
    "resnet_dwise50": (4.41, 4.3),
    "resnet50_separable": (3.75, 3.7),
    "resnet50_baseline": (23.5, 25),
    "resnet50": (23.5, 25),
    "mobilenet_v2": (2.2, 2.2),
}


@pytest.fixture(scope="module", params=list(ARCHITECTURES))
def network(request: pytest.FixtureRequest) -> WholeHandNetwork:
    torch.manual_seed(0)
    return WholeHandNetwork(WholeHandSettings(request.param, side_px=64))


def test_shapes_and_the_cut_for_grad_cam(network: WholeHandNetwork) -> None:
    network.eval()
    with torch.no_grad():
        pictures = torch.rand(2, 1, 64, 64)
        features = network.features(pictures)
        assert features.shape[2:] == (2, 2)  # stride 32
        assert network(pictures).shape == (2,)
        torch.testing.assert_close(network.head(features), network(pictures))


def test_every_parameter_gets_a_gradient(network: WholeHandNetwork) -> None:
    network.train()
    network(torch.rand(2, 1, 64, 64)).square().sum().backward()
    assert not [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    network.zero_grad()


def test_the_parameters_stand_beside_those_of_the_paper(network: WholeHandNetwork) -> None:
    millions = sum(p.numel() for p in network.parameters()) / 1e6
    counted, printed = COUNTS[network.settings.architecture]
    assert millions == pytest.approx(counted, rel=0.015)
    assert abs(millions - printed) / printed < 0.07


def test_the_output_sizes_of_table_1_hold() -> None:
    network = WholeHandNetwork(WholeHandSettings(side_px=224)).eval()
    sizes, x = [], torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        for layer in network.body:
            x = layer(x)
            sizes.append((x.shape[1], x.shape[2]))
    expected = [(64, 112), (64, 56)] + [(128, 56)] * 3 + [(256, 28)] * 4 + [(512, 14)] * 6 + [(1024, 7)] * 3
    assert sizes[: len(expected)] == expected


def test_resnet_dwise50_has_50_layers_with_the_depthwise_ones_but_for_four_that_expand_nothing() -> None:
    modules = WholeHandNetwork(WholeHandSettings()).modules()
    assert sum(isinstance(m, torch.nn.Conv2d | torch.nn.Linear) for m in modules) == 50 - 4


def test_it_learns_a_toy_set(network: WholeHandNetwork) -> None:
    pictures = stripes(8, 64)
    target = torch.tensor([1.0] * 4 + [-1.0] * 4)
    assert_learns(network, lambda: (network(pictures) - target).square().mean(), steps=150)


def test_points_undo_the_z_score() -> None:
    network = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, mean_points=40.0, sd_points=20.0))
    assert network.points(torch.tensor([-1.0, 0.0, 2.5])).tolist() == [20.0, 40.0, 90.0]


@pytest.mark.parametrize("settings", [WholeHandSettings("vgg"), WholeHandSettings(sd_points=0.0)])
def test_settings_that_make_no_network_are_refused(settings: WholeHandSettings) -> None:
    with pytest.raises(ValueError, match=r"no whole-hand network|above zero"):
        WholeHandNetwork(settings)


def test_the_blocks_keep_the_promised_shapes_and_weights() -> None:
    x = torch.rand(2, 6, 9, 9)
    assert DepthwiseSeparable(6, 10, 2)(x).shape == (2, 10, 5, 5)
    weights = [m.weight.numel() for m in DepthwiseSeparable(6, 10).modules() if isinstance(m, torch.nn.Conv2d)]
    assert weights == [9 * 6, 6 * 10]
    assert InvertedResidual(6, 12, 10, 2)(x).shape == (2, 10, 5, 5)
    assert sum(isinstance(m, torch.nn.Conv2d) for m in InvertedResidual(6, 6, 10, project=False).modules()) == 2


def test_a_shortcut_by_zeros_pools_and_adds_empty_channels() -> None:
    x = torch.arange(16.0).view(1, 1, 4, 4)
    out = Shortcut(1, 3, 2, project=False)(x)
    assert out[0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]] and out[0, 1:].abs().sum() == 0
