"""What every report of a visit is made from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.model_reader.evidence import FilmReading, VisitReading
from core.radiograph.film import display_text
from core.report.source import SourceStudy
from core.svh import Cell

DRAFT = "Draft: not reviewed by a reader"


@dataclass(frozen=True)
class VisitReport:
    """One visit to be reported.

    `pixels` holds films [H, W] in [0, 1] by SHA-256; a film without pixels is reported without a picture. `made_on` is
    the date that stands in the report: the same state and date give the same bytes. `weights` is what `readings.json`
    states: the set and the digests of its files. `edited` holds the cells whose points are a person's. `visit_text` is
    the name and date of the visit as a person typed them, empty where nobody did. `source` is
    the study in an archive that the films came from: with it DICOM reports are an answer to that archive, under its
    patient and study, and point at its images.
    `reader` is who worked on it; `signed` the words of the signature of the case, empty for a draft, and
    `films_signed` those of each film.
    """

    visit: VisitReading
    made_on: date
    pixels: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    weights: Mapping[str, Any] = field(default_factory=dict)
    edited: frozenset[Cell] = frozenset()
    visit_text: str = ""
    reader: str = ""
    signed: str = ""
    films_signed: tuple[str, ...] = ()
    source: SourceStudy | None = None

    @property
    def patient(self) -> str:
        """The local pseudonym as one safe line of at most 64 characters; a backslash would split a DICOM value."""
        return display_text(self.visit.patient).replace("\\", "_")

    @property
    def status_line(self) -> str:
        """The signature, or that it is a draft."""
        return display_text(self.signed) or DRAFT

    @property
    def visit_date(self) -> str:
        """What was typed as name and date of the visit, as one safe line."""
        return display_text(self.visit_text)

    @property
    def weights_line(self) -> str:
        """The weight set, and eight characters of the digest of its files' digests."""
        files: Mapping[str, str] = self.weights.get("files", {})
        digest = hashlib.sha256("\n".join(f"{k} {v}" for k, v in sorted(files.items())).encode()).hexdigest()
        return f"{self.weights.get('set', 'none')} {digest[:8]}" if files else str(self.weights.get("set", "none"))

    def pictured(self) -> dict[str, tuple[FilmReading, ...]]:
        """The films with pixels, by SHA-256, with the readings of all limbs on each."""
        found: dict[str, tuple[FilmReading, ...]] = {}
        for film in self.visit.films:
            if film.sha256 in self.pixels:
                found[film.sha256] = (*found.get(film.sha256, ()), film)
        return found
