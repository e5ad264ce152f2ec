import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from core.checkpoint.card import WeightCard, WeightsError
from core.checkpoint.weight_file import open_weights, read_card, save_weights, weights_there, write_card


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


def fill(net: nn.Module, folder: Path, *, int8: bool = False) -> WeightCard:
    written = card(save_weights(net, "toy", folder=folder, int8=int8))
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


@pytest.mark.parametrize("int8", [False, True])
def test_what_half_precision_cannot_hold_stays_single(tmp_path: Path, int8: bool) -> None:
    source, target = network(), network()
    source[1].running_var.fill_(2.5e5)
    open_weights(target, fill(source, tmp_path, int8=int8), folder=tmp_path)
    assert target[1].running_var.tolist() == [2.5e5] * 4
    assert load((tmp_path / "toy.safetensors").read_bytes())["1.weight"].dtype is torch.float16


def test_whole_numbers_come_back_within_half_a_step_of_each_channel(tmp_path: Path) -> None:
    torch.manual_seed(0)
    source, target = network(), network()
    with torch.no_grad():
        source[0].weight[1] *= 1000  # a channel of its own size
        source[0].weight[2] = 0
    open_weights(target, fill(source, tmp_path, int8=True), folder=tmp_path)
    found = target.state_dict()
    for key, value in source.state_dict().items():
        if value.dim() < 2:
            torch.testing.assert_close(found[key], value.half().float() if value.is_floating_point() else value)
            continue
        half = value.flatten(1).abs().amax(1) / 127 / 2
        error = (found[key] - value).flatten(1).abs().amax(1)
        assert (error <= half * 1.001).all() and found[key].abs().sum() > 0
    assert not torch.equal(found["0.weight"], source[0].weight)
    assert not found["0.weight"][2].any()


def test_whole_numbers_take_half_the_room(tmp_path: Path) -> None:
    wide = nn.Linear(256, 256)
    sizes = []
    for int8 in (False, True):
        save_weights(wide, "toy", folder=tmp_path, int8=int8)
        sizes.append((tmp_path / "toy.safetensors").stat().st_size)
    assert sizes[1] < 0.53 * sizes[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.pop("0.weight.scale"),
        lambda t: t.update({"0.weight.scale": torch.ones(1)}),
        lambda t: t.update({"0.weight": t["0.weight"].half()}),  # the scale is left over
        lambda t: t.pop("3.weight"),
        lambda t: t["0.weight.scale"].fill_(float("nan")),
    ],
)
def test_whole_numbers_without_their_scale_are_damage_even_if_the_digest_fits(
    tmp_path: Path, spoil: Callable[[dict[str, torch.Tensor]], object]
) -> None:
    fill(network(), tmp_path, int8=True)
    path = tmp_path / "toy.safetensors"
    tensors = load(path.read_bytes())
    spoil(tensors)
    data = save(tensors)
    path.write_bytes(data)
    assert refusal(network(), card(hashlib.sha256(data).hexdigest()), tmp_path).code == "weights_damaged"


def test_a_card_alone_is_no_network(tmp_path: Path) -> None:
    fill(network(), tmp_path)
    assert weights_there("toy", folder=tmp_path) and not weights_there("other", folder=tmp_path)
    (tmp_path / "toy.safetensors").unlink()
    assert not weights_there("toy", folder=tmp_path)


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


@pytest.mark.parametrize("int8", [False, True])
def test_one_changed_byte_is_damage(tmp_path: Path, int8: bool) -> None:
    written = fill(network(), tmp_path, int8=int8)
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


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_damage(tmp_path: Path, value: float) -> None:
    source = network()
    with torch.no_grad():
        source[0].weight[0, 0, 0, 0] = value
    for int8 in (False, True):
        assert refusal(network(), fill(source, tmp_path, int8=int8), tmp_path).code == "weights_damaged"
