"""How well readers agree, part of the score by part, with bootstrap intervals.

Every statistic follows from sums that add over patients. A bootstrap of patients is then a table of how often each patient
was drawn times those sums: all statistics of all parts of the score in one matrix product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.agreement.coefficients import (
    Array,
    grades_from_sums,
    icc_from_sums,
    pair_from_sums,
    rank_and_t,
    smallest_change,
)
from core.agreement.sections import CELL_LIST, SECTIONS, Section
from core.agreement.study import Paired, Study, paired

DRAWS = 1000
_NEEDED = 0.9  # of the draws must give a number, or there is no interval
_HIGHEST = max(site.maximum for _, site in CELL_LIST)
_NOT_REPORTED = ("icc_1", "icc_1k", "icc_ck")


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, or the words that say why there is none; never NaN."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class SectionAgreement:
    """One part of the score: estimates by name of the statistic, over `observations` (patient visits) and `cells`."""

    section: Section
    observations: int
    cells: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Comparison:
    """Readers compared, on status or on change; `left_out` counts cells that not all of them scored."""

    readers: tuple[str, ...]
    change: bool
    patients: int
    left_out: int
    sections: tuple[SectionAgreement, ...]

    def of(self, key: str) -> SectionAgreement:
        """One part of the score by its key."""
        return next(part for part in self.sections if part.section.key == key)


def compare(
    study: Study, readers: Sequence[str], *, change: bool = False, draws: int = DRAWS, seed: int = 0
) -> Comparison:
    """All statistics of two readers, or the intraclass correlations of more, for every part of the score.

    Intervals are 95 % percentiles of a bootstrap of patients with all their visits; the same seed gives the same intervals.
    One patient has none.
    Raises: ValueError for readers who are not in the study, or who scored no patient in common.
    """
    pair = paired(study, readers, change=change)
    if not pair.patients_used:
        what = "two visits of the same patient" if change else "the same patient and visit"
        raise ValueError(f"{' and '.join(readers)} did not both score {what}")
    masks = np.stack([section.mask for section in SECTIONS], axis=1).astype(np.float64)
    used = np.isfinite(pair.points[0]).any(axis=(1, 2))
    points = pair.points[:, used]
    n = points.shape[1]
    rng = np.random.default_rng(seed)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws if n > 1 else 0).astype(np.float64)
    times = np.concatenate([np.ones((1, n)), times])  # the first "draw" is the study itself
    found, shape = _sum_statistics(points, masks, times, change=change)
    counts = np.zeros(len(SECTIONS))
    if len(readers) == 2:
        more, counts = _grade_statistics(points, masks, times, change=change)
        found |= more
    sections = []
    for s, section in enumerate(SECTIONS):
        why = f"not estimable ({shape[s, 1]} non-zero of {shape[s, 0]})"
        cell_why = f"not estimable ({_nonzero(points, masks[:, s] > 0)} non-zero of {int(counts[s])})"
        estimates = {
            name: _estimate(values[:, s], cell_why if name in _CELL_NAMES else why) for name, values in found.items()
        }
        if len(readers) == 2:
            sums, ok = _sums(points, masks[:, s])
            for name, value in rank_and_t(sums[0][ok], sums[1][ok]).items():
                estimates[name] = Estimate(value) if np.isfinite(value) else Estimate(None, why=why)
        sections.append(SectionAgreement(section, int(shape[s, 0]), int(counts[s]), estimates))
    return Comparison(tuple(readers), change, pair.patients_used, pair.left_out, tuple(sections))


_CELL_NAMES = ("kappa_linear", "kappa_quadratic", "exact", "within_1", "positive_agreement")


def _sums(points: Array, mask: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Sums over the cells of a part [readers, patients, visits], and where there is a cell at all."""
    kept = points[..., mask > 0]
    return np.nansum(kept, axis=-1), np.isfinite(kept[0]).any(axis=-1)


def _nonzero(points: Array, mask: NDArray[np.bool_]) -> int:
    return int(((np.nan_to_num(points[..., mask]) != 0).any(axis=0)).sum())


