"""A study by two simulated readers of phantom patients at two visits: what agreement looks like, without a film.

The readers are tuned to the totals of two human ones: r about 0.97 (ResNet-Dwise50 paper, Table 2). That paper's RMSE
of 18.75 does not go with its own r and SDs (0.97, 40.90, 38.78 mean an RMSE of 10), so r alone was the aim.
"""

import numpy as np

from core.phantom.patients import patient_grades
from core.svh import Cell, Reading

VISITS = ("2024-03-01", "2025-03-01")
READERS = ("Reader A", "Reader B")


def simulated_readings(seed: int, *, patients: int = 40) -> dict[tuple[str, str, str], Reading]:
    """Readings by (reader, patient, visit); the same seed gives the same readings."""
    readings: dict[tuple[str, str, str], Reading] = {}
    for n in range(patients):
        rng = np.random.default_rng([seed, n])
        before = patient_grades(rng)
        truth = (before, _a_year_later(rng, before))
        for k, reader in enumerate(READERS):
            own = np.random.default_rng([seed, n, k + 1])
            strictness = float(own.lognormal(0.04 * (1 - 2 * k), 0.15))
            habit = {cell: float(own.normal()) for cell in before}  # the same eye on the same joint at both visits
            for visit, grades in zip(VISITS, truth, strict=True):
                readings[(reader, f"P{n + 1:03d}", visit)] = _read(own, grades, strictness, habit)
    return readings


def _a_year_later(rng: np.random.Generator, grades: dict[Cell, int]) -> dict[Cell, int]:
    """Most patients gain little, a few much; damaged joints gain more. No joint heals."""
    pace = float(rng.lognormal(-3.9, 1.0))
    return {
        cell: min(cell[1].maximum, points + int(rng.poisson(pace * (4 if points else 1))))
        for cell, points in grades.items()
    }


def _read(rng: np.random.Generator, grades: dict[Cell, int], strictness: float, habit: dict[Cell, float]) -> Reading:
    """One reader: strict or mild with a patient, sure of healthy joints, less so of damaged ones.

    Few are not scorable.
    """
    seen: dict[Cell, int | None] = {}
    for cell, points in grades.items():
        noise = (0.45 if points else 0.29) * (0.95 * habit[cell] + 0.32 * rng.normal())
        value = int(np.floor(points * strictness + noise + 0.5))
        seen[cell] = None if rng.random() < 0.0002 else int(np.clip(value, 0, cell[1].maximum))
    return Reading(seen)
