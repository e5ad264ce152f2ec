from pathlib import Path

import torch
from torch import nn

from core.training.checkpoint import Checkpoint
from core.training.schedule import Progress


def made(path: Path, seed: int) -> tuple[Checkpoint, nn.Linear]:
    torch.manual_seed(seed)
    network = nn.Linear(3, 2)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    network(torch.ones(1, 3)).sum().backward()
    optimiser.step()
    return Checkpoint(path, network, nn.Linear(3, 2), optimiser), network


def test_a_training_goes_on_where_it_stood(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    checkpoint, network = made(path, 0)
    assert checkpoint.load().step == 0 and not path.exists()
    at = Progress(step=7, best=0.25, stale=2, lowered=1, spent=100.0)
    checkpoint.save(at)
    other, fresh = made(path, 1)
    assert not torch.equal(fresh.weight, network.weight)
    again = other.load()
    assert torch.equal(fresh.weight, network.weight)
    assert (again.step, again.best, again.stale, again.lowered, again.done) == (7, 0.25, 2, 1, 0.0)
    assert 100.0 <= again.spent < 160.0  # what was spent since counts, the pause until it is loaded does not
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_checkpoint_of_before_plateaus_were_counted_is_read(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    checkpoint, _ = made(path, 0)
    checkpoint.save(Progress(step=3, best=0.5))
    old = torch.load(path, weights_only=True)
    torch.save({key: value for key, value in old.items() if key not in ("stale", "lowered", "spent")}, path)
    again = checkpoint.load()
    assert (again.step, again.best, again.stale, again.lowered, again.spent) == (3, 0.5, 0, 0, 0.0)
