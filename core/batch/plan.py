"""What a run has to do: its visits, each with a key that changes when anything changes that its result depends on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from core.radiograph import FilmError, VisitFiles, expand, group_visits
from core.report.file_names import NewNames


class Overlays(StrEnum):
    """Which films get an overlay picture."""

    all = "all"
    scored = "scored"
    none = "none"


@dataclass(frozen=True)
class Settings:
    """How films are read; `digests` are those of the weight files by name."""

    weights: str = "compact"
    device: str = "auto"
    force: bool = False
    overlays: Overlays = Overlays.all
    digests: tuple[tuple[str, str], ...] = ()

    @property
    def described(self) -> Mapping[str, object]:
        """What stands in `readings.json`."""
        return {"set": self.weights, "files": dict(self.digests)}


@dataclass(frozen=True)
class PlannedVisit:
    """A visit with its key and the file names of its overlay pictures, one a file."""

    key: str
    files: VisitFiles
    overlays: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that a run does, in the order in which it stands in the result."""

    visits: tuple[PlannedVisit, ...]
    lines: tuple[str, ...]
    left_out: tuple[FilmError, ...]


@cache
def _program() -> str:
    """A digest of the program itself: after an update a run begins anew."""
    whole = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()


def make_plan(paths: Sequence[Path], settings: Settings, *, without: Path | None = None) -> Plan:
    """Look at the files and group them; `without` is a folder that is not looked into (where results are written)."""
    entries, left_out = expand(paths, without=without)
    visits, lines = group_visits(entries)
    names = NewNames()
    planned = []
    for files in visits:
        overlays = tuple(names.new(_overlay_name(files.name, entry.name), ".overlay.png") for entry in files.entries)
        facts = [(entry.folder, entry.name, entry.stamp) for entry in files.entries]
        how = [settings.weights, settings.digests, settings.force, settings.overlays, _program()]
        text = json.dumps([files.name, facts, overlays, how])
        planned.append(PlannedVisit(hashlib.sha256(text.encode()).hexdigest(), files, overlays))
    return Plan(tuple(planned), tuple(lines), tuple(left_out))


def _overlay_name(visit: str, file: str) -> str:
    return file if file.startswith(visit) else f"{visit}_{file}"
