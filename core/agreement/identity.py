"""Patients, visits and readers that may be one written in two ways: named, never joined."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.agreement.study import Study


@dataclass(frozen=True)
class Lone:
    """A patient or a visit that `reader` alone read.

    `meant` is another name that may be the same, "" if none is near.
    """

    kind: str
    name: str
    reader: str
    meant: str


def lone_names(study: Study) -> list[Lone]:
    """Patients and visits of one reader alone, in a study of at least two readers."""
    readers = study.first_readings
    if len(readers) < 2:
        return []
    found = []
    for kind, of in (("patient", 1), ("visit", 2)):
        read_by: dict[str, set[str]] = {}
        for key in study.readings:
            read_by.setdefault(key[of], set()).add(study.rereads.get(key[0], key[0]))
        if kind == "visit" and len(read_by) > 2 * max(1, len(study.visits)):
            continue  # every patient has own dates, which several readers share by patient only
        for name, who in read_by.items():
            if len(who) == 1:
                near = [
                    other for other, others in read_by.items() if other != name and _same(name, other) and others != who
                ]
                found.append(Lone(kind, name, next(iter(who)), near[0] if near else ""))
    return found


def doubts(study: Study, notes: Iterable[str] = ()) -> list[str]:
    """Sentences on names that a reader of the figures has to look at; `notes` of the tables come first."""
    told = list(notes)
    alike = [(a, b) for n, a in enumerate(study.readers) for b in study.readers[n + 1 :] if _same(a, b)]
    told += [f"Readers {a} and {b} are counted as two: are they one?" for a, b in alike]
    lone = lone_names(study)
    for kind in ("patient", "visit"):
        for reader in dict.fromkeys(each.reader for each in lone if each.kind == kind):
            told += _sentences(kind, reader, [each for each in lone if (each.kind, each.reader) == (kind, reader)])
    return told


def _sentences(kind: str, reader: str, mine: Sequence[Lone]) -> list[str]:
    near = [each for each in mine if each.meant]
    told = [
        f"{kind.capitalize()} {each.name} was read by {reader} alone; did you mean {each.meant}?" for each in near[:20]
    ]
    far = [each.name for each in mine if not each.meant]
    if far:
        names = ", ".join(far[:10]) + (f" and {len(far) - 10} more" if far[10:] else "")
        verb = "was" if len(far) == 1 else "were"
        told.append(f"{kind.capitalize()}{'s' * (len(far) != 1)} {names} {verb} read by {reader} alone.")
    return told


def _same(one: str, other: str) -> bool:
    """Whether names differ in case, blanks, marks and leading zeros only."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", name.casefold()))
