"""DeepRA's "Baseline": each site's points drawn at random from how often they come in the training data."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.svh import Cell, Reading


class RandomBaseline:
    """Draws points of every cell from the training readings of that cell.

    Raises: ValueError without training readings.
    """

    def __init__(self, training: Sequence[Reading]) -> None:
        seen: dict[Cell, list[int]] = {}
        for reading in training:
            for cell, value in reading.points.items():
                if value is not None:
                    seen.setdefault(cell, []).append(value)
        if not seen:
            raise ValueError("the random baseline needs scored training readings")
        self.seen: Mapping[Cell, tuple[int, ...]] = {cell: tuple(values) for cell, values in seen.items()}

    def draw(self, rng: np.random.Generator) -> Reading:
        """One random reading."""
        return Reading({cell: values[int(rng.integers(len(values)))] for cell, values in self.seen.items()})
