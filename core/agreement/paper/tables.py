"""The tables of the paper, as rows of text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.agreement.compare import CELL_STATISTICS
from core.agreement.comparison import Comparison
from core.agreement.intervals import FEWEST_FOR_BOOTSTRAP
from core.agreement.paper.analysis import Analysis
from core.agreement.pool import Components
from core.agreement.progressors import share_words
from core.agreement.study_score import described, score_changes, with_missing
from core.agreement.wording import WORDING, f_words, listed, number, words

_TOTALS = ("total", "erosion", "jsn", "sens", "hands", "feet")
_AGREEMENT = ("icc_a1", "icc_c1", "icc_ak", "bias", "lower_limit", "upper_limit", "sem")
_STATUS = (*_AGREEMENT, "sdd_one", "sdd_mean", "lin", "t_test_p")
_CHANGE = (*_AGREEMENT, "sdc_one", "sdc_mean", "lin", "t_test_p")


@dataclass(frozen=True)
class Table:
    """A table with a title and a note under it; `name` is that of its file."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def paper_tables(a: Analysis) -> list[Table]:
    """All tables that the study has something to say in."""
    between = [c for c in (*a.status, *a.changes) if not _again(a, c)]
    found = [
        _agreement(a, [c for c in between if not c.change], "agreement_status", "Agreement of totals, status", _STATUS),
        _agreement(a, [c for c in between if c.change], "agreement_change", "Agreement of totals, change", _CHANGE),
        _agreement(a, [c for c in (*a.status, *a.changes) if _again(a, c)], "agreement_rereadings",
                   "Agreement of readers with themselves (intra-reader)", (*_STATUS[:8], "sdc_one")),
        _parts(a), _components(a), _scores(a), _progression(a), _sensitivity(a), _left_out(a), _adjudication(a),
    ]  # fmt: skip
    return [table for table in found if table.rows]


def _again(a: Analysis, c: Comparison) -> bool:
    return len(c.readers) == 2 and c.readers[1] in a.study.rereads


def _agreement(a: Analysis, found: Sequence[Comparison], name: str, title: str, statistics: Sequence[str]) -> Table:
    rows = []
    for c in found:
        for part in c.sections:
            if part.section.key in _TOTALS and part.observations:
                e = part.estimates
                cells = [_with_f(e[s], s) if s in e else "" for s in statistics]
                rows.append((" / ".join(c.readers), c.kind, part.section.name, str(part.patients), *cells))
    titles = [WORDING[s].title + (" [F interval]" if s.startswith("icc") else "") for s in statistics]
    note = (
        f"In brackets: 95 % intervals, of ICCs of fewer than {FEWEST_FOR_BOOTSTRAP} patients by F. {a.rule.words}"
        " d = first less second reader."
    )
    return Table(name, title, ("Readers", "What", "Part", "Patients", *titles), tuple(rows), note)


def _with_f(estimate, name: str) -> str:  # type: ignore[no-untyped-def]
    by_f = f_words(estimate, name)
    return words(estimate, name) + (f" [{by_f}]" if by_f else "")


def _parts(a: Analysis) -> Table:
    rows = []
    for c in [c for c in a.found if len(c.readers) == 2]:
        for part in c.sections:
            if part.section.level in ("total", "group") and part.cells:
                cells = [words(part.estimates[s], s) for s in CELL_STATISTICS]
                rows.append((" / ".join(c.readers), c.kind, part.section.name, str(part.cells), *cells))
    titles = [WORDING[s].title for s in CELL_STATISTICS]
    return Table(
        "agreement_cells",
        "Agreement of single cells by group of joints",
        ("Readers", "What", "Part", "Cells", *titles),
        tuple(rows),
    )


def _components(a: Analysis) -> Table:
    rows = []
    for title, found in a.components:
        if isinstance(found, Components):
            numbers = [
                found.of_patients,
                found.of_readers,
                found.rest,
                found.sem,
                found.sem_consistency,
                1.96 * 2**0.5 * found.sem_consistency,
            ]
            cells = [number(found.icc, 3), number(found.icc_consistency, 3), number(found.icc_mean(2), 3)]
            alpha = "" if found.alpha is None else number(found.alpha, 3)
            size = (str(found.patients), str(found.readers), str(found.scores))
            rows.append((title, *size, *(number(x, 2) for x in numbers), *cells, alpha))
        else:
            rows.append((title, found, *[""] * 12))
    columns = (
        "What", "Patients", "Readers", "Scores", "Variance of patients", "Variance of readers", "Variance of the rest",
        "SEM of one reader, lean counted", "SEM of one reader", "SDD of one reader", "ICC(A,1)", "ICC(C,1)",
        "ICC(A,k), mean of two", "Krippendorff's alpha",
    )  # fmt: skip
    note = "Linear mixed model with crossed random effects of patient and reader, restricted maximum likelihood."
    return Table("variance_components", "All readers together: variance components", columns, tuple(rows), note)


