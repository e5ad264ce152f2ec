"""Where a training stands, on the disk: written by process 0 alone, whole or not at all."""

from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from core.training.parallel import rank
from core.training.schedule import Progress

Parts = dict[str, nn.Module | torch.optim.Optimizer]


class Checkpoint:
    """The file of a training: its network, the averaged one, the optimiser, and how far it has come."""

    def __init__(self, path: Path, network: nn.Module, averaged: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        self.path = path
        self._parts: Parts = {"network": network, "averaged": averaged, "optimiser": optimiser}

    def load(self) -> Progress:
        """Put everything back as it was; the beginning where there is no file."""
        if not self.path.exists():
            return Progress()
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        known = {key: state[key] for key in ("step", "best", "stale", "lowered", "spent") if key in state}
        print(f"resumed at step {known['step']}", flush=True)
        return Progress(**known)

    def save(self, at: Progress) -> None:
        """Write the file anew."""
        if rank():
            return
        state = {name: part.state_dict() for name, part in self._parts.items()}
        told = {**asdict(at), "spent": at.seconds}
        fresh = self.path.with_suffix(".new")
        torch.save({**state, **{key: told[key] for key in ("step", "best", "stale", "lowered", "spent")}}, fresh)
        fresh.replace(self.path)
