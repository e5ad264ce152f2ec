"""Films of a plan into a study of the store, with the model's points, which nobody is told."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.batch import read_files
from core.model_reader import FilmReading, ModelReader
from core.radiograph import Radiograph, VisitFiles
from core.store import StoredVisit, Studies, Study
from core.studies.plan import PlannedVisit, StudyPlan
from core.svh import Limb


@dataclass(frozen=True)
class Imported:
    """The study with its films counted, and a line for every film that could not be taken."""

    study: Study
    films: int
    lines: tuple[str, ...]


def import_study(
    studies: Studies, plan: StudyPlan, reader: ModelReader, *, name: str, seed: int, who: str = ""
) -> Generator[tuple[str, float], None, Imported]:
    """Make the study and fill it visit by visit, telling the stage and the share done; no stage tells a score.

    An import that was cut off goes on when the same is imported again.

    Raises: StoreError as `Studies.create` does.
    """
    visits = [(visit.patient, visit.label, visit.position) for visit in plan.visits]
    study = studies.create(name, visits, seed=seed, who=who)
    stored = list(studies.visits(study).values())
    films, lines = 0, list(plan.lines)
    for number, (planned, visit) in enumerate(zip(plan.visits, stored, strict=True)):
        yield f"reading visit {number + 1} of {len(stored)}", number / len(stored)
        taken, said = _take(studies, visit, planned, reader)
        films += taken
        lines += said
    return Imported(study, films, tuple(lines))


def _take(studies: Studies, visit: StoredVisit, planned: PlannedVisit, reader: ModelReader) -> tuple[int, list[str]]:
    """Films of one visit into the store: how many, and what is to be said of the others. Points are never among it."""
    pixels: dict[str, NDArray[np.float32]] = {}
    spacing: dict[str, float | None] = {}

    def keep(number: int, film: Radiograph, readings: tuple[FilmReading, ...]) -> None:
        pixels[film.sha256], spacing[film.sha256] = film.pixels, film.spacing_mm

    where = f"{planned.patient}, {planned.label}"
    result = read_files(reader, VisitFiles(where, planned.entries), each=keep)
    said = [f"{where}: refused {error.where}: {error.message}" for error in result.refused]
    counted = result.visit.counted
    for film in result.films:
        if not film.scored:
            said.append(f"{where}: refused {film.file}: {film.reason}")
        elif film.side is None:
            said.append(f"{where}: {film.file} was left out: its side is not known. Name it …-LH, -RH, -LF or -RF.")
        elif film not in counted:
            said.append(f"{where}: {film.file} was left out: another film shows the same limb and side.")
    for film in counted:
        if film.limb is None or film.side is None:
            continue
        joints = {joint.name: (joint.x, joint.y) for joint in film.joints}
        studies.store.add_film(
            visit, pixels[film.sha256], limb=film.limb, side=film.side, joints=joints, spacing_mm=spacing[film.sha256]
        )
    if counted:
        cards = {card.name: card.sha256 for card in reader.cards}
        studies.store.record_model(visit, result.reading, cards=cards)
    missing = {limb for limb in Limb} - {film.limb for film in counted}
    said += [f"{where}: there is no film of a {limb.value.lower()}." for limb in Limb if limb in missing]
    return len(counted), said
