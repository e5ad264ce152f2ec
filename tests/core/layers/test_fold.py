"""Networks answer alike with and without their batch norms."""

import pytest
import torch
from torch import nn

from core.detection.network import PartsNetwork, PartsSettings
from core.joint_scoring.network import PAPER_SETTINGS, ScoringNetwork, ScoringSettings
from core.layers.fold import fold_batch_norms


def with_statistics(network: nn.Module) -> nn.Module:
    """The network in eval mode, its batch norms as if it had learnt."""
    torch.manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.2)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.5, 2.0)  # type: ignore[arg-type]
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
    return network.eval()


def batch_norms(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


@pytest.mark.parametrize("settings", [ScoringSettings(crop_px=64), PAPER_SETTINGS["erosion_fingers"]])
@torch.inference_mode()
def test_a_scorer_gives_the_same_features(settings: ScoringSettings) -> None:
    network = with_statistics(ScoringNetwork(settings))
    crops = torch.rand(2, 1, settings.crop_px, settings.crop_px)
    before = network.features(crops)  # type: ignore[operator]
    fold_batch_norms(network)
    assert batch_norms(network.backbone) == 0  # type: ignore[arg-type]
    torch.testing.assert_close(network.features(crops), before, rtol=1e-3, atol=1e-3)  # type: ignore[operator]


@pytest.mark.parametrize("backbone", ["mobilenet_v2", "resnet50"])
@torch.inference_mode()
def test_a_parts_network_gives_the_same_heat(backbone: str) -> None:
    network = with_statistics(PartsNetwork(PartsSettings(backbone=backbone, width_px=96, height_px=128)))
    views = torch.rand(1, 1, 128, 96)
    before = network(views)[1]
    fold_batch_norms(network)
    assert batch_norms(network) == 0
    torch.testing.assert_close(network(views)[1], before, rtol=1e-3, atol=1e-3)


def test_a_network_that_learns_keeps_its_batch_norms() -> None:
    network = ScoringNetwork(ScoringSettings(crop_px=64)).train()
    count = batch_norms(network)
    fold_batch_norms(network)
    assert batch_norms(network) == count > 0
