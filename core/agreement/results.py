"""The whole comparison of a study as JSON and CSV: every pair of readers, status and change, adjudication."""

import itertools
import json
import math
from collections.abc import Sequence
from typing import Any

from core.agreement.adjudication import THRESHOLD, adjudication
from core.agreement.compare import DRAWS, compare
from core.agreement.comparison import Comparison, Estimate
from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.identity import doubts
from core.agreement.pairing import paired
from core.agreement.sections import TOTAL
from core.agreement.study import Study
from core.agreement.study_score import StudyScore
from core.agreement.wording import INTERVALS, WORDING
from core.cohort.table_text import csv_text, inert

VERSION = 2
MODEL = "model"


def is_model(reader: str) -> bool:
    """A reader called "model", in any case of letters, or "model" and what tells its weights: `model 1f3a`."""
    return reader.casefold().split(" ", 1)[0] == MODEL


def model_last(readers: Sequence[str]) -> list[str]:
    """The readers with models at the end."""
    return sorted(readers, key=is_model)


def reader_sets(study: Study) -> list[tuple[str, ...]]:
    """Who is compared: every pair of readers, all of them together if they are more than two, and each re-reading."""
    names = model_last(study.first_readings)
    sets: list[tuple[str, ...]] = list(itertools.combinations(names, 2))
    if len(names) > 2:
        sets.append(tuple(names))
    return sets + [(reader, again) for again, reader in study.rereads.items() if reader in study.readers]


def all_comparisons(
    study: Study, *, draws: int = DRAWS, seed: int = 0, rule: Completeness = ALL_CELLS, visit: str = ""
) -> list[Comparison]:
    """Everybody in `reader_sets`.

    Status at one visit (without a name: at all visits, pooled), then change if there is any.

    Raises: ValueError if the study has one reader alone, no two of them scored the same patient, or no such visit.
    """
    sets = reader_sets(study)
    if not sets:
        raise ValueError(f"there is one reader alone, {study.readers[0]}; agreement needs two")
    if visit and visit not in study.visits:
        raise ValueError(f"there is no visit {visit}; the study has {', '.join(study.visits)}")
    at = study.visits.index(visit) if visit else None
    found = [
        compare(study, readers, change=change, visit=None if change else at, rule=rule, draws=draws, seed=seed)
        for change in (False, True)
        for readers in sets
        if paired(study, readers, change=change, visit=None if change else at, rule=rule).patients_used
    ]
    if not found:
        raise ValueError(
            "no two readers scored the same patient and visit: look at how patients and visits are written"
        )
    return found


def status_by_visit(
    study: Study, *, draws: int = DRAWS, seed: int = 0, rule: Completeness = ALL_CELLS
) -> list[Comparison]:
    """The status at each visit of a study with several, so that every patient counts once."""
    places = range(len(study.visits)) if len(study.visits) > 1 else ()
    return [
        compare(study, readers, visit=at, rule=rule, draws=draws, seed=seed)
        for at in places
        for readers in reader_sets(study)
        if paired(study, readers, visit=at, rule=rule).patients_used
    ]


def rmse_to_mean(
    study: Study,
    model: str,
    readers: tuple[str, str],
    *,
    change: bool = False,
    visit: int | None = None,
    rule: Completeness = ALL_CELLS,
) -> tuple[float, float] | None:
    """RMSE of the totals against the mean of two readers: the model's, and that of either reader.

    None without a patient. A reader's is half of the readers' RMSE against each other, whatever they scored: that is
    the yardstick. All three are compared on the totals that count for all three.
    """
    pair = paired(study, (model, *readers), change=change, visit=visit, rule=rule)
    sums = [s for _, _, s in pair.observed(TOTAL)]
    if not sums:
        return None
    ours = sum((m - (a + b) / 2) ** 2 for m, a, b in sums)
    theirs = sum(((a - b) / 2) ** 2 for _, a, b in sums)
    return math.sqrt(ours / len(sums)), math.sqrt(theirs / len(sums))


def _estimate(estimate: Estimate) -> dict[str, Any]:
    if estimate.value is None:
        return {"value": None, "why": estimate.why}
    found: dict[str, Any] = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    if estimate.no_interval:
        found["no_interval"] = estimate.no_interval
    if estimate.f_low is not None:
        found |= {"f_low": estimate.f_low, "f_high": estimate.f_high}
    return found


