"""`python -m core benchmark`.

How long a visit of four films takes, stage by stage, and how the paper's networks compare.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import timm
import torch
from torch import Tensor, nn
from torchvision.models.detection import retinanet_resnet50_fpn

from core.evaluation.study import as_radiograph
from core.joint_scoring.table import ROWS, SITE_ROWS
from core.model_reader import ModelReader
from core.phantom import phantom_visit
from core.svh import SITES, Limb

VISIT_SEED = 4_000_000


def benchmark(
    *,
    weights: str = "compact",
    device: str = "auto",
    repeats: int = 3,
    paper: bool = True,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Median seconds of a warm visit and of its stages, resident memory, and the ratio to the paper's networks in fp32.

    Everything runs in one process, so that the ratio holds on a noisy machine. The paper's networks are built at the
    paper's sizes with random weights: RetinaNet ResNet-50-FPN at 1000/1400 on four films, the six EfficientNets on
    every crop.

    Raises: WeightsError if the weights cannot be used; ValueError for a device that is not there.
    """
    reader = ModelReader.open(weights, device)
    films = [as_radiograph(film) for film in phantom_visit(VISIT_SEED).values()]
    reader.read_visit(films, patient="warm-up")
    stages: dict[str, list[float]] = {}
    totals: list[float] = []
    for _ in range(repeats):
        marks: list[tuple[str, float]] = []

        def mark(stage: str, _: float, marks: list[tuple[str, float]] = marks) -> None:
            marks.append((stage, time.perf_counter()))

        start = time.perf_counter()
        reader.read_visit(films, patient="benchmark", progress=mark)
        totals.append(time.perf_counter() - start)
        for (stage, at), (_, after) in itertools.pairwise(marks):
            stages.setdefault(stage.split()[0], []).append(after - at)
    result: dict[str, Any] = {
        "visit_s": round(float(np.median(totals)), 3),
        "finding_s_per_film": round(float(np.median(stages["Finding"])), 3),
        "scoring_s_per_visit": round(sum(stages["Scoring"]) / repeats, 3),
        "device": str(reader.scorer.device),
        "threads": torch.get_num_threads(),
        "resident_mb": round(psutil.Process().memory_info().rss / 2**20),
    }
    if paper:
        result["paper_networks_s"] = round(_paper_seconds(reader.scorer.device), 2)
        result["ratio_paper_to_this"] = round(result["paper_networks_s"] / result["visit_s"], 1)
    log(str(result))
    return result


@torch.inference_mode()
def _paper_seconds(device: torch.device) -> float:
    """Seconds for four films through networks of the paper's sizes, warm, eager fp32."""

    def timed(network: nn.Module, given: list[Tensor] | Tensor, times: int = 1) -> float:
        network.eval().to(device)
        network(given)
        if device.type == "cuda":
            torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(times):
            network(given)
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begin

    detector = retinanet_resnet50_fpn(weights=None, weights_backbone=None, num_classes=6, min_size=1000, max_size=1400)
    spent = timed(detector, [torch.rand(3, 1280, 1000, device=device)], times=4)
    for row in ROWS:
        joints = {(site.limb, site.joint) for limb in Limb for site in SITES[limb] if SITE_ROWS[site][0] is row}
        crops = 2 if "wrist" in row.name else 2 * len(joints)
        network = timm.create_model(row.backbone, pretrained=False, num_classes=len(row.outputs))
        spent += timed(network, torch.rand(crops, 3, row.crop_px, row.crop_px, device=device))
    return spent
