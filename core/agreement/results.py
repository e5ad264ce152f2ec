"""The whole comparison of a study as JSON and CSV: every pair of readers, status and change, adjudication."""

import itertools
import json
import math
from collections.abc import Sequence
from typing import Any

from core.agreement.adjudication import THRESHOLD, adjudication
from core.agreement.compare import DRAWS, Comparison, Estimate, compare, observed
from core.agreement.sections import TOTAL
from core.agreement.study import Study, paired
from core.agreement.wording import WORDING
from core.cohort.table_text import csv_text, inert

VERSION = 1
MODEL = "model"


def is_model(reader: str) -> bool:
    """A reader called "model", in any case of letters, or "model" and what tells its weights: `model 1f3a`."""
    return reader.casefold().split(" ", 1)[0] == MODEL


def model_last(readers: Sequence[str]) -> list[str]:
    """The readers with models at the end."""
    return sorted(readers, key=is_model)


def all_comparisons(study: Study, *, draws: int = DRAWS, seed: int = 0) -> list[Comparison]:
    """Every pair of readers, and all of them together if they are more than two; status, and change where there is any.

    Raises: ValueError if the study has one reader alone, or no two of them scored the same patient.
    """
    if len(study.readers) < 2:
        raise ValueError(f"there is one reader alone, {study.readers[0]}; agreement needs two")
    names = model_last(study.readers)
    sets = list(itertools.combinations(names, 2)) + ([tuple(names)] if len(names) > 2 else [])
    found = []
    for change in (False, True):
        for readers in sets:
            if paired(study, readers, change=change).patients_used:
                found.append(compare(study, readers, change=change, draws=draws, seed=seed))
    if not found:
        raise ValueError(
            "no two readers scored the same patient and visit: look at how patients and visits are written"
        )
    return found


def rmse_to_mean(
    study: Study, model: str, readers: tuple[str, str], *, change: bool = False
) -> tuple[float, float] | None:
    """RMSE of the totals against the mean of two readers: the model's, and that of either reader; None without a patient.

    A reader's is half of the readers' RMSE against each other, whatever they scored: that is the yardstick. All three are
    compared on the cells that all three scored.
    """
    sums = [s for _, _, s in observed(paired(study, (model, *readers), change=change), TOTAL)]
    if not sums:
        return None
    ours = sum((m - (a + b) / 2) ** 2 for m, a, b in sums)
    theirs = sum(((a - b) / 2) ** 2 for _, a, b in sums)
    return math.sqrt(ours / len(sums)), math.sqrt(theirs / len(sums))


def _estimate(estimate: Estimate) -> dict[str, Any]:
    if estimate.value is None:
        return {"value": None, "why": estimate.why}
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def results_json(
    study: Study, found: Sequence[Comparison], *, seed: int = 0, draws: int = DRAWS, threshold: float = THRESHOLD
) -> str:
    """JSON text (version 1) that is the same for the same study; a number that cannot be had is null, with the words."""
    pairs = [c.readers for c in found if c.change and len(c.readers) == 2]
    judged = [(readers, adjudication(study, readers, threshold=threshold)) for readers in pairs]
    whole = {
        "version": VERSION,
        "use": "research and teaching, not a medical device",
        "readers": study.readers,
        "patients": len(study.patients),
        "intervals": {"method": "bootstrap of patients, 95 % percentiles", "draws": draws, "seed": seed},
        "formulas": {name: f"{w.title}: {w.formula}".rstrip(": ") for name, w in WORDING.items()},
        "comparisons": [
            {
                "readers": c.readers,
                "kind": "change" if c.change else "status",
                "patients": c.patients,
                "cells_left_out": c.left_out,
                "sections": [
                    {
                        "key": part.section.key,
                        "name": part.section.name,
                        "level": part.section.level,
                        "observations": part.observations,
                        "cells": part.cells,
                        "statistics": {name: _estimate(e) for name, e in part.estimates.items()},
                    }
                    for part in c.sections
                ],
            }
            for c in found
        ],
        "adjudication": [
            {
                "readers": readers,
                "threshold": result.threshold,
                "patients": result.patients,
                "rate": result.rate,
                "cases": [
                    {"patient": k.patient, "visits": k.visits, "change": [k.first, k.second]} for k in result.cases
                ],
            }
            for readers, result in judged
        ],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def results_csv(found: Sequence[Comparison]) -> str:
    """One row a statistic; names of readers are written so that no spreadsheet runs them."""
    head = ("readers", "kind", "level", "section", "observations", "cells", "statistic", "value", "low", "high", "note")
    table: list[Sequence[str | int]] = [head]
    for c in found:
        readers, kind = inert(" / ".join(c.readers)), "change" if c.change else "status"
        for part in c.sections:
            at = (readers, kind, part.section.level, part.section.name, part.observations, part.cells)
            for name, e in part.estimates.items():
                numbers = ["" if v is None else f"{v:.6g}" for v in (e.value, e.low, e.high)]
                table.append((*at, WORDING[name].title, *numbers, e.why))
    return csv_text(table)
