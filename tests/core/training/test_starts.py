"""What a network begins with: features of another one, of a weight file, gates that are nearly open."""

from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch

from core.checkpoint import save_weights
from core.detection.network import PAPER_PARTS, PartsNetwork, smaller_view
from core.svh import Limb
from core.training.starts import start_from, trained_features
from core.whole_hand import WholeHandNetwork, WholeHandSettings


def test_a_wider_network_begins_with_the_features_of_a_narrower_one() -> None:
    torch.manual_seed(0)
    narrow, wide = (
        timm.create_model(f"tf_efficientnet_lite{n}", features_only=True, out_indices=(3,)).eval() for n in (0, 2)
    )
    for module in narrow.modules():  # statistics of a trained network, not 0 and 1
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    start_from(wide, narrow.state_dict())
    view = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        given, widened = narrow(view)[0], wide(view)[0]
    assert widened.shape[1] > given.shape[1]
    torch.testing.assert_close(widened[:, : given.shape[1]], given, rtol=1e-3, atol=1e-4)


def test_features_come_out_of_a_weight_file_in_int8_and_of_a_detector(tmp_path: Path) -> None:
    torch.manual_seed(0)
    detector = PartsNetwork(replace(smaller_view(PAPER_PARTS[Limb.HAND], 64), fpn_width=16))
    save_weights(detector, "paper_hand_parts", folder=tmp_path, int8=True)
    body = WholeHandNetwork(WholeHandSettings("resnet50", 64)).body
    start_from(body, trained_features("paper_hand_parts", "body", cache=tmp_path, folder=tmp_path))
    given = detector.backbone.body.state_dict()
    for key, value in body.state_dict().items():
        assert torch.allclose(value, given[key], atol=float(given[key].abs().max()) / 250), key


def test_gates_begin_nearly_open_and_a_start_of_another_kind_is_refused() -> None:
    body = timm.create_model("tf_efficientnet_b3", features_only=True, out_indices=(3,))
    narrow = timm.create_model("tf_efficientnet_lite0", features_only=True, out_indices=(3,))
    start_from(body, narrow.state_dict())
    assert {float(b.detach()) for n, m in body.named_modules() if n.endswith(".se") for b in m.conv_expand.bias} == {
        3.0
    }
    with pytest.raises(ValueError, match="no tensor"):
        start_from(body, {"elsewhere.weight": torch.zeros(3)})
    with pytest.raises(ValueError, match="does not fit at conv_stem"):
        start_from(narrow, body.state_dict())
