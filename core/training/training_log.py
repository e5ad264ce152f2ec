"""What a training tells of itself: a line of JSON every few steps and at every validation, in a file and printed."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from core.training.parallel import rank
from core.training.schedule import LoopSettings, Progress


class TrainingLog:
    """The log of one part of a training, from where it began or was resumed."""

    def __init__(self, path: Path, settings: LoopSettings, at: Progress) -> None:
        self.path, self._loop, self._at, self._first = path, settings, at, at.step
        self._sums: dict[str, float] = {}

    def losses(self, losses: Mapping[str, Tensor]) -> None:
        """Take the losses of a step; every few steps a line has their means, the speed and the time that is left."""
        for key, value in losses.items():
            self._sums[key] = self._sums.get(key, 0.0) + float(value.detach())
        settings, at = self._loop, self._at
        if at.step % settings.log_steps:
            return
        rate = (at.step - self._first) / (time.monotonic() - at.started)
        left = (settings.steps - at.step) / rate / 60
        if settings.minutes:
            left = min(left, (1 - at.done) * settings.minutes)
        means = {k: v / settings.log_steps for k, v in self._sums.items()}
        self.line({**means, "steps_s": rate, "minutes_left": left})
        self._sums = {}

    def line(self, figures: Mapping[str, float]) -> None:
        """One line with these figures."""
        if rank():
            return
        text = json.dumps({"step": self._at.step, **{k: round(v, 5) for k, v in figures.items()}})
        with self.path.open("a") as file:
            file.write(text + "\n")
        print(text, flush=True)
