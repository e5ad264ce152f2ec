"""`python -m core evaluate --data NAME=FOLDER`.

The model reader on films that the user has, in the figures of the phantoms.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from core.cohort.anhui_films import anhui_films
from core.cohort.labelled_film import LabelledFilm
from core.cohort.own_films import OwnFilm
from core.cohort.ra2_films import ra2_films
from core.cohort.ram_films import ram_h1200_films, ram_w600_films
from core.evaluation.erosive_films import LABELS, erosive_figures, erosive_films, read_erosive
from core.evaluation.method_comparison import total_comparison
from core.evaluation.scores import CellPair, site_figures, total_figures
from core.evaluation.study import as_radiograph, pairs, read_one
from core.model_reader import ModelReader, Refusal, VisitReading
from core.radiograph import FilmError
from core.svh import Limb, Side

LAYOUTS: dict[str, Callable[[Path], Iterator[OwnFilm]]] = {
    "ra2": ra2_films,
    "ram-h1200": ram_h1200_films,
    "ram-w600": ram_w600_films,
    "anhui": anhui_films,
}
Tell = Callable[[str], None]


def parse_data(text: str) -> tuple[str, Path]:
    """Layout and folder of NAME=FOLDER.

    Raises: ValueError for a layout that is not there.
    """
    name, _, folder = text.partition("=")
    if name not in LAYOUTS or not folder:
        raise ValueError(f"--data takes NAME=FOLDER, where NAME is one of {', '.join(LAYOUTS)}; not {text!r}")
    return name, Path(folder)


def evaluate_own(name: str, folder: Path, *, reader: ModelReader, log: Tell = print) -> dict[str, Any]:
    """Figures of a reader on a data set: sites and totals where it has points, else totals against each of its readers.

    Comparisons with intervals and against readers take the first complete visit of each patient, so that no patient
    counts twice; sites and plain totals take every visit. A film that is refused or cannot be opened is told, counted,
    and left out of truth and points alike: read the errors of the totals beside `films_refused`. Raises: ValueError as
    the loaders do, and for a set without films.
    """
    if name == "ram-w600" and (folder / LABELS).is_file():
        figures = erosive_figures(read_erosive(reader, erosive_films(folder), log))
        for key, value in figures.items():
            log(f"{key}: {json.dumps(_defined(value))}")
        return {"data": name, "weights": reader.weights, "erosive_films": _defined(figures)}
    cells: list[CellPair] = []
    totals: dict[str, tuple[float, ...]] = {}  # by patient: the first visit with both hands
    visits: list[dict[str, Any]] = []
    films = refused = 0
    for (patient, visit), group in groupby(LAYOUTS[name](folder), key=lambda film: (film.patient, film.visit)):
        opened: list[tuple[OwnFilm, LabelledFilm]] = []
        mine: list[CellPair] = []
        own = list(group)
        for film in own:
            films += 1
            labelled = _open(film, log)
            if labelled is None:
                refused += 1
                continue
            opened.append((film, labelled))
            if film.reading is not None:
                reading = read_one(reader, labelled)
                if not reading.scored or reading.limb is not film.limb:
                    refused += 1
                    log(f"refused {film.path.name}: {reading.reason or 'it shows another limb'}")
                    continue
                mine += pairs(labelled, reading, f"{patient} {visit}")
        cells += mine
        row: dict[str, Any] = {"patient": patient, "visit": visit, "films": len(own)}
        if mine:
            row |= {"truth": sum(c.truth for c in mine), "points": sum(c.points for c in mine), "sites": len(mine)}
        if own[0].hand_totals:
            answer = _hands(reader, opened, patient)
            refused += sum(not film.scored for film in answer.films if film.code is not Refusal.DUPLICATE)
            row |= {"readers": list(own[0].hand_totals), "sum_over_joints": None}
            if len({film.side for film in answer.counted if film.limb is Limb.HAND}) == 2:
                hands = row["sum_over_joints"] = answer.reading.hands
                if hands is not None:
                    totals.setdefault(patient, (*own[0].hand_totals, float(hands)))
        visits.append(row)
    if not films:
        raise ValueError(f"the set in {folder.name} has no films")
    results: dict[str, Any] = {"data": name, "weights": reader.weights}
    results["own_films"] = {"visits": len(visits), "films": films, "films_refused": refused}
    if cells:
        results["own_sites"] = site_figures(cells)
    scored = [(row["truth"], row["points"]) for row in visits if "truth" in row]
    if len(scored) > 1:
        with np.errstate(invalid="ignore", divide="ignore"):  # totals that do not vary have no correlation
            results["own_totals"] = total_figures(cells)
    first = {row["patient"]: (row["truth"], row["points"]) for row in reversed(visits) if "truth" in row}
    if len(first) > 2:
        results["own_totals_with_intervals"] = total_comparison(*np.array(list(first.values()), float).T)
    results |= _against_readers(list(totals.values()))
    results = {key: _defined(value) for key, value in results.items()}
    for key, value in results.items():
        if isinstance(value, dict):
            log(f"{key}: {json.dumps(value)}")
    return results | {"own_visits": visits}


def _open(film: OwnFilm, log: Tell) -> LabelledFilm | None:
    try:
        pixels = film.pixels()
    except (FilmError, ValueError) as error:
        log(f"refused {film.path.name}: {error}")
        return None
    points = film.reading.points if film.reading else {}
    grades = {site: value for (_, site), value in points.items() if value is not None}
    return LabelledFilm(pixels, film.limb, film.side or Side.L, {}, grades, film.path.name, "own")


def _hands(reader: ModelReader, opened: Sequence[tuple[OwnFilm, LabelledFilm]], patient: str) -> VisitReading:
    radiographs = [as_radiograph(labelled) for _, labelled in opened]
    slots = {
        radiograph.sha256: (Limb.HAND, film.side)
        for radiograph, (film, _) in zip(radiographs, opened, strict=True)
        if film.side is not None
    }
    return reader.read_visit(radiographs, patient=patient, slots=slots)


def _against_readers(totals: Sequence[tuple[float, ...]]) -> dict[str, Any]:
    """The model's sum against each reader and their mean, the readers against each other; visits with both hands."""
    if len(totals) < 3:
        return {}
    first, second, joints = np.array(totals, float).T
    return {
        "reader_1_vs_reader_2": total_comparison(first, second),
        "sum_vs_reader_1": total_comparison(first, joints),
        "sum_vs_reader_2": total_comparison(second, joints),
        "sum_vs_mean": total_comparison((first + second) / 2, joints),
    }


def _defined(value: Any) -> Any:
    """None instead of NaN: JSON has none."""
    if isinstance(value, dict):
        return {key: _defined(one) for key, one in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value
