"""How long a training lasts, at which rate it learns, and how far it has come."""

import math
import time
from dataclasses import dataclass, field


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


@dataclass
class Progress:
    """How far a training has come: steps, the best score, validations without a better one, plateaus.

    `spent` are the seconds of the parts before this one, `done` is the share that is over.
    """

    step: int = 0
    best: float = -math.inf
    stale: int = 0
    lowered: int = 0
    spent: float = 0.0
    started: float = field(default_factory=time.monotonic)
    done: float = 0.0

    @property
    def seconds(self) -> float:
        """What the training has taken so far, pauses left out."""
        return self.spent + time.monotonic() - self.started

    def look(self, settings: LoopSettings) -> None:
        """See which share is over, by steps and by time."""
        share = self.step / settings.steps
        if settings.minutes:
            share = max(share, self.seconds / 60 / settings.minutes)
        self.done = min(1.0, share)

    def over(self, settings: LoopSettings) -> bool:
        """Whether the training ends here."""
        return self.done >= 1 or bool(settings.stop_after and self.stale >= settings.stop_after)

    def validated(self, score: float, settings: LoopSettings) -> bool:
        """Take the score of a validation; whether it is the best so far, or as good."""
        self.stale = 0 if score > self.best else self.stale + 1
        if settings.schedule == "plateau" and self.stale and self.stale % settings.patience == 0:
            self.lowered += 1
        good = score >= self.best
        self.best = max(self.best, score)
        return good
