"""Half-precision safetensors beside their cards; opened only when the card, the digest and every tensor fit."""

import hashlib
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from core.checkpoint.card import WeightCard, WeightsError

FOLDER = Path(__file__).parents[2] / "weights"


def _damaged(name: str, what: str) -> WeightsError:
    return WeightsError(
        "weights_damaged", f"The weight file {name} {what}. Restore the weights folder from the repository."
    )


def read_card(name: str, *, folder: Path = FOLDER) -> WeightCard:
    """The card `<name>.json`.

    Raises: WeightsError if it is missing or no card.
    """
    path = folder / f"{name}.json"
    if not path.is_file():
        raise WeightsError(
            "weights_missing",
            f"The weights {name} are not there. Train them (python -m core train) or restore the folder.",
        )
    try:
        return WeightCard.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise _damaged(name, "has a card that cannot be read") from error


def write_card(card: WeightCard, *, folder: Path = FOLDER) -> None:
    """Write `<name>.json`."""
    (folder / f"{card.name}.json").write_text(card.model_dump_json(indent=1) + "\n")


def save_weights(network: nn.Module, name: str, *, folder: Path = FOLDER) -> str:
    """Write the network's tensors in half precision as `<name>.safetensors`; return the SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in network.state_dict().items()
    }
    data = save(tensors)
    (folder / f"{name}.safetensors").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def open_weights(network: nn.Module, card: WeightCard, *, folder: Path = FOLDER) -> None:
    """Fill `network` with the tensors of `<card.name>.safetensors`.

    Raises: WeightsError if the file is missing, differs from the card's digest, lacks or adds tensors, or is not finite.
    """
    path = folder / f"{card.name}.safetensors"
    if not path.is_file():
        raise WeightsError("weights_missing", f"The weight file {path.name} is not there. Restore the weights folder.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise _damaged(path.name, "is not the one that its card describes (SHA-256 differs)")
    try:
        tensors = load(data)
        network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()})
    except (SafetensorError, RuntimeError) as error:
        raise _damaged(path.name, "does not fit the network that its card describes") from error
    if not all(torch.isfinite(v).all() for v in network.state_dict().values() if v.is_floating_point()):
        raise _damaged(path.name, "holds numbers that are not finite")
