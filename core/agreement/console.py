"""The comparison as a person reads it in a terminal."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.agreement.adjudication import HIGH_RATE, THRESHOLD, adjudication
from core.agreement.comparison import Comparison
from core.agreement.identity import doubts
from core.agreement.study import Study
from core.agreement.study_score import StudyScore, score_words
from core.agreement.wording import INTERVALS, WORDING, f_words, words
from core.svh.words import how_many

_GRADES = ("kappa_quadratic", "ac2", "exact", "within_1", "positive_agreement")
_MAX_LINES = 12


def print_results(
    console: Console,
    study: Study,
    found: Sequence[Comparison],
    *,
    by_visit: Sequence[Comparison] = (),
    threshold: float = THRESHOLD,
    notes: Sequence[str] = (),
    adjudicated: StudyScore | None = None,
) -> None:
    """Totals with every statistic, groups of joints with kappa, what is left out, and the adjudication rate."""
    for sentence in doubts(study, notes):
        console.print(Text(f"Look at the names: {sentence}", style="bold"))
    status = [c for c in found if not c.change]
    for kind, same in groupby([*status, *by_visit, *(c for c in found if c.change)], key=lambda c: c.kind):
        pairs = list(same)
        console.print(_totals(kind[0].upper() + kind[1:], pairs))
        for c in pairs:
            if len(c.readers) == 2 and (c.change or not (c.visit and by_visit)):
                console.print(_groups(kind[0].upper() + kind[1:], c))
            _print_left_out(console, c)
    for c in found:
        if c.change and len(c.readers) == 2:
            result = adjudication(study, c.readers, threshold=threshold, rule=c.rule)
            rate = result.rate or 0.0
            note = ", more than the 20 % that regulators accept without question" if rate > HIGH_RATE else ""
            line = f"Adjudication, {' and '.join(c.readers)}: change differs by {threshold:g} points or more in "
            console.print(Text(line + f"{result.called} of {result.patients} patients ({rate:.0%}){note}."))
            for case in result.cases[:_MAX_LINES]:
                console.print(Text(f"  {case.patient}, {case.visits}: {case.first:+g} and {case.second:+g}"))
    if adjudicated:
        console.print(Text(f"Score of the study, {adjudicated.name}: {score_words(study, adjudicated)}."))
    if found:
        console.print(Text(found[0].rule.words))
    console.print(Text(f"Intervals: {INTERVALS}."))


def _print_left_out(console: Console, c: Comparison) -> None:
    """The totals that do not count, by patient and visit."""
    if not c.not_counted:
        return
    n = len(c.not_counted)
    console.print(Text(f"{' - '.join(c.readers)}: {n} SvH total{'s' * (n != 1)} left out ({c.kind})."))
    for out in c.not_counted[:_MAX_LINES]:
        console.print(Text(f"  {out.patient}{', ' * bool(out.visit)}{out.visit}: {out.why}"))
    if n > _MAX_LINES:
        console.print(Text(f"  and {n - _MAX_LINES} more; all of them are in the JSON"))


def _totals(kind: str, pairs: Sequence[Comparison]) -> Table:
    cells = {c.cells_of_study for c in pairs}
    of = f" of {how_many(min(cells), 'cell')}" if len(cells) == 1 and 0 < min(cells) < 86 else ""
    table = Table(title=Text(f"{kind}: SvH total{of}, with 95 % intervals"), title_justify="left")
    table.add_column("Statistic")
    for c in pairs:
        total = c.of("total")
        size = f"{how_many(total.patients, 'patient')}, {how_many(total.observations, 'total')}"
        table.add_column(Text(f"{' - '.join(c.readers)}\n{size}"), overflow="fold")
    table.add_column("Formula")
    for name, wording in WORDING.items():
        values = [c.of("total").estimates.get(name) for c in pairs]
        if any(values):
            table.add_row(wording.title, *(words(v, name) if v else "" for v in values), wording.formula)
            by_f = [f_words(v, name) if v else "" for v in values]
            if any(by_f):
                table.add_row(f"{wording.title}, F interval", *by_f, "these readers or readers like them")
    return table


def _groups(kind: str, c: Comparison) -> Table:
    table = Table(title=Text(f"{kind}: single cells by group, {' - '.join(c.readers)}"), title_justify="left")
    table.add_column("Part", no_wrap=True)
    for name in ("Cells", *(WORDING[name].title for name in _GRADES)):
        table.add_column(name)
    for part in c.sections:
        if part.section.level in ("total", "group") and part.cells:
            kappa, *others = _GRADES
            row = [words(part.estimates[kappa], kappa)]
            row += [words(replace(part.estimates[name], low=None, high=None), name) for name in others]
            table.add_row(part.section.name, str(part.cells), *row)
    return table
