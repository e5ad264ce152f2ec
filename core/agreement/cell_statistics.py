"""Statistics of single cells, part of the score by part, from sums that add over patients."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.agreement.coefficients import Array, grades_from_sums
from core.agreement.sections import CELL_LIST, Section

_MAXIMA = np.array([site.maximum for _, site in CELL_LIST], np.float64)
_HIGHEST = int(_MAXIMA.max())


def grade_statistics(
    points: Array, times: Array, sections: Sequence[Section], *, change: bool
) -> tuple[dict[str, Array], Array, Array]:
    """Statistics of single cells [draws, parts], the number of cells of every part, and of those that are not all zero.

    Halves stay what they are; other fractions (a model's) are rounded to whole points.
    """
    there = np.isfinite(points[0])
    given = np.nan_to_num(points)
    step = 1.0
    if (given % 1 != 0).any():
        step = 0.5 if (given % 0.5 == 0).all() else 1.0
        given = np.rint(given / step) * step
    masks = np.stack([np.zeros(len(CELL_LIST)) if s.counts_joints else s.mask for s in sections], axis=1).astype(
        np.float64
    )
    highest = np.array([_MAXIMA[list(s.cells)].max() if not s.counts_joints else 1.0 for s in sections]) * (1 + change)
    per_patient = np.einsum("pfc,cs->pfs", _cell_sums(given, there, step, change=change), masks, optimize=True)
    joints = [s for s, section in enumerate(sections) if section.counts_joints]
    damaged = np.sign(given) if change else (given > 0).astype(np.float64)
    per_patient[..., joints] = _cell_sums(damaged, there, step, change=change).sum(axis=2)[..., None]
    drawn = (times @ per_patient.reshape(len(per_patient), -1)).reshape(len(times), *per_patient.shape[1:])
    names = ("exact", "near", "distance", "square", "both", "one")
    sums: dict[str, Array] = {name: drawn[:, n] for n, name in enumerate(names)}
    at = len(names)
    grades = (drawn.shape[1] - at) // 2
    sums["first"] = drawn[:, at : at + grades].transpose(0, 2, 1)
    sums["second"] = drawn[:, at + grades :].transpose(0, 2, 1)
    found = grades_from_sums(sums, step=step, highest=highest)
    changed = ((given != 0).any(axis=0) & there).sum(axis=(0, 1)).astype(np.float64)
    nonzero = np.where([s.counts_joints for s in sections], changed.sum(), changed @ masks)
    return found, sums["first"][0].sum(axis=-1), nonzero


def _cell_sums(given: Array, there: NDArray[np.bool_], step: float, *, change: bool) -> Array:
    """[patients, features, 86]: sums over visits of what `grades_from_sums` needs."""
    a, b = given
    d = np.abs(a - b)
    plain = (d == 0, d <= 1, d, d**2, (a > 0) & (b > 0), (a > 0) != (b > 0))
    levels = np.arange(-_HIGHEST if change else 0, _HIGHEST + step / 2, step)
    stacked = [np.where(there, values, 0).sum(axis=1) for values in plain]
    stacked += [((who == level) & there).sum(axis=1) for who in (a, b) for level in levels]
    return np.stack(stacked, axis=1).astype(np.float64)
