"""What a training is made of, and the card that it leaves."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.checkpoint import WeightCard, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.detection.network import PartsSettings
from core.training.learning_curve import learning_curve, steps_a_second
from core.training.schedule import LoopSettings

INT8_FROM = 4_000_000  # parameters: larger networks of the papers are stored as whole numbers, half of half precision


@dataclass(frozen=True)
class TrainingTask:
    """What the loop needs of one network.

    It, what draws the batch of a step, its losses, its figures on validation films, and what is fitted to it at the
    end for its card.
    """

    network: nn.Module
    draw: Callable[[int], Any]
    losses: Callable[[Any], dict[str, Tensor]]
    figures: Callable[[Any], dict[str, float]]
    calibrate: Callable[[Any], dict[str, Any]] = lambda network: {}


def code_revision() -> str:
    """The commit that is checked out; to be asked before a training, which takes long enough for it to move on."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def input_px(settings: Any) -> tuple[int, int]:
    """Width and height of the view that a network with these settings is given."""
    if isinstance(settings, PartsSettings):
        return settings.width_px, settings.height_px
    side = getattr(settings, "side_px", 0) or getattr(settings, "crop_px", 0)
    return side, side


def write_trained(
    network: nn.Module,
    name: str,
    *,
    run: Path,
    loop: LoopSettings,
    batch: int,
    trained_on: str,
    revision: str,
    more: Mapping[str, Any],
    calibration: Mapping[str, Any],
    epoch: int = 0,
    whole_numbers: bool = False,
    folder: Path = FOLDER,
) -> WeightCard:
    """Write the weight file of a network and its card, and give the card.

    `run` is the folder with the log of the training, `more` what else the card tells of it, `epoch` how many films or
    patients are an epoch (0: not said), `whole_numbers` whether a large network is stored in int8.
    """
    curve = learning_curve(run / "log.jsonl") if (run / "log.jsonl").exists() else []
    parameters = sum(p.numel() for p in network.parameters())
    training: dict[str, Any] = {
        "loop": asdict(loop), "batch": batch, "steps_taken": int(curve[-1]["step"]) if curve else 0,
        "curve": curve, "parameters": parameters,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU", **more,
    }  # fmt: skip
    rate = steps_a_second(curve)
    if rate and epoch:
        training["seconds_per_epoch"] = round(-(-epoch // batch) / rate, 1)
    digest = save_weights(network, name, folder=folder, int8=whole_numbers and parameters > INT8_FROM)
    settings: Any = network.settings
    card = WeightCard(
        name=name,
        architecture=type(network).__name__,
        settings=asdict(settings),
        input_px=input_px(settings),
        trained_on=trained_on,
        training=training,
        code_revision=revision,
        sha256=digest,
        calibration=dict(calibration),
    )
    write_card(card, folder=folder)
    return card