def comparison_dict(c: Comparison) -> dict[str, Any]:
    """A comparison as it stands in the JSON."""
    return {
        "readers": c.readers,
        "kind": "change" if c.change else "status",
        "visit": c.visit or ("all visits pooled, patients as the unit" if c.pooled else None),
        "from_to": [{"from": first, "to": last, "patients": n} for first, last, n in c.spans],
        "patients": c.patients,
        "cells_of_a_total": c.cells_of_study,
        "cells_left_out": c.left_out,
        "totals_left_out": [{"patient": n.patient, "visit": n.visit, "why": n.why} for n in c.not_counted],
        "sections": [
            {
                "key": part.section.key,
                "name": part.section.name,
                "level": part.section.level,
                "observations": part.observations,
                "patients": part.patients,
                "cells": part.cells,
                "statistics": {name: _estimate(e) for name, e in part.estimates.items()},
            }
            for part in c.sections
        ],
    }


def score_dict(study: Study, score: StudyScore) -> dict[str, Any]:
    """A score of the study as it stands in the JSON: how it was made, and the total of every patient and visit."""
    totals = [
        {"patient": patient, "visit": study.visit_names[p][v], "total": float(total)}
        for p, patient in enumerate(study.patients)
        for v, total in enumerate(score.totals[p])
        if math.isfinite(total)
    ]
    return {"name": score.name, "readers": score.readers, "totals": totals}


def results_json(
    study: Study,
    found: Sequence[Comparison],
    *,
    by_visit: Sequence[Comparison] = (),
    seed: int = 0,
    draws: int = DRAWS,
    threshold: float = THRESHOLD,
    notes: Sequence[str] = (),
    adjudicated: StudyScore | None = None,
) -> str:
    """JSON text (version 2) that is the same for the same study.

    A number that cannot be had is null, with the words.
    """
    rule = found[0].rule if found else ALL_CELLS
    pairs = [c.readers for c in found if c.change and len(c.readers) == 2]
    judged = [(readers, adjudication(study, readers, threshold=threshold, rule=rule)) for readers in pairs]
    whole = {
        "version": VERSION,
        "use": "research and teaching, not a medical device",
        "readers": study.readers,
        "rereads": dict(study.rereads),
        "patients": len(study.patients),
        "visits": study.visits,
        "completeness": {"share": rule.share, "rule": rule.words},
        "names_to_look_at": doubts(study, notes),
        "intervals": {"method": INTERVALS, "draws": draws, "seed": seed},
        "formulas": {name: f"{w.title}: {w.formula}".rstrip(": ") for name, w in WORDING.items()},
        "comparisons": [comparison_dict(c) for c in found],
        "status_by_visit": [comparison_dict(c) for c in by_visit],
        "adjudication": [
            {
                "readers": readers,
                "threshold": result.threshold,
                "patients": result.patients,
                "called": result.called,
                "rate": result.rate,
                "cases": [
                    {"patient": k.patient, "visits": k.visits, "change": [k.first, k.second]} for k in result.cases
                ],
            }
            for readers, result in judged
        ],
        "adjudicated_score": score_dict(study, adjudicated) if adjudicated else None,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def results_csv(found: Sequence[Comparison]) -> str:
    """One row a statistic; names of readers are written so that no spreadsheet runs them."""
    head = (
        "readers", "kind", "visit", "level", "section", "observations", "patients", "cells", "statistic",
        "value", "low", "high", "f_low", "f_high", "note",
    )  # fmt: skip
    table: list[Sequence[str | int]] = [head]
    for c in found:
        readers, kind = inert(" / ".join(c.readers)), "change" if c.change else "status"
        where = inert(c.from_to if c.change else c.visit or ("all pooled" if c.pooled else ""))
        for part in c.sections:
            at = (
                readers,
                kind,
                where,
                part.section.level,
                part.section.name,
                part.observations,
                part.patients,
                part.cells,
            )
            for name, e in part.estimates.items():
                numbers = ["" if v is None else f"{v:.6g}" for v in (e.value, e.low, e.high, e.f_low, e.f_high)]
                table.append((*at, WORDING[name].title, *numbers, e.why or e.no_interval))
    return csv_text(table)
