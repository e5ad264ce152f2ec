"""Which sets of weights are complete, and which one is taken where nobody chooses."""

from pathlib import Path

import torch

from core.checkpoint.weight_file import FOLDER

SETS = ("compact", "paper")
NETWORKS = ("limb_finder", "hand_parts", "foot_parts", "joint_scorer")


def complete_sets(folder: Path = FOLDER) -> tuple[str, ...]:
    """The sets of which every network that `ModelReader` needs has its card and its weight file in `folder`."""
    return tuple(
        name
        for name in SETS
        if all((folder / f"{name}_{net}{end}").is_file() for net in NETWORKS for end in (".json", ".safetensors"))
    )


def default_set(folder: Path = FOLDER) -> str:
    """`paper` where it is complete and a CUDA GPU is there, else `compact`."""
    return "paper" if "paper" in complete_sets(folder) and torch.cuda.is_available() else "compact"
