"""How often the 95 % intervals of agreement hold the truth, simulated: `python -m core evaluate agreement`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.agreement.compare import compare
from core.agreement.sections import TOTAL
from core.agreement.study import Study, study_of
from core.cohort.scores import ReadingKey, Scores, nothing_read

SIZES = (10, 20, 40)
_SD = 3.0  # of a reader's error, points
_PATIENTS_SD = 20.0
Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]
# Errors of one reader with SD 1. The difference of two such errors has SD sqrt(2) whatever its form.
ERRORS: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "heavy tails (Laplace)": lambda rng, shape: rng.laplace(scale=1 / np.sqrt(2), size=shape),
    "heavy tails (t, 5 degrees)": lambda rng, shape: rng.standard_t(5, size=shape) / np.sqrt(5 / 3),
}
NAMES = ("bias", "sd_difference", "sdd_one", "lower_limit", "upper_limit", "icc_a1", "icc_c1")


@dataclass(frozen=True)
class Coverage:
    """Of `rounds` simulated studies, the share whose interval held the truth, by statistic; and of false t-tests."""

    patients: int
    errors: str
    rounds: int
    held: dict[str, float]
    false_positives: float


def coverage(
    *, rounds: int = 500, draws: int = 500, seed: int = 0, sizes: tuple[int, ...] = SIZES, log: Callable[[str], None]
) -> list[Coverage]:
    """Simulate studies of two readers without a bias of any and print the table."""
    found = []
    log(f"Coverage of 95 % intervals, {rounds} studies of two readers a row, {draws} draws of the bootstrap")
    log(f"{'patients':>8}  {'errors':26}" + "".join(f"{name:>15}" for name in NAMES) + f"{'t-test < 0.05':>15}")
    for errors in ERRORS:
        for patients in sizes:
            row = _simulated(patients, errors, rounds, draws, seed)
            found.append(row)
            log(
                f"{patients:>8}  {errors:26}"
                + "".join(f"{row.held[name]:>15.3f}" for name in NAMES)
                + f"{row.false_positives:>15.3f}"
            )
    return found


def _simulated(patients: int, errors: str, rounds: int, draws: int, seed: int) -> Coverage:
    rng = np.random.default_rng([seed, patients, list(ERRORS).index(errors)])
    sd = _SD * np.sqrt(2)
    icc = _PATIENTS_SD**2 / (_PATIENTS_SD**2 + _SD**2)
    truth = {
        "bias": 0.0, "sd_difference": sd, "sdd_one": 1.96 * sd, "lower_limit": -1.96 * sd, "upper_limit": 1.96 * sd,
        "icc_a1": icc, "icc_c1": icc,
    }  # fmt: skip
    held, given, false = dict.fromkeys(NAMES, 0), dict.fromkeys(NAMES, 0), 0
    for n in range(rounds):
        e = (
            compare(_study(rng, patients, errors), ("A", "B"), draws=draws, seed=n, sections=(TOTAL,))
            .of("total")
            .estimates
        )
        false += (e["t_test_p"].value or 1.0) < 0.05
        for name in NAMES:
            low, high = e[name].low, e[name].high
            if low is not None and high is not None:  # words in place of an interval hold nothing and miss nothing
                given[name] += 1
                held[name] += low <= truth[name] <= high
    return Coverage(patients, errors, rounds, {k: held[k] / max(given[k], 1) for k in NAMES}, false / rounds)


def _study(rng: np.random.Generator, patients: int, errors: str) -> Study:
    truth = 150 + _PATIENTS_SD * rng.normal(size=(patients, 1))
    totals = truth + _SD * ERRORS[errors](rng, (patients, 2))
    readings: dict[ReadingKey, Scores] = {
        (reader, f"P{n}", "1"): Scores(nothing_read(), {"total": float(total)})
        for n, row in enumerate(totals)
        for reader, total in zip("AB", row, strict=True)
    }
    return study_of(readings)
