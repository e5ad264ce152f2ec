"""What the loop promises beside learning: batches in order, an end by the clock, films from several processes."""

import json
import os
import time
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.training.engine import run_loop
from core.training.learning_curve import steps_a_second
from core.training.parallel import in_processes
from core.training.schedule import LoopSettings, rate_at


def square(network: nn.Module, x: Tensor) -> dict[str, Tensor]:
    return {"square": network(x).float().square().mean()}


@pytest.mark.filterwarnings(
    "ignore:This DataLoader will create"
)  # this machine may have fewer cores than the test asks for
def test_batches_are_drawn_ahead_by_several_processes_and_come_in_order(tmp_path: Path) -> None:
    network, processes, seen = nn.Linear(2, 1), set(), []

    def draw(step: int) -> tuple[int, int, Tensor]:
        time.sleep(0.02 if step % 2 else 0.0)  # every other batch is late
        return step, os.getpid(), torch.full((1, 2), float(step))

    def loss(batch: tuple[int, int, Tensor]) -> dict[str, Tensor]:
        seen.append(batch[0])
        processes.add(batch[1])
        return square(network, batch[2])

    run_loop(network, loss, settings=LoopSettings(steps=12, log_steps=6), folder=tmp_path, draw=draw, workers=3)
    assert seen == list(range(12))
    assert 1 < len(processes) <= 3 and os.getpid() not in processes


def test_a_batch_that_cannot_be_drawn_ends_the_training(tmp_path: Path) -> None:
    def draw(step: int) -> Tensor:
        if step == 3:
            raise FileNotFoundError("no film")
        return torch.ones(1, 2)

    network = nn.Linear(2, 1)
    with pytest.raises(FileNotFoundError, match="no film"):
        run_loop(network, partial(square, network), settings=LoopSettings(steps=9), folder=tmp_path, draw=draw)


def test_minutes_end_a_training_before_its_steps_and_the_cosine_with_it(tmp_path: Path) -> None:
    network, settings = nn.Linear(2, 1), LoopSettings(steps=10**9, minutes=0.02, log_steps=1, warm_up=0)
    checks: list[float] = []

    def check(_: nn.Module) -> dict[str, float]:
        checks.append(time.monotonic())
        return {"score": 1.0}

    def loss(step: int) -> dict[str, Tensor]:
        time.sleep(0.01)
        return square(network, torch.ones(1, 2))

    begun = time.monotonic()
    run_loop(network, loss, settings=settings, folder=tmp_path, validate=check)
    assert 1.2 <= time.monotonic() - begun < 5 and len(checks) == 1  # checked once, at the end
    last = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()][-2]
    assert last["minutes_left"] == 0.0 and 5 < last["step"] < 200
    run_loop(network, loss, settings=settings, folder=tmp_path, validate=check)  # its minutes are over
    assert len(checks) == 1
    assert rate_at(settings, 100, 0, 0.5) == pytest.approx(settings.learning_rate / 2)


def test_tasks_of_several_processes_come_in_order() -> None:
    tasks = [partial(divmod, n, 3) for n in range(7)]
    assert list(in_processes(tasks, 1)) == list(in_processes(tasks, 2)) == [divmod(n, 3) for n in range(7)]
    with pytest.raises(ZeroDivisionError):
        list(in_processes([partial(divmod, 1, 0), partial(divmod, 1, 1)], 2))


def test_a_pause_is_not_counted_as_training() -> None:
    elapsed = {100: 50.0, 200: 100.0, 300: 1150.0, 400: 1200.0}  # a thousand seconds of pause after step 200
    curve = [{"step": step, "steps_s": step / at} for step, at in elapsed.items()]
    assert steps_a_second([*curve, {"step": 400, "validation_r": 0.5}]) == pytest.approx(2.0)
    assert steps_a_second([]) == 0.0
