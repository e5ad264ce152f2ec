"""Half-precision or int8 safetensors beside their cards; opened only when the card, the digest and every tensor fit.

In an int8 file every weight with two or more dimensions is whole numbers in -127..127 and, under `<key>.scale`, one
float32 a first index (output channel): weight = whole number x scale, scale = largest |weight| / 127. All else is in
half precision, or in single precision where it would overflow.
"""

import hashlib
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from core.checkpoint.card import WeightCard, WeightsError

FOLDER = Path(__file__).parents[2] / "weights"
SCALE = ".scale"


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


def weights_there(name: str, *, folder: Path = FOLDER) -> bool:
    """Whether both `<name>.json` and `<name>.safetensors` lie in `folder`.

    A card alone tells of weights too large to ship.
    """
    return all((folder / f"{name}.{ending}").is_file() for ending in ("json", "safetensors"))


def save_weights(network: nn.Module, name: str, *, folder: Path = FOLDER, int8: bool = False) -> str:
    """Write the network's tensors in half precision, or `int8`, as `<name>.safetensors`; return the SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {}
    for key, value in network.state_dict().items():
        if int8 and value.is_floating_point() and value.dim() >= 2:
            tensors[key], tensors[f"{key}{SCALE}"] = _whole_numbers(value)
        else:
            tensors[key] = (_half(value) if value.is_floating_point() else value).contiguous()
    data = save(tensors)
    (folder / f"{name}.safetensors").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def open_weights(network: nn.Module, card: WeightCard, *, folder: Path = FOLDER) -> None:
    """Fill `network` with the tensors of `<card.name>.safetensors`.

    Raises: WeightsError if the file is missing, differs from the card's digest, lacks or adds tensors, or is not
    finite.
    """
    path = folder / f"{card.name}.safetensors"
    if not path.is_file():
        raise WeightsError("weights_missing", f"The weight file {path.name} is not there. Restore the weights folder.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise _damaged(path.name, "is not the one that its card describes (SHA-256 differs)")
    try:
        network.load_state_dict(float_tensors(load(data)))
    except (SafetensorError, RuntimeError, ValueError) as error:
        raise _damaged(path.name, "does not fit the network that its card describes") from error
    if not all(torch.isfinite(v).all() for v in network.state_dict().values() if v.is_floating_point()):
        raise _damaged(path.name, "holds numbers that are not finite")


def _half(value: Tensor) -> Tensor:
    """Half precision, but for a tensor that holds more than its 65,504: the spread of a deep residual path can."""
    half = value.half()
    return value if (half.isinf() & value.isfinite()).any() else half


def _whole_numbers(weight: Tensor) -> tuple[Tensor, Tensor]:
    """int8 [C, ...] and scale [C] of a weight [C, ...].

    A weight that is not finite leaves a scale that is not either.
    """
    weight = weight.float()
    scale = weight.flatten(1).abs().amax(1) / 127
    step = torch.where(scale == 0, 1.0, scale).view(-1, *[1] * (weight.dim() - 1))
    return (weight / step).round().nan_to_num().to(torch.int8).contiguous(), scale


def float_tensors(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a weight file as a network takes them: whole numbers times their scales.

    Raises: ValueError where whole numbers have no scale for each of their channels.
    """
    tensors = {key: value.float() if value.is_floating_point() else value for key, value in stored.items()}
    for key in [key for key, value in stored.items() if value.dtype is torch.int8]:
        weight, scale = tensors[key], tensors.pop(f"{key}{SCALE}", None)
        if scale is None or scale.shape != weight.shape[:1]:
            raise ValueError(f"{key} has no scale that fits")
        tensors[key] = weight.float() * scale.view(-1, *[1] * (weight.dim() - 1))
    return tensors