def _scores(a: Analysis) -> Table:
    rows = described(a.study, a.scores)
    keys = [key for key in dict.fromkeys(key for row in rows for key in row) if key != "imputed"]
    table = tuple(tuple(_cell(row.get(key)) for key in keys) for row in rows)
    note = f"Change from {a.study.visits[0]}. Q1, Q3: quartiles." if len(a.study.visits) > 1 else "Q1, Q3: quartiles."
    return Table(
        "scores", "SvH total by reader, group and visit", tuple(key[0].upper() + key[1:] for key in keys), table, note
    )


def _cell(value: str | int | float | None) -> str:
    return "" if value is None else number(value, 2) if isinstance(value, float) else str(value)


def _progression(a: Analysis) -> Table:
    names = list(dict.fromkeys(row.name for entry in a.progress for row in entry.rows))
    rows = []
    for name in names:
        cells = [next((share_words(row) for row in entry.rows if row.name == name), "") for entry in a.progress]
        rows.append((name, *cells))
    columns = ("Patients with", *(f"{entry.score}, {entry.group} ({entry.patients})" for entry in a.progress))
    told = f"Change {a.progress[0].from_to}. " if a.progress else ""
    if a.detectable:
        d = a.detectable
        told += (
            f"SDC of {listed(d.readers)} in {d.patients} patients: {number(d.one, 2)} for one reader,"
            f" {number(d.mean, 2)} for their mean (80 %: {number(d.one_80, 2)} and {number(d.mean_80, 2)}). "
        )
    return Table(
        "progression", "Who progresses", columns, tuple(rows), told + "In brackets: 95 % intervals (shares: Wilson)."
    )


def _sensitivity(a: Analysis) -> Table:
    rows = []
    for how in a.sensitivity:
        try:
            score = with_missing(a.study, a.score, how)
        except ValueError as error:
            rows.append((how.value, "", "", "", "", str(error)))
            continue
        by = np.array([c.change for c in score_changes(a.study, score, (0, len(a.study.visits) - 1))])
        if len(by) > 1:
            numbers = (number(float(by.mean()), 2), number(float(by.std(ddof=1)), 2), number(float(np.median(by)), 2))
            rows.append(
                (
                    how.value,
                    str(len(by)),
                    *numbers,
                    f"{int(score.filled.sum())} visits imputed" if score.filled.any() else "",
                )
            )
    note = (
        f"Change of the {a.score.name} from {a.study.visits[0]} to {a.study.visits[-1]}. All but the first row are"
        " analyses of sensitivity."
    )
    return Table(
        "sensitivity_missing_visits",
        "Missing visits: analyses of sensitivity",
        ("Missing visits", "Patients", "Mean change", "SD", "Median", "Note"),
        tuple(rows),
        note,
    )


def _left_out(a: Analysis) -> Table:
    rows = [
        (" / ".join(c.readers), c.kind, out.patient, out.visit, out.why)
        for c in (*a.status, *a.changes)
        for out in c.not_counted
    ]
    return Table(
        "left_out", "SvH totals left out", ("Readers", "What", "Patient", "Visit", "Why"), tuple(rows), a.rule.words
    )


def _adjudication(a: Analysis) -> Table:
    rows = []
    for readers, result in a.judged:
        rate = "" if result.rate is None else f"{result.rate:.1%}"
        rows.append((" / ".join(readers), f"{result.called} of {result.patients} patients, {rate}", "", "", ""))
        rows += [
            ("", case.patient, case.visits, number(case.first, 1), number(case.second, 1)) for case in result.cases
        ]
    return Table(
        "adjudication",
        f"Changes {a.threshold:g} points or more apart, for a third reader",
        ("Readers", "Patient", "Change", "First", "Second"),
        tuple(rows),
    )
