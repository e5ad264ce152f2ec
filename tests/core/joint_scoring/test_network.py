import pytest
import torch
from torch import Tensor

from core.joint_scoring.network import ScoringNetwork, ScoringSettings, scoring_loss
from core.joint_scoring.table import ROW_BY_NAME, ROWS

SMALL = ScoringSettings(crop_px=64, hidden=16, dropout=0.0)


@pytest.fixture
def network() -> ScoringNetwork:
    torch.manual_seed(0)
    return ScoringNetwork(SMALL)


def test_shapes_of_every_row(network: ScoringNetwork) -> None:
    network.eval()
    crops = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        features = network.features(crops)
        out = network(crops)
    assert features.shape[2:] == (4, 4)  # stride 16
    assert network.truth_map(features).shape == (2, 2, 4, 4)
    assert list(out) == [row.name for row in ROWS]
    for name, (values, attention) in out.items():
        assert values.shape == (2, len(ROW_BY_NAME[name].outputs), 3)
        assert attention.shape == (2, 1, 4, 4)
        assert 0 <= float(attention.min()) <= float(attention.max()) <= 1
    with torch.no_grad():
        assert list(network(crops, rows=("jsn_toes",))) == ["jsn_toes"]


def test_every_parameter_gets_a_gradient(network: ScoringNetwork) -> None:
    network.train()
    features = network.features(torch.rand(4, 1, 64, 64))
    loss = network.truth_map(features).square().mean()
    for head in network.heads.values():
        loss = loss + head(features)[0].square().sum()
    loss.backward()
    silent = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert silent == []


def test_the_normalisation_is_in_no_weight_file(network: ScoringNetwork) -> None:
    assert not [key for key in network.state_dict() if key.startswith("stretch")]


def test_it_learns_a_toy_batch() -> None:
    torch.manual_seed(0)
    network = ScoringNetwork(ScoringSettings(crop_px=32, hidden=16, dropout=0.0, rows=("jsn_toes",))).train()
    crops = torch.rand(8, 1, 32, 32) * 0.1
    crops[:4, :, 14:18] += 0.8  # lying stripes are worth 1, standing ones 0
    crops[4:, :, :, 14:18] += 0.8
    target = torch.tensor([1.0] * 4 + [0.0] * 4)
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    losses = []
    for _ in range(30):
        loss = scoring_loss(network(crops)["jsn_toes"][0][:, 0], target).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert sum(losses[-5:]) / 5 < 0.1 * losses[0]


def loss_of(value: float, low: float, high: float, target: float) -> Tensor:
    return scoring_loss(torch.tensor([[value, low, high]]), torch.tensor([target]))


def test_the_loss_worked_by_hand() -> None:
    torch.testing.assert_close(loss_of(0.5, 0.5, 0.5, 0.5), torch.tensor([0.0]))
    # 0.1^2; pinball: 0.05 * 0.2 above the low, (0.95 - 1) * -0.3 below the high quantile, each times 0.2
    torch.testing.assert_close(loss_of(0.4, 0.3, 0.8, 0.5), torch.tensor([0.01 + 0.2 * (0.01 + 0.015)]))
    # the target outside the interval costs 19 times as much
    torch.testing.assert_close(loss_of(0.5, 0.7, 0.5, 0.5), torch.tensor([0.2 * 0.95 * 0.2]))
