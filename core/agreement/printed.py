"""The comparison as a person reads it in a terminal."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.agreement.adjudication import HIGH_RATE, THRESHOLD, adjudication
from core.agreement.compare import Comparison
from core.agreement.study import Study
from core.agreement.wording import WORDING, words

_GRADES = ("kappa_quadratic", "kappa_linear", "exact", "within_1", "positive_agreement")


def print_results(console: Console, study: Study, found: Sequence[Comparison], *, threshold: float = THRESHOLD) -> None:
    """Totals with every statistic, groups of joints with kappa, and the adjudication rate; names are printed as they are."""
    for change in (False, True):
        pairs = [c for c in found if c.change is change]
        if not pairs:
            continue
        kind = "Change from the first to the last visit" if change else "Status"
        console.print(_totals(kind, pairs))
        for c in pairs:
            if len(c.readers) == 2:
                console.print(_groups(kind, c))
    for c in found:
        if c.change and len(c.readers) == 2:
            result = adjudication(study, c.readers, threshold=threshold)
            rate = result.rate or 0.0
            note = ", more than the 20 % that regulators accept without question" if rate > HIGH_RATE else ""
            line = f"Adjudication, {' and '.join(c.readers)}: change differs by {threshold:g} points or more in "
            console.print(Text(line + f"{len(result.cases)} of {result.patients} patients ({rate:.0%}){note}."))


def _totals(kind: str, pairs: Sequence[Comparison]) -> Table:
    table = Table(title=Text(f"{kind}: SvH total, 95 % intervals from a bootstrap of patients"), title_justify="left")
    table.add_column("Statistic")
    for c in pairs:
        table.add_column(Text(f"{' - '.join(c.readers)}\n{c.patients} patients"), overflow="fold")
    table.add_column("Formula")
    for name, wording in WORDING.items():
        values = [c.of("total").estimates.get(name) for c in pairs]
        if any(values):
            row = [words(v, name) if v else "" for v in values]
            table.add_row(wording.title, *row, wording.formula)
    return table


def _groups(kind: str, c: Comparison) -> Table:
    table = Table(title=Text(f"{kind}: single cells by group, {' - '.join(c.readers)}"), title_justify="left")
    table.add_column("Part", no_wrap=True)
    for name in ("Cells", *(WORDING[name].title for name in _GRADES)):
        table.add_column(name)
    for part in c.sections:
        if part.section.level in ("total", "group"):
            kappa, *others = _GRADES
            row = [words(part.estimates[kappa], kappa)]
            row += [words(replace(part.estimates[name], low=None, high=None), name) for name in others]
            table.add_row(part.section.name, str(part.cells), *row)
    return table
