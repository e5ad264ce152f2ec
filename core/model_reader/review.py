"""Who looked at a film or a case, and whether it is still what that person saw."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.model_reader.evidence import FilmReading


class CaseStatus(StrEnum):
    """How far a case has come."""

    NEW = "new"  # films without a score
    SCORED = "scored"  # a draft
    REVIEWED = "reviewed"  # signed, and not changed since


@dataclass(frozen=True)
class Review:
    """A signature: it holds while the digest `state` is that of what is on the screen."""

    name: str
    on: date
    state: str

    @property
    def words(self) -> str:
        """`Reviewed by A. Bee on 2026-03-02`."""
        return f"Reviewed by {self.name} on {self.on.isoformat()}"


def digest_of(films: Sequence[FilmReading], *labels: str) -> str:
    """A digest of what a signature stands for: limb, side and points of the films, and the labels of the case."""
    rows = [
        [f.sha256, f.region, f.status, f.limb, f.side, f.side_open, sorted((c.site.suffix, c.points) for c in f.cells)]
        for f in films
    ]
    text = json.dumps([labels, rows], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
