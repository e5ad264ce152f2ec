"""A study out of an archive, scored, with the objects that answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pydicom
from numpy.typing import NDArray

from core.batch import VisitResult, read_files
from core.model_reader import FilmReading, ModelReader
from core.pacs.kinds import MAX_BYTES
from core.radiograph import Radiograph, VisitFiles, expand
from core.report import VisitReport, structured_report
from core.report.source import SourceStudy


@dataclass(frozen=True)
class ScoredStudy:
    """What was read, under a running name, and the answer: report, then captures. Without one `why` says the reason."""

    result: VisitResult
    answer: tuple[pydicom.Dataset, ...]
    why: str = ""


def score_study(reader: ModelReader, files: Sequence[bytes], *, name: str, made_on: date) -> ScoredStudy:
    """Read the films of one study. Of what the files say of a person only the answer knows."""
    entries, left_out = expand([(f"film{number}.dcm", data) for number, data in enumerate(files, start=1)])
    pixels: dict[str, NDArray[np.float32]] = {}

    def keep(number: int, film: Radiograph, readings: tuple[FilmReading, ...]) -> None:
        if sum(held.nbytes for held in pixels.values()) + film.pixels.nbytes <= 2 * MAX_BYTES:
            pixels[film.sha256] = film.pixels

    result = read_files(reader, VisitFiles(name, tuple(entries)), each=keep)
    result = VisitResult(result.visit, (*left_out, *result.refused))
    weights = {"set": reader.weights, "files": {card.name: card.sha256 for card in reader.cards}}
    if not result.visit.counted:
        return ScoredStudy(result, (), "none of its films was scored with a known side")
    try:
        report = VisitReport(result.visit, made_on, pixels, weights, source=SourceStudy.of(files))
        made, captures = structured_report(report)
    except ValueError as error:
        return ScoredStudy(result, (), str(error))
    return ScoredStudy(result, (made, *captures.values()))
