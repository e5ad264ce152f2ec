import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn

from core.checkpoint.card import WeightCard, WeightsError
from core.checkpoint.weight_file import open_weights, read_card, save_weights, write_card


def network(outputs: int = 3) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, outputs))


def card(sha256: str) -> WeightCard:
    return WeightCard(
        name="toy",
        architecture="toy",
        settings={"outputs": 3},
        input_px=(3, 3),
        trained_on="nothing",
        training={},
        code_revision="0",
        sha256=sha256,
    )


def fill(net: nn.Module, folder: Path) -> WeightCard:
    written = card(save_weights(net, "toy", folder=folder))
    write_card(written, folder=folder)
    return written


def refusal(net: nn.Module, of: WeightCard, folder: Path) -> WeightsError:
    with pytest.raises(WeightsError) as caught:
        open_weights(net, of, folder=folder)
    assert "toy" in str(caught.value)
    return caught.value


def test_a_network_comes_back_in_half_precision(tmp_path: Path) -> None:
    torch.manual_seed(0)
    source, target = network(), network()
    source[1].num_batches_tracked.fill_(70_000)  # a whole number that half precision cannot hold
    fill(source, tmp_path)
    found = read_card("toy", folder=tmp_path)
    open_weights(target, found, folder=tmp_path)
    assert found == card(found.sha256)
    for key, value in target.state_dict().items():
        expected = source.state_dict()[key]
        torch.testing.assert_close(value, expected.half().float() if expected.is_floating_point() else expected)


def test_a_missing_card_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="core train") as caught:
        read_card("toy", folder=tmp_path)
    assert caught.value.code == "weights_missing"


@pytest.mark.parametrize("data", [b"", b"{}", b"{", b"\xff\xfe", b"[1]"])
def test_a_card_that_is_none_is_damaged(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "toy.json").write_bytes(data)
    with pytest.raises(WeightsError) as caught:
        read_card("toy", folder=tmp_path)
    assert caught.value.code == "weights_damaged"


def test_a_missing_weight_file_is_missing(tmp_path: Path) -> None:
    assert refusal(network(), card("0" * 64), tmp_path).code == "weights_missing"


def test_one_changed_byte_is_damage(tmp_path: Path) -> None:
    written = fill(network(), tmp_path)
    path = tmp_path / "toy.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    assert refusal(network(), written, tmp_path).code == "weights_damaged"


@pytest.mark.parametrize("keep", [0, 5, 40])
def test_a_cut_file_is_damaged_even_if_the_digest_fits(tmp_path: Path, keep: int) -> None:
    fill(network(), tmp_path)
    path = tmp_path / "toy.safetensors"
    data = path.read_bytes()[:keep]
    path.write_bytes(data)
    assert refusal(network(), card(hashlib.sha256(data).hexdigest()), tmp_path).code == "weights_damaged"


def test_tensors_of_another_network_are_damage(tmp_path: Path) -> None:
    written = fill(network(), tmp_path)
    assert refusal(network(outputs=5), written, tmp_path).code == "weights_damaged"
    assert refusal(nn.Sequential(*network(), nn.Linear(3, 3)), written, tmp_path).code == "weights_damaged"
    assert refusal(network()[:3], written, tmp_path).code == "weights_damaged"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])  # the last is above what half precision holds
def test_numbers_that_are_not_finite_are_damage(tmp_path: Path, value: float) -> None:
    source = network()
    with torch.no_grad():
        source[0].weight[0, 0, 0, 0] = value
    assert refusal(network(), fill(source, tmp_path), tmp_path).code == "weights_damaged"
