"""A set so easy that any network that can learn learns it at once."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def stripes(count: int, side_px: int) -> Tensor:
    """Pictures [N, 1, S, S]: the first half with a lying stripe, the others with a standing one."""
    torch.manual_seed(0)
    pictures = torch.rand(count, 1, side_px, side_px) * 0.1
    middle = slice(side_px // 2 - 4, side_px // 2 + 4)
    pictures[: count // 2, :, middle] += 0.8
    pictures[count // 2 :, :, :, middle] += 0.8
    return pictures


def assert_learns(network: nn.Module, loss_of: Callable[[], Tensor], *, steps: int, share: float = 0.05) -> None:
    """Within `steps` of Adam the loss in training mode falls three times running below `share` of what it was."""
    optimiser = torch.optim.Adam(network.train().parameters(), lr=1e-3)
    losses: list[float] = []
    while len(losses) < steps and not (losses and max(losses[-3:]) < share * losses[0]):
        loss = loss_of()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert max(losses[-3:]) < share * losses[0], losses
