"""DeepRA's detectors with their own backbone, on small views."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.anatomy.parts import PARTS
from core.detection.network import PAPER_PARTS, PartsNetwork, smaller_view
from core.svh import Limb
from core.training.find_parts import PartsSample, batch_losses, make_batch
from tests.core.toy_set import assert_learns

BOXES = {"HAND": (20.0, 40.0, 48.0, 68.0), "FOOT": (16.0, 32.0, 48.0, 64.0)}


@pytest.fixture(scope="module", params=list(Limb))
def network(request: pytest.FixtureRequest) -> PartsNetwork:
    torch.manual_seed(0)
    return PartsNetwork(replace(smaller_view(PAPER_PARTS[request.param], 96), fpn_width=32))


def sample(network: PartsNetwork) -> PartsSample:
    settings = network.settings
    view = np.zeros((settings.height_px, settings.width_px), np.float32)
    x0, y0, x1, y1 = BOXES[settings.limb]
    view[int(y0) : int(y1), int(x0) : int(x1)] = 0.9
    points = {settings.points[0]: ((x0 + x1) / 2, (y0 + y1) / 2)}
    return PartsSample(view, points, np.array([BOXES[settings.limb]], np.float32), np.array([0], np.int64))


def test_it_gives_boxes_of_its_parts_and_a_heat_map_a_point(network: PartsNetwork) -> None:
    settings = network.settings
    with torch.no_grad():
        found, heat, _ = network.eval()(torch.rand(1, 1, settings.height_px, settings.width_px))
    assert heat.shape == (1, len(settings.points), settings.height_px // 4, settings.width_px // 4)
    assert found[0]["boxes"].shape[1] == 4 and len(found[0]["boxes"]) == len(found[0]["scores"])
    assert set(found[0]["labels"].tolist()) <= set(range(len(PARTS[Limb(settings.limb)])))


def test_every_parameter_gets_a_gradient(network: PartsNetwork) -> None:
    losses = batch_losses(network.train(), make_batch([sample(network)] * 2, network.settings))
    torch.stack(list(losses.values())).sum().backward()
    unused = [n for n, p in network.named_parameters() if p.requires_grad and p.grad is None]
    network.zero_grad()
    assert unused == []


def test_losses_have_full_precision_in_mixed_precision(network: PartsNetwork) -> None:
    batch = make_batch([sample(network)] * 2, network.settings)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        mixed = batch_losses(network.train(), batch)
    with torch.no_grad():
        full = batch_losses(network, batch)
    for name, value in mixed.items():
        assert value.dtype == torch.float32
        assert float(value) == pytest.approx(float(full[name]), rel=0.1), name


def test_it_learns_a_toy_set(network: PartsNetwork) -> None:
    batch = make_batch([sample(network)] * 2, network.settings)

    def loss() -> torch.Tensor:
        return torch.stack(list(batch_losses(network, batch).values())).sum()

    assert_learns(network, loss, steps=120, share=0.2)


def test_the_paper_detectors_have_resnet_50_and_its_pyramid() -> None:
    network = PartsNetwork(PAPER_PARTS[Limb.HAND])
    assert sum(p.numel() for p in network.backbone.body.parameters()) / 1e6 == pytest.approx(23.5, rel=0.01)
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(32, rel=0.1)
