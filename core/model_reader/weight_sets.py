"""Which networks make up a set of weights, which sets are complete, and which one is taken where nobody chooses."""

from pathlib import Path

import torch

from core.checkpoint import read_card, weights_there
from core.checkpoint.weight_file import FOLDER
from core.joint_scoring.table import ROWS
from core.svh import Limb

SETS = ("compact", "paper")
LIMB_FINDER = "compact_limb_finder"  # of both sets: the papers' networks begin at a limb that was found
# The networks that score, by set; the last is the study's DenseNet-169, no set that reads films.
SCORERS = {
    "compact": ("compact_joint_scorer",),
    "paper": tuple(f"paper_{row.name}" for row in ROWS),
    "densenet": ("densenet_parts",),
}


def parts_name(weights: str, limb: Limb, folder: Path = FOLDER) -> str:
    """The network that looks last for the parts of a limb.

    The set's own where card and file are there, else the compact one.
    """
    name = f"{weights}_{limb.value.lower()}_parts"
    return name if weights_there(name, folder=folder) else f"compact_{limb.value.lower()}_parts"


def networks_of(weights: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Every network that `ModelReader` needs for a set, by the name of its card.

    The compact parts networks find for every set.
    """
    parts = (parts_name(of, limb, folder) for of in ("compact", weights) for limb in Limb)
    return tuple(dict.fromkeys((LIMB_FINDER, *parts, *SCORERS[weights])))


def complete_sets(folder: Path = FOLDER) -> tuple[str, ...]:
    """The sets of which every network has its card and its weight file in `folder`."""
    return tuple(
        name for name in SETS if all(weights_there(network, folder=folder) for network in networks_of(name, folder))
    )


def default_set(folder: Path = FOLDER) -> str:
    """`paper` where it is complete, was trained at the papers' sizes, and a CUDA GPU is there, else `compact`.

    Raises: WeightsError if a card cannot be read.
    """
    if not torch.cuda.is_available() or "paper" not in complete_sets(folder):
        return "compact"
    full = all(read_card(f"paper_{row.name}", folder=folder).input_px[0] >= row.crop_px for row in ROWS)
    return "paper" if full else "compact"
