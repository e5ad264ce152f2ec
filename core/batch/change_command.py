"""The `change` command: how the joint spaces of a patient changed between two visits, as files."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from core.batch.journal import write_whole
from core.batch.read import read_files
from core.batch.run import CannotRun, check
from core.batch.work import reader_of
from core.model_reader import FilmReading, ModelReader
from core.model_reader.space_changes import ReadRadiograph, visit_changes
from core.radiograph import Radiograph, expand, group_visits
from core.report import TwoVisits, changes_csv, changes_json, changes_pdf

STEM = "joint_space_changes"


def change_into(first: Path, later: Path, out: Path, *, weights: str, device: str, log: Callable[[str], None]) -> None:
    """Read the films under two paths, one visit each, and write how every joint space changed into `out`.

    Raises: CannotRun, WeightsError, ValueError.
    """
    check([first, later], out)
    reader = reader_of(weights, device)
    visits = [_films(reader, path, log) for path in (first, later)]
    changes = visit_changes(*(films for _, films in visits))
    if not changes:
        raise CannotRun("no limb was scored on both sides. Name two visits of one patient with films of the same limb.")
    found = TwoVisits(visits[0][0], first.name, later.name, changes)
    files = {"json": changes_json(found).encode(), "csv": changes_csv(found).encode()}
    files["pdf"] = changes_pdf(found, date.today())
    for ending, data in files.items():
        write_whole(out / f"{STEM}.{ending}", iter([data]))
    for c in changes:
        log(f"{c.side} {c.limb.lower()} {c.change.joint}: {c.change.words}")


def _films(reader: ModelReader, path: Path, log: Callable[[str], None]) -> tuple[str, list[ReadRadiograph]]:
    """The name of the one visit under a path, and its films as they were read; files that are none are told."""
    entries, left_out = expand([path])
    groups, _ = group_visits(entries)
    if len(groups) != 1:
        raise CannotRun(f"{path.name} holds {len(groups)} visits. Name a folder with the films of one visit.")
    kept: list[ReadRadiograph] = []

    def keep(number: int, film: Radiograph, readings: tuple[FilmReading, ...]) -> None:
        kept.extend(ReadRadiograph(reading, film) for reading in readings)

    result = read_files(reader, groups[0], each=keep)
    for error in (*left_out, *result.refused):
        log(str(error))
    for film in (film for film in result.films if not film.scored):
        log(f"{film.file}: {film.reason}")
    return groups[0].name, kept