def _sum_statistics(
    points: Array, masks: Array, times: Array, *, change: bool
) -> tuple[dict[str, Array], NDArray[np.int_]]:
    """Statistics of sums [draws, parts], and [parts, 2] observations and those of them that are not all zero."""
    k, patients = points.shape[:2]
    there = (np.isfinite(points[0]) @ masks) > 0  # [patients, visits, parts]
    sums = np.nan_to_num(points) @ masks  # [readers, patients, visits, parts]
    shape = np.stack([there.sum(axis=(0, 1)), ((sums != 0).any(axis=0) & there).sum(axis=(0, 1))], axis=1)
    centre = np.rint(sums.sum(axis=(0, 1, 2)) / np.maximum(k * shape[:, 0], 1))
    sums = np.where(there, sums - centre, 0.0)
    features = [there.sum(axis=1)[:, None].astype(np.float64), sums.sum(axis=2).transpose(1, 0, 2)]
    features.append(np.einsum("ipvs,jpvs->pijs", sums, sums).reshape(patients, k * k, -1))
    features.append(np.abs(sums[0] - sums[1]).sum(axis=1)[:, None])
    stacked = np.concatenate(features, axis=1)
    drawn = (times @ stacked.reshape(patients, -1)).reshape(len(times), stacked.shape[1], -1).transpose(0, 2, 1)
    n, first, products = drawn[..., 0], drawn[..., 1 : 1 + k], drawn[..., 1 + k : -1].reshape(*drawn.shape[:2], k, k)
    found = {name: v for name, v in icc_from_sums(n, first, products).items() if name not in _NOT_REPORTED}
    if k == 2:
        found |= pair_from_sums(n, first, products, drawn[..., -1])
        found["mean_first"], found["mean_second"] = found["mean_first"] + centre, found["mean_second"] + centre
        found |= smallest_change(found["sd_difference"], change=change)
    return found, shape


def _grade_statistics(points: Array, masks: Array, times: Array, *, change: bool) -> tuple[dict[str, Array], Array]:
    """Statistics of single cells [draws, parts] and the number of cells of every part."""
    there = np.isfinite(points[0])
    lowest = -_HIGHEST if change else 0
    a, b = np.nan_to_num(points)
    d = np.abs(a - b)
    plain = {
        "exact": d == 0,
        "near": d <= 1,
        "distance": d,
        "square": d**2,
        "both": (a > 0) & (b > 0),
        "one": (a > 0) != (b > 0),
    }
    levels = range(lowest, _HIGHEST + 1)
    stacked = [np.where(there, values, 0).sum(axis=1) for values in plain.values()]
    stacked += [((who == level) & there).sum(axis=1) for who in (a, b) for level in levels]
    per_patient = np.stack(stacked, axis=1).astype(np.float64) @ masks  # [patients, features, parts]
    drawn = (times @ per_patient.reshape(len(per_patient), -1)).reshape(len(times), *per_patient.shape[1:])
    sums: dict[str, Array] = {name: drawn[:, n] for n, name in enumerate(plain)}
    at, grades = len(plain), len(levels)
    sums["first"] = drawn[:, at : at + grades].transpose(0, 2, 1)
    sums["second"] = drawn[:, at + grades :].transpose(0, 2, 1)
    return grades_from_sums(sums), sums["first"][0].sum(axis=-1)


def _estimate(values: Array, why: str) -> Estimate:
    """The first value with the percentiles of the others, or words."""
    value, drawn = float(values[0]), values[1:]
    if not np.isfinite(value):
        return Estimate(None, why=why)
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn) or len(drawn) < _NEEDED * (len(values) - 1):
        return Estimate(value)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(value, float(low), float(high))


def observed(pair: Paired, section: Section) -> list[tuple[int, int, tuple[float, ...]]]:
    """The sums of a part of the score: position of the patient and visit, and one sum a reader."""
    sums, ok = _sums(pair.points, section.mask.astype(np.float64))
    return [(int(p), int(v), tuple(float(x) for x in sums[:, p, v])) for p, v in np.argwhere(ok)]
