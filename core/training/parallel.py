"""Where a training runs: the GPU if there is one, and under `torchrun` one process a GPU.

The processes are joined by torch's DistributedDataParallel.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

FILMS_TAKE = timedelta(hours=3)  # the other processes wait while process 0 makes the training films
Made = TypeVar("Made")


def rank() -> int:
    """Number of this process; 0 without torchrun. Only process 0 writes files."""
    return torch.distributed.get_rank() if torch.distributed.is_initialized() else 0


def world() -> int:
    """How many processes train together."""
    return torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1


def start() -> torch.device:
    """Join the other processes if torchrun started this one; the device of this process."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not torch.distributed.is_initialized():
        backend = "nccl" if torch.cuda.is_available() else "gloo"
        torch.distributed.init_process_group(backend, timeout=FILMS_TAKE)
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


@contextmanager
def in_turn() -> Iterator[None]:
    """Process 0 first, the others after it: they find on disk what it has made."""
    if rank():
        torch.distributed.barrier()
    yield
    if world() > 1 and not rank():
        torch.distributed.barrier()


def together(network: nn.Module) -> nn.Module:
    """What the loss calls: the network itself, or the wrapper that averages gradients over the processes."""
    return DistributedDataParallel(network, find_unused_parameters=True) if world() > 1 else network


def same_figures(figures: dict[str, float]) -> dict[str, float]:
    """Process 0's figures in every process, so that all lower the rate and stop at the same step."""
    if world() == 1:
        return figures
    box = [figures]
    torch.distributed.broadcast_object_list(box, src=0)
    return box[0]


def in_processes(tasks: Sequence[Callable[[], Made]], workers: int) -> Iterator[Made]:
    """What every task gives, in order, from `workers` processes; with one worker or one task it is done here."""
    if min(workers, len(tasks)) <= 1:
        yield from (task() for task in tasks)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from (future.result() for future in [pool.submit(task) for task in tasks])
