"""Small studies for the tests."""

import numpy as np

from core.agreement.sections import CELL_LIST
from core.agreement.study import Study, study_of
from core.cohort.scores import ReadingKey, Scores, nothing_read
from core.svh import SITE_BY_SUFFIX, Reading, Side

MCP2 = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])
MTP5 = (Side.R, SITE_BY_SUFFIX["mtp_E__5"])


def cell_study(first: list[int | None], second: list[int | None], cell: tuple = MCP2) -> Study:
    """One cell a patient, two readers, one visit."""
    readings: dict[ReadingKey, Reading] = {}
    for n, values in enumerate(zip(first, second, strict=True)):
        for reader, value in zip("AB", values, strict=True):
            readings[(reader, f"P{n}", "1")] = Reading({cell: value})
    return study_of(readings)


def random_study(seed: int, *, patients: int = 12, readers: str = "AB", visits: int = 2, missing: float = 0.0) -> Study:
    """Random points, a share of them not scorable."""
    rng = np.random.default_rng(seed)
    readings: dict[ReadingKey, Reading] = {}
    for n in range(patients):
        truth = {cell: int(rng.integers(0, cell[1].maximum + 1)) if rng.random() < 0.4 else 0 for cell in CELL_LIST}
        for visit in range(visits):
            for reader in readers:
                readings[(reader, f"P{n}", f"V{visit + 1}")] = Reading(
                    {
                        cell: None
                        if rng.random() < missing
                        else int(np.clip(points + rng.integers(-1, 2), 0, cell[1].maximum))
                        for cell, points in truth.items()
                    }
                )
    return study_of(readings)


def totals_study(values: dict[str, list[list[float | None]]], *, visits: list[str] | None = None) -> Study:
    """Totals alone, by reader: a list a patient with a total a visit; None where the reader did not read."""
    names = visits or ["V1", "V2", "V3"]
    readings = {
        (reader, f"P{n:03}", names[v]): Scores(nothing_read(), {"total": total})
        for reader, patients in values.items()
        for n, mine in enumerate(patients)
        for v, total in enumerate(mine)
        if total is not None
    }
    return study_of(readings)
