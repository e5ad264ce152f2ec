"""Which files are the films of one patient on one day: by what DICOM files say, by names, and by folders.

DICOM files belong together when they share patient and study, or patient and day, whatever their folders; of that only
salted hashes are known. Names as `UAB003-LH.jpg` go by patient and folder, all other pictures by folder.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.radiograph.archives import Entry
from core.radiograph.film import display_text
from core.radiograph.foreign_names import order, parts
from core.radiograph.name_hints import NameHints, name_hints, only_limb_words

# Folders that discs make: PA000001, ST000001, SE000001, a bare number, or a UID.
_MADE_BY_MACHINE = re.compile(
    r"(?!(19|20)[0-9]{2}([0-9]{2}){0,2}$)(dicom|images?|pat?|patient|st|stu|study|se|ser|sr|srs|series|s|im|img|cr|dx)?["
    r" _-]?[0-9]*|[0-9.]{16,}|[0-9a-f]{8,}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?P<word>(?:img|image|im|film|scan|bild|foto|photo|xray|xr|nr|no|pic|page)?[ _.-]*)(?P<number>[0-9]{1,3})",
    re.IGNORECASE,
)
_MAX_NUMBERED = 12
_MAX_NAMED = 6  # folders or names in one line


@dataclass(frozen=True)
class VisitFiles:
    """The files of one visit, under a name that no other visit of the run has."""

    name: str
    entries: tuple[Entry, ...]


def _place(folder: str) -> str:
    """A folder without the last parts that only name limb or side: hands/ and feet/ lie in one place."""
    path = parts(folder)
    while path and only_limb_words(path[-1]):
        path.pop()
    return "/".join(path)


def _numbered(hints: Sequence[tuple[Entry, NameHints]]) -> bool:
    """Whether 01-LH, 02-RH, 03-LF, 04-RF number the films of one visit: they run on, and no limb comes twice."""
    found = [_NUMBERED.fullmatch(hint.patient or "") for _, hint in hints]
    if not 2 <= len(found) <= _MAX_NUMBERED or not all(found):
        return False
    numbers = sorted(int(match["number"]) for match in found if match)
    limbs = {(hint.limb, hint.side) for _, hint in hints}
    words = {match["word"].lower() for match in found if match}
    runs = numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)
    return runs and len(limbs) == len(hints) and len(words) == 1


class _Groups:
    """Union of keys: files with a common key are one visit."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def find(self, key: Hashable) -> Hashable:
        while (above := self._parent.setdefault(key, key)) != key:
            key = above
        return key

    def join(self, keys: Sequence[Hashable]) -> None:
        for key in keys[1:]:
            self._parent[self.find(key)] = self.find(keys[0])


def _identity_keys(entry: Entry) -> list[Hashable]:
    who = entry.identity
    keys: list[Hashable] = []
    if who.study:
        keys.append(("study", who.patient, who.study))
    if who.patient and who.day:
        keys.append(("day", who.patient, who.day))
    return keys


def _keys(entries: Sequence[Entry]) -> tuple[list[list[Hashable]], list[str]]:
    """For each file the keys that it shares with its visit, and what is to be said of numbered names."""
    hints = [name_hints(entry.name) for entry in entries]
    by_folder: dict[str, list[tuple[Entry, NameHints]]] = {}
    for entry, hint in zip(entries, hints, strict=True):
        if hint.patient:
            by_folder.setdefault(entry.folder, []).append((entry, hint))
    numbered = {folder for folder, found in by_folder.items() if _numbered(found)}
    lines = []
    for folder in sorted(numbered, key=order):
        names = ", ".join(str(hint.patient) for _, hint in by_folder[folder])
        lines.append(f"{_shown(folder)}: {names} were taken as numbers of films, not of patients: one visit.")
    keys: list[list[Hashable]] = []
    for entry, hint in zip(entries, hints, strict=True):
        if hint.patient and entry.folder not in numbered:
            keys.append([("name", _place(entry.folder), hint.patient)])
        elif entry.folder in numbered:
            keys.append([("folder", _place(entry.folder))])
        else:
            keys.append(_identity_keys(entry) or [("folder", _place(entry.folder))])
    return keys, lines


def _shown(folder: str) -> str:
    return "/".join(display_text(part) for part in parts(folder)) or "The files"


def _label(entries: Sequence[Entry], folders: int = 1) -> str:
    """A name for a visit out of the last folders over all its files that a person named."""
    common: list[str] = []
    for step in zip(*(parts(entry.folder) for entry in entries), strict=False):
        if len(set(step)) > 1:
            break
        common.append(step[0])
    by_hand = [part for part in common if not _MADE_BY_MACHINE.fullmatch(part) and not only_limb_words(part)]
    return "/".join(display_text(part) for part in (by_hand or common[:1])[-folders:]) or "visit"


