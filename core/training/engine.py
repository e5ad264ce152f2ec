"""The one training loop: steps, learning rate, averaged weights, checkpoints that resume, a log that shows progress.

Losses are computed in bfloat16 where torch's autocast allows it, on a GPU and on a CPU that has instructions for it;
under torchrun only process 0 writes.
"""

import json
import math
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from core.training.parallel import rank, same_figures


@dataclass(frozen=True)
class LoopSettings:
    """Optimiser and schedule; the defaults are AdamW with a warm-up and a cosine to zero.

    `average` is the decay of the averaged weights that are kept (0: none). `schedule` is "cosine", "constant", or
    "plateau": the rate is multiplied by `factor` after `patience` validations in a row without a better score. After
    `stop_after` of them in a row the training ends (0: never). `minutes` ends it sooner than `steps`, and the cosine
    with it (0: no limit): for a machine that is lent by the minute; the log tells how many steps that were.
    """

    steps: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warm_up: int = 100
    clip: float = 5.0
    average: float = 0.998
    save_seconds: float = 120.0
    log_steps: int = 25
    validate_steps: int = 500
    optimiser: str = "adamw"  # or "adam", "sgd"
    momentum: float = 0.9
    schedule: str = "cosine"
    factor: float = 0.2
    patience: int = 5
    stop_after: int = 0
    minutes: float = 0.0


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


def rate_at(settings: LoopSettings, step: int, lowered: int, done: float | None = None) -> float:
    """Learning rate of a step after `lowered` plateaus.

    `done` is the share of the training that is over (by steps unless told).

    Raises: ValueError for a schedule that is not there.
    """
    warm = min(1.0, (step + 1) / settings.warm_up) if settings.warm_up else 1.0
    if settings.schedule == "cosine":
        return (
            settings.learning_rate
            * warm
            * 0.5
            * (1 + math.cos(math.pi * (step / settings.steps if done is None else done)))
        )
    if settings.schedule in ("plateau", "constant"):
        return settings.learning_rate * warm * settings.factor**lowered
    raise ValueError(f"no schedule {settings.schedule}; there are cosine, plateau, constant")


def mixed_precision(device: torch.device) -> bool:
    """Whether bfloat16 is faster there than float32: on a CPU without instructions for it torch would emulate it."""
    able = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return device.type == "cuda" or any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


class _Steps(Dataset[Any]):
    """The batches of a training by the number of their step."""

    def __init__(self, draw: Callable[[int], Any]) -> None:
        self.draw = draw

    def __getitem__(self, step: int) -> Any:
        return self.draw(step)


def _ahead(draw: Callable[[int], Any], first: int, workers: int) -> Iterator[Any]:
    """What `draw` gives for the steps from `first` on, in order, drawn ahead in `workers` processes.

    With one on a thread. Processes are forked, so that they share the films with this one; where that is not possible
    threads take their place.
    """
    if workers > 1 and "fork" in multiprocessing.get_all_start_methods():
        torch.multiprocessing.set_sharing_strategy(
            "file_system"
        )  # a batch of boxes is more tensors than files may be open
        loader = DataLoader(
            _Steps(draw), batch_size=None, sampler=count(first), num_workers=workers, prefetch_factor=3,  # type: ignore[arg-type]
            multiprocessing_context="fork", collate_fn=lambda batch: batch,
        )  # fmt: skip
        yield from loader
        return
    pool = ThreadPoolExecutor(workers)
    try:
        drawn = deque(pool.submit(draw, step) for step in range(first, first + 2 * workers))
        for step in count(first + len(drawn)):
            batch = drawn.popleft().result()
            drawn.append(pool.submit(draw, step))
            yield batch
    finally:
        pool.shutdown(cancel_futures=True)


def run_loop(
    network: nn.Module,
    loss_of: Callable[[Any], dict[str, Tensor]],
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
    path, best_path = folder / "checkpoint.pt", folder / "best.pt"
    optimiser = _optimiser(network, settings)
    device = next(network.parameters()).device
    averaged = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average), use_buffers=True
    )
    step, best, stale, lowered, spent = 0, -math.inf, 0, 0, 0.0
    if path.exists():
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state["network"])
        averaged.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        step, best = state["step"], state["best"]
        stale, lowered, spent = state.get("stale", 0), state.get("lowered", 0), state.get("spent", 0.0)
        print(f"resumed at step {step}", flush=True)

    def save() -> None:
        if rank():
            return
        fresh = path.with_suffix(".new")
        torch.save(
            {
                "network": network.state_dict(),
                "averaged": averaged.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step,
                "best": best,
                "stale": stale,
                "lowered": lowered,
                "spent": spent + time.monotonic() - started,
            },
            fresh,
        )
        fresh.replace(path)

    def log(figures: dict[str, float]) -> None:
        if rank():
            return
        line = {"step": step, **{k: round(v, 5) for k, v in figures.items()}}
        with (folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    started = saved = time.monotonic()
    first, sums = step, {}  # type: ignore[var-annotated]
    mixed = mixed_precision(device)
    torch.backends.cudnn.benchmark = True
    batches = _ahead(draw, step, workers)

    def done() -> float:
        share = step / settings.steps
        if settings.minutes:
            share = max(share, (spent + time.monotonic() - started) / 60 / settings.minutes)
        return min(1.0, share)

    over = done()
    while over < 1 and not (settings.stop_after and stale >= settings.stop_after):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(settings, step, lowered, over)
        network.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            losses = loss_of(next(batches))
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            raise FloatingPointError(f"loss is not finite at step {step}: {losses}")
        optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        optimiser.step()
        averaged.update_parameters(network)
        step += 1
        over = done()
        for key, value in losses.items():
            sums[key] = sums.get(key, 0.0) + float(value.detach())
        if step % settings.log_steps == 0:
            rate = (step - first) / (time.monotonic() - started)
            left = (settings.steps - step) / rate / 60
            if settings.minutes:
                left = min(left, (1 - over) * settings.minutes)
            log({**{k: v / settings.log_steps for k, v in sums.items()}, "steps_s": rate, "minutes_left": left})
            sums = {}
        if validate and (step % settings.validate_steps == 0 or over == 1):
            averaged.eval()
            with torch.inference_mode():
                figures = same_figures(validate(averaged.module))
            log({f"validation_{k}": v for k, v in figures.items()})
            stale = 0 if figures["score"] > best else stale + 1
            if settings.schedule == "plateau" and stale and stale % settings.patience == 0:
                lowered += 1
            if figures["score"] >= best:
                best = figures["score"]
                if not rank():
                    torch.save(averaged.module.state_dict(), best_path)
        if time.monotonic() - saved > settings.save_seconds:
            save()
            saved = time.monotonic()
    del batches
    save()
    result = averaged.module
    if validate and best_path.exists() and not rank():
        result.load_state_dict(torch.load(best_path, map_location="cpu", weights_only=True))
    return result.eval()
