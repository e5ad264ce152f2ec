"""The log of a training as a curve, and how fast it went."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

CURVE_POINTS = 120


def steps_a_second(curve: Sequence[Mapping[str, float]]) -> float:
    """Median rate between two lines of a learning curve, so that a pause does not count; 0 if it tells none."""
    timed = [(line["step"], line["step"] / line["steps_s"]) for line in curve if line.get("steps_s")]
    rates = [(step - before) / (at - then) for (before, then), (step, at) in pairwise([(0, 0.0), *timed]) if at > then]
    return float(median(rates)) if rates else 0.0


def learning_curve(log: Path) -> list[dict[str, float]]:
    """The lines of a training log, thinned to about `CURVE_POINTS`.

    Lines with validation figures all stay if they can.
    """
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    keep = [line for line in lines if any(key.startswith("validation_") for key in line)]
    rest = [line for line in lines if line not in keep]
    for group in (keep, rest):
        while len(group) > CURVE_POINTS // 2:
            del group[1:-1:2]
    return sorted(keep + rest, key=lambda line: line["step"])