def group_visits(entries: Sequence[Entry]) -> tuple[list[VisitFiles], list[str]]:
    """The visits in the order of their first files, and a line for all that was joined or split against the folders.

    No two visits share a name; names come from file and folder names only, never from inside a file.
    """
    keys, lines = _keys(entries)
    groups = _Groups()
    for own in keys:
        groups.join(own)
    _adopt(entries, keys, groups)
    members: dict[Hashable, list[int]] = {}
    for number, own in enumerate(keys):
        members.setdefault(groups.find(own[0]), []).append(number)
    labels: list[tuple[str, str, list[int]]] = []
    for found in members.values():
        first = keys[found[0]][0]
        named = str(first[2]) if isinstance(first, tuple) and first[0] == "name" else ""
        labels.append((named or _label([entries[n] for n in found]), named, found))
    often = Counter(label for label, _, _ in labels)
    visits: list[VisitFiles] = []
    taken: set[str] = set()
    for label, named, found in labels:
        if named and often[label] > 1:
            where = _place(entries[found[0]].folder)
            label = f"{named} ({display_text((parts(where) or ['no folder'])[-1])})"
        elif often[label] > 1:
            label = _label([entries[n] for n in found], folders=2)
        name, number = label, 2
        while name in taken:
            name, number = f"{label} ({number})", number + 1
        taken.add(name)
        visits.append(VisitFiles(name, tuple(entries[n] for n in found)))
    return visits, [*lines, *_told(visits)]


def _adopt(entries: Sequence[Entry], keys: Sequence[list[Hashable]], groups: _Groups) -> None:
    """Files that say nothing join the one DICOM visit of their folder, if there is just one."""
    here: dict[str, set[Hashable]] = {}
    for entry, own in zip(entries, keys, strict=True):
        if isinstance(own[0], tuple) and own[0][0] in ("study", "day"):
            here.setdefault(_place(entry.folder), set()).add(groups.find(own[0]))
    for own in keys:
        if isinstance(own[0], tuple) and own[0][0] == "folder":
            found = here.get(str(own[0][1]), set())
            if len(found) == 1:
                groups.join([next(iter(found)), own[0]])


def _told(visits: Sequence[VisitFiles]) -> Iterator[str]:
    """A line a visit whose files lie in several folders, and one a folder with several visits by their tags."""
    folders: dict[str, list[VisitFiles]] = {}
    for visit in visits:
        held = list(dict.fromkeys(entry.folder for entry in visit.entries))
        if len(held) > 1:
            yield (
                f"{visit.name}: {len(visit.entries)} files of {len(held)} folders are one visit ({few(_tails(held))})."
            )
        people = {e.identity.patient for e in visit.entries if e.identity.patient}
        if len(people) > 1:
            yield (
                f"{visit.name}: its files name {len(people)} patients; the names of the files were followed. Check"
                " them."
            )
        for folder in held:
            if any(not name_hints(e.name).patient for e in visit.entries if e.folder == folder):
                folders.setdefault(folder, []).append(visit)
    yield from _places(visits)
    for folder, held_by in folders.items():
        if len(held_by) > 1:
            people = {e.identity.patient for visit in held_by for e in visit.entries if e.identity.patient}
            what = f"{len(people)} patients" if len(people) > 1 else "several studies or days"
            yield (
                f"{_shown(folder)}: its files are of {what}; they are {len(held_by)} visits"
                f" ({few(v.name for v in held_by)})."
            )


def _places(visits: Sequence[VisitFiles]) -> Iterator[str]:
    """A line a name whose files lie in several places.

    They are visits of their own, or other people of the same number.
    """
    by_name: dict[str, list[str]] = {}
    for visit in visits:
        named = name_hints(visit.entries[0].name).patient
        if named and visit.name != named:
            by_name.setdefault(named, []).append(visit.name)
    for named, names in by_name.items():
        if len(names) > 1:
            yield (
                f"{named}: films of this name lie in {len(names)} places; they are {len(names)} visits ({few(names)})."
            )


def _tails(folders: Sequence[str]) -> list[str]:
    """Folders without what all of them begin with."""
    split = [parts(folder) for folder in folders]
    same = 0
    while all(len(path) > same + 1 and path[same] == split[0][same] for path in split):
        same += 1
    return [_shown("/".join(path[same:])) for path in split]


def few(names: Iterable[str]) -> str:
    """Names in one line: the first of them, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - _MAX_NAMED} more" if len(listed) > _MAX_NAMED else ""
    return ", ".join(listed[:_MAX_NAMED]) + more
