"""Files that were handed over at once as cases: one patient on one day each."""

from collections.abc import Sequence

from core.radiograph.archives import Entry
from core.radiograph.visits import VisitFiles, few, group_visits


def case_visits(entries: Sequence[Entry]) -> tuple[list[VisitFiles], list[str]]:
    """The cases among files that were handed over at once, and lines on what was joined.

    One case, unless DICOM files say that they are of several patients or days; then the visit with the most files is
    the first, and has what says nothing of itself.
    """
    visits, lines = group_visits(entries)
    told = [visit for visit in visits if any(entry.identity.tells for entry in visit.entries)]
    if len(told) < 2:
        return [VisitFiles(visits[0].name, tuple(entries))] if visits else [], lines
    first = max(told, key=lambda visit: len(visit.entries))
    others = [visit for visit in told if visit is not first]
    mine = tuple(entry for entry in entries if not any(entry in visit.entries for visit in others))
    return [VisitFiles(first.name, mine), *others], lines


def one_visit(entries: Sequence[Entry]) -> tuple[list[Entry], list[str]]:
    """Of the files that were handed over for one case its own, and lines on what was joined and left out."""
    visits, lines = case_visits(entries)
    if len(visits) < 2:
        return list(entries), lines
    first, *others = visits
    count = sum(len(visit.entries) for visit in others)
    words = f"A case is one patient on one day: it holds {len(first.entries)} files of {first.name}; "
    words += f"{count} of {few(visit.name for visit in others)} were left out. Send those by themselves."
    return list(first.entries), [*lines, words]
