"""The one training loop: steps, averaged weights, checkpoints that resume, a log that shows progress.

Losses are computed in bfloat16 where torch's autocast allows it, on a GPU and on a CPU that has instructions for it;
under torchrun only process 0 writes.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.training.batches import ahead
from core.training.checkpoint import Checkpoint
from core.training.parallel import rank, same_figures
from core.training.schedule import LoopSettings, rate_at
from core.training.training_log import TrainingLog

Losses = dict[str, Tensor]


def _optimiser(network: nn.Module, settings: LoopSettings) -> torch.optim.Optimizer:
    rate, decay = settings.learning_rate, settings.weight_decay
    parameters = [p for p in network.parameters() if p.requires_grad]
    fused = all(p.is_cuda for p in parameters)
    if settings.optimiser == "adamw":
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=fused)
    if settings.optimiser == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=fused)
    if settings.optimiser == "sgd":
        return torch.optim.SGD(parameters, lr=rate, weight_decay=decay, momentum=settings.momentum, fused=fused)
    raise ValueError(f"no optimiser {settings.optimiser}; there are adamw, adam, sgd")


def mixed_precision(device: torch.device) -> bool:
    """Whether bfloat16 is faster there than float32: on a CPU without instructions for it torch would emulate it."""
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return device.type == "cuda" or any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def run_loop(
    network: nn.Module,
    loss_of: Callable[[Any], Losses],
    *,
    settings: LoopSettings,
    folder: Path,
    draw: Callable[[int], Any] = lambda step: step,
    workers: int = 1,
    validate: Callable[[nn.Module], dict[str, float]] | None = None,
) -> nn.Module:
    """Train `network` and return its averaged copy in eval mode.

    `draw(step)` gives a batch, drawn ahead by `workers` processes; `loss_of(batch)` named losses whose sum is
    minimised. Without `draw` a batch is the number of its step. `validate` gives figures of the averaged network; the
    checkpoint with the highest `"score"` among them is kept. Progress goes to `folder/log.jsonl`.

    Raises: FloatingPointError when a loss is not finite; ValueError for an optimiser or schedule that is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    best_path = folder / "best.pt"
    optimiser = _optimiser(network, settings)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.average), use_buffers=True)
    checkpoint = Checkpoint(folder / "checkpoint.pt", network, averaged, optimiser)
    at = checkpoint.load()
    log = TrainingLog(folder / "log.jsonl", settings, at)
    device = next(network.parameters()).device
    precision = partial(torch.autocast, device.type, torch.bfloat16, enabled=mixed_precision(device))
    batches = ahead(draw, at.step, workers)
    saved = time.monotonic()
    at.look(settings)
    while not at.over(settings):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(settings, at.step, at.lowered, at.done)
        network.train()
        with precision():
            losses = loss_of(next(batches))
        _take_step(network, optimiser, losses, settings.clip, at.step)
        averaged.update_parameters(network)
        at.step += 1
        at.look(settings)
        log.losses(losses)
        if validate and (at.step % settings.validate_steps == 0 or at.done == 1):
            figures = _figures(averaged, validate)
            log.line({f"validation_{k}": v for k, v in figures.items()})
            if at.validated(figures["score"], settings) and not rank():
                torch.save(averaged.module.state_dict(), best_path)
        if time.monotonic() - saved > settings.save_seconds:
            checkpoint.save(at)
            saved = time.monotonic()
    del batches
    checkpoint.save(at)
    result = averaged.module
    if validate and best_path.exists() and not rank():
        result.load_state_dict(torch.load(best_path, map_location="cpu", weights_only=True))
    return result.eval()


def _take_step(network: nn.Module, optimiser: torch.optim.Optimizer, losses: Losses, clip: float, step: int) -> None:
    total = torch.stack(list(losses.values())).sum()
    if not torch.isfinite(total):
        raise FloatingPointError(f"loss is not finite at step {step}: {losses}")
    optimiser.zero_grad()
    total.backward()
    nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()


def _figures(averaged: AveragedModel, validate: Callable[[nn.Module], dict[str, float]]) -> dict[str, float]:
    averaged.eval()
    with torch.inference_mode():
        return same_figures(validate(averaged.module))
