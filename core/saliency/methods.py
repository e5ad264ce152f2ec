"""One map per output: the network's attention and Grad-CAM, Grad-CAM++, LayerCAM, EigenCAM of pytorch-grad-cam.

The maps are of the raw output, before it is clipped to the range of points, so that a score of 0 has a map too.
Source: Selvaraju 2017 (Grad-CAM), Chattopadhay 2018 (Grad-CAM++), Jiang 2021 (LayerCAM), Muhammad 2020 (EigenCAM).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, LayerCAM
from torch import Tensor, nn

from core.anatomy.frame import Frame
from core.saliency.heatmap import Heatmap


class Method(StrEnum):
    """How a map is made."""

    ATTENTION = "Attention"
    GRAD_CAM = "Grad-CAM"
    GRAD_CAM_PLUS = "Grad-CAM++"
    LAYER_CAM = "LayerCAM"
    EIGEN_CAM = "EigenCAM"


_CAMS = {
    Method.GRAD_CAM: GradCAM,
    Method.GRAD_CAM_PLUS: GradCAMPlusPlus,
    Method.LAYER_CAM: LayerCAM,
    Method.EIGEN_CAM: EigenCAM,
}


@dataclass(frozen=True)
class Explainable:
    """A network cut at its feature map; all who explain or run the same network share its lock.

    `features` takes the network and views [N, 1, H, W] to [N, C, h, w]; `outputs` the network and features to raw
    outputs [N, k]; `attention` to [N, 1, h, w], None where the network has none.
    """

    network: nn.Module
    features: Callable[[nn.Module, Tensor], Tensor]
    outputs: Callable[[nn.Module, Tensor], Tensor]
    attention: Callable[[nn.Module, Tensor], Tensor] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def randomised(self, seed: int = 0) -> "Explainable":
        """The same network with every weight tensor shuffled: it has learnt nothing.

        Source: Adebayo 2018, arXiv:1810.03292, sanity checks for saliency maps.
        """
        with self.lock:
            network = deepcopy(self.network)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for weight in network.parameters():
                order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
                weight.copy_(weight.flatten()[order].view_as(weight))
        return Explainable(network, self.features, self.outputs, self.attention)

    def scores(self, views: NDArray[np.float32], output: int) -> NDArray[np.float64]:
        """The raw output of each view [N, H, W]."""
        with self.lock, _still(self.network), torch.no_grad():
            values = self.outputs(self.network, self.features(self.network, self._tensor(views)))
        return values[:, output].double().cpu().numpy()

    def _tensor(self, views: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(views))[:, None].to(next(self.network.parameters()).device)


class _FromFeatures(nn.Module):
    """What grad-cam is given: a probe at the features. Hooks sit on the probe, never on the shared network."""

    def __init__(self, features: Tensor, outputs: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.map = nn.Parameter(features)
        self.probe = nn.Identity()
        self._outputs = outputs

    def forward(self, views: Tensor) -> Tensor:
        return self._outputs(self.probe(self.map))


@contextmanager
def _still(network: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients for the weights; afterwards both are as they were."""
    modes = [(module, module.training) for module in network.modules()]
    wanted = [(weight, weight.requires_grad) for weight in network.parameters()]
    try:
        network.eval().requires_grad_(False)
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for weight, want in wanted:
            weight.requires_grad_(want)


def explain_all(
    network: Explainable, view: NDArray[np.float32], frame: Frame, *, output: int, methods: Sequence[Method]
) -> dict[Method, Heatmap]:
    """The maps of one output for one view [H, W] in [0, 1] that `frame` took out of its film.

    The features are computed once. Attention is one map a head: its outputs share it, as EigenCAM's do. Raises:
    ValueError if the network has no attention and that was asked for.
    """
    if Method.ATTENTION in methods and network.attention is None:
        raise ValueError("this network has no attention of its own; choose Grad-CAM")
    views = network._tensor(view[None])
    raw: dict[Method, NDArray[np.float32]] = {}
    with network.lock, _still(network.network), torch.enable_grad():
        with torch.no_grad():
            features = network.features(network.network, views)
        for method in methods:
            if method is Method.ATTENTION:
                raw[method] = _attention(network, features)
                continue
            model = _FromFeatures(features.detach().clone(), lambda f: network.outputs(network.network, f))
            cam = _CAMS[method](model=model, target_layers=[model.probe])
            try:  # as a context, grad-cam would swallow an IndexError
                raw[method] = cam(input_tensor=features, targets=[lambda values: values[output]])[0]
            finally:
                cam.activations_and_grads.release()
    return {method: Heatmap.stretched(values, frame) for method, values in raw.items()}


def explain(network: Explainable, view: NDArray[np.float32], frame: Frame, *, output: int, method: Method) -> Heatmap:
    """The map of one method, as `explain_all` makes it.

    Raises: ValueError if the network has no attention and that was asked for.
    """
    return explain_all(network, view, frame, output=output, methods=[method])[method]


def raw_attention(network: Explainable, view: NDArray[np.float32]) -> NDArray[np.float32]:
    """The small map [h, w] that the network's gate makes of one view [H, W], before any stretch.

    Raises: ValueError if the network has no attention.
    """
    if network.attention is None:
        raise ValueError("this network has no attention of its own")
    with network.lock, _still(network.network), torch.no_grad():
        return _attention(network, network.features(network.network, network._tensor(view[None])))


def _attention(network: Explainable, features: Tensor) -> NDArray[np.float32]:
    assert network.attention is not None
    with torch.no_grad():
        return network.attention(network.network, features)[0, 0].float().cpu().numpy()
