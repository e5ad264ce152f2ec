"""Batches drawn ahead of the training that takes them."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset


class _Steps(Dataset[Any]):
    """The batches of a training by the number of their step."""

    def __init__(self, draw: Callable[[int], Any]) -> None:
        self.draw = draw

    def __getitem__(self, step: int) -> Any:
        return self.draw(step)


def ahead(draw: Callable[[int], Any], first: int, workers: int) -> Iterator[Any]:
    """What `draw` gives for the steps from `first` on, in order, drawn ahead in `workers` processes.

    With one on a thread. Processes are forked, so that they share the films with this one; where that is not possible
    threads take their place.
    """
    if workers > 1 and "fork" in multiprocessing.get_all_start_methods():
        torch.multiprocessing.set_sharing_strategy(
            "file_system"
        )  # a batch of boxes is more tensors than files may be open
        loader = DataLoader(
            _Steps(draw), batch_size=None, sampler=count(first), num_workers=workers, prefetch_factor=3,
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
