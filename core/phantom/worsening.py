"""A phantom patient whose damage grows from visit to visit, and a reader who does not see every point alike."""

from collections.abc import Mapping

import numpy as np

from core.svh import Cell


def worsened(rng: np.random.Generator, grades: Mapping[Cell, int], *, points: int) -> dict[Cell, int]:
    """The grades with this many points added, one at a time, where there is room.

    A damaged site is likelier to get worse: its chance is proportional to 1 + 3 times its points.
    """
    after = dict(grades)
    cells = list(after)
    for _ in range(points):
        chance = np.array([0.0 if after[c] >= c[1].maximum else 1.0 + 3.0 * after[c] for c in cells])
        if not chance.any():
            break
        after[cells[int(rng.choice(len(cells), p=chance / chance.sum()))]] += 1
    return after


def misread(rng: np.random.Generator, grades: Mapping[Cell, int], *, share: float) -> dict[Cell, int]:
    """What a reader writes down who is one point off, up or down, at this share of the sites; limits are kept."""
    off = rng.random(len(grades)) < share
    by = rng.choice((-1, 1), len(grades))
    return {
        cell: int(np.clip(points + step * wrong, 0, cell[1].maximum))
        for (cell, points), wrong, step in zip(grades.items(), off, by, strict=True)
    }
