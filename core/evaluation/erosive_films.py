"""Films of which it is only known whether readers saw any erosion: how well the points tell the two kinds apart."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from core.cohort.own_films import film_in, read_text
from core.model_reader import FilmReading, ModelReader
from core.radiograph import FilmError, open_film
from core.svh import Damage, Limb, Side

LABELS = "labels.csv"
DRAWS = 2000


@dataclass(frozen=True)
class ErosiveFilm:
    """A row of the table: film, patient, whether readers saw erosion, and the side where the table has it."""

    path: Path
    patient: str
    erosive: bool
    side: Side | None


@dataclass(frozen=True)
class ErosiveReading:
    """A film with what the model gave it; `reading` is None for a film that was refused or shows no hand."""

    film: ErosiveFilm
    reading: FilmReading | None
    anatomy_side: Side | None = None

    def points(self, damage: Damage | None = None, *, unrounded: bool = False) -> float:
        """Sum over the scored sites: whole points, or the network's estimates."""
        cells = self.reading.cells if self.reading else ()
        mine = [c for c in cells if c.points is not None and damage in (None, c.site.damage)]
        return float(sum((c.estimate or 0.0) if unrounded else (c.points or 0) for c in mine))


def erosive_films(folder: Path) -> list[ErosiveFilm]:
    """The films of `labels.csv` (columns file, patient, erosive as 0 or 1, perhaps side as L or R).

    Raises: ValueError naming row and column for what cannot be used.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(folder / LABELS))))
    films = []
    for number, row in enumerate(rows, start=2):
        where = f"{LABELS}, row {number}"
        values = {
            (key or "").strip().lower(): (value or "").strip() for key, value in row.items() if isinstance(key, str)
        }
        if values.get("erosive") not in ("0", "1"):
            raise ValueError(f"{where}: erosive must be 0 or 1, not {values.get('erosive', '')!r}")
        if not values.get("patient"):
            raise ValueError(f"{where}: the patient is missing")
        side = values.get("side", "").upper()
        if side not in ("", "L", "R"):
            raise ValueError(f"{where}: side must be L, R or empty, not {side!r}")
        films.append(
            ErosiveFilm(
                film_in(folder, values.get("file", ""), where),
                values["patient"],
                values["erosive"] == "1",
                Side(side) if side else None,
            )
        )
    if not films:
        raise ValueError(f"{LABELS} has no films")
    return films


def read_erosive(
    reader: ModelReader, films: Sequence[ErosiveFilm], log: Callable[[str], None] = print
) -> list[ErosiveReading]:
    """Every film read without its name, so that the side comes from the picture alone."""
    found = []
    for film in films:
        reading = None
        try:
            readings = reader.read_film(open_film(film.path.read_bytes(), f"film{film.path.suffix}"))
            hands = [r for r in readings if r.scored and r.limb is Limb.HAND]
            reading = max(hands, key=lambda r: len(r.joints)) if hands else None
            if reading is None:
                log(f"refused {film.path.name}: {readings[0].reason or 'it shows another limb'}")
        except FilmError as error:
            log(f"refused {film.path.name}: {error.message}")
        found.append(ErosiveReading(film, reading, reading.side if reading else None))
    return found


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Chance that a positive value lies above a negative one, ties counting half; NaN without one of them.

    Source: Mann & Whitney 1947, doi:10.1214/aoms/1177730491.
    """
    if not len(positive) or not len(negative):
        return float("nan")
    ranks = rankdata(np.concatenate([positive, negative]))
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def auc_interval(
    values: NDArray[np.float64], erosive: NDArray[np.bool_], patients: Sequence[str]
) -> tuple[float, float]:
    """95 % interval of the AUC from a bootstrap of patients (seeded).

    NaN where fewer than ten draws show both kinds.
    """
    rng = np.random.default_rng(7)
    names = sorted(set(patients))
    of = {name: np.flatnonzero(np.array(patients) == name) for name in names}
    drawn = []
    for _ in range(DRAWS):
        rows = np.concatenate([of[name] for name in rng.choice(names, len(names))])
        drawn.append(auc(values[rows][erosive[rows]], values[rows][~erosive[rows]]))
    known = [value for value in drawn if np.isfinite(value)]
    if len(known) < 10:
        return float("nan"), float("nan")
    return float(np.quantile(known, 0.025)), float(np.quantile(known, 0.975))


def erosive_figures(readings: Sequence[ErosiveReading]) -> dict[str, Any]:
    """Films read and refused, sites a film, side right, mean points of both kinds, AUC of each sum with interval."""
    read = [r for r in readings if r.reading is not None]
    figures: dict[str, Any] = {"films": len(readings), "films_read": len(read)}
    if not read:
        return figures
    cells = [sum(c.scorable for c in r.reading.cells) for r in read if r.reading]
    sided = [r for r in read if r.film.side]
    erosive, patients = np.array([r.film.erosive for r in read]), [r.film.patient for r in read]
    figures |= {
        "patients": len(set(patients)), "erosive": int(erosive.sum()),
        "sites_scored": f"{min(cells)} to {max(cells)}",
        "side_right": f"{sum(r.anatomy_side is r.film.side for r in sided)} of {len(sided)}",
    }  # fmt: skip
    for name, damage in (("erosion", Damage.EROSION), ("jsn", Damage.JSN), ("both", None)):
        for kind, unrounded in (("points", False), ("estimates", True)):
            values = np.array([r.points(damage, unrounded=unrounded) for r in read])
            low, high = auc_interval(values, erosive, patients)
            figures[f"{name}_{kind}"] = {
                "auc": round(auc(values[erosive], values[~erosive]), 3), "auc_95": [round(low, 3), round(high, 3)],
                "mean_erosive": round(float(values[erosive].mean()), 2) if erosive.any() else None,
                "mean_not_erosive": round(float(values[~erosive].mean()), 2) if (~erosive).any() else None,
            }  # fmt: skip
    return figures
