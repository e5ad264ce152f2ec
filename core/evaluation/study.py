"""`python -m core evaluate`: every figure of a set of weights, printed, and written into its cards.

Test phantoms have seeds of their own; the real films are the validation split of the marked films and the unmarked
ones.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.checkpoint import read_card
from core.checkpoint.weight_file import FOLDER
from core.cohort.labelled_film import LabelledFilm, read_grey, unit
from core.cohort.marked_films import marked_films
from core.cohort.unmarked_films import unmarked_films
from core.evaluation.detection import FoundFilm, detection_figures
from core.evaluation.scores import CellPair, false_points, site_figures, total_figures
from core.model_reader import FilmReading, ModelReader
from core.model_reader.whole_hand import hand_films, open_hands_network
from core.phantom import phantom_visit, simulate_damage
from core.phantom.plate import place
from core.radiograph.film import Radiograph
from core.svh import SITES, Limb, Side
from core.whole_hand import WholeHandNetwork, WholeHandScorer

Pair = tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
TEST_SEED = 3_000_000
SIMULATIONS = 6


def as_radiograph(film: LabelledFilm) -> Radiograph:
    """A labelled film as the reader takes it."""
    digest = hashlib.sha256(film.pixels.tobytes()).hexdigest()
    pixels = np.clip(film.pixels, 0, 1).astype(np.float32)
    return Radiograph(pixels, film.film_id, digest, side_name=film.side)


def read_one(reader: ModelReader, film: LabelledFilm, *, force: bool = False) -> FilmReading:
    """The best reading of a film with one limb."""
    readings = reader.read_film(as_radiograph(film), force=force)
    return max(readings, key=lambda r: (r.scored, len(r.joints)))


def pairs(film: LabelledFilm, reading: FilmReading, patient: str) -> list[CellPair]:
    """The cells whose truth is known and that have points."""
    if reading.limb is not film.limb:
        return []
    return [
        CellPair(patient, film.limb, film.side, c.site, film.grades[c.site], c.points, c.low or 0.0, c.high or 0.0)
        for c in reading.cells
        if c.points is not None and c.site in film.grades
    ]


def evaluate(
    *, films_folder: Path | None, weights: str = "compact", patients: int = 100, log: Callable[[str], None] = print
) -> dict[str, Any]:
    """All figures of a set of weights; without the folder of real films only those of phantoms."""
    reader = ModelReader.open(weights)
    results: dict[str, Any] = {"weights": weights}

    def add(name: str, figures: dict[str, Any]) -> None:
        results[name] = figures
        log(f"{name}: {json.dumps(figures)}")

    _phantoms(reader, patients, add)
    if films_folder is not None:
        _real(reader, films_folder, add)
        _test_split(reader, films_folder, add)
    return results


def phantom_films(patients: int) -> Iterator[tuple[str, LabelledFilm]]:
    """The films of unseen phantom patients, with the patient's name."""
    for n in range(patients):
        for film in phantom_visit(TEST_SEED + n).values():
            yield f"P{n}", film


def _phantoms(reader: ModelReader, patients: int, add: Callable[[str, dict[str, Any]], None]) -> None:
    cells: list[CellPair] = []
    found: list[FoundFilm] = []
    refused = 0
    for n in range(patients):
        rng = np.random.default_rng([TEST_SEED, n])
        for (_limb, _side), film in phantom_visit(TEST_SEED + n).items():
            plate = place(rng, [film], longest_px=1800).films[0]
            reading = read_one(reader, plate)
            found.append(FoundFilm(plate, reading if reading.limb else None))
            direct = read_one(reader, film)
            refused += not direct.scored
            cells += pairs(film, direct, f"P{n}")
    add("phantom_parts_hand", detection_figures(found, Limb.HAND))
    add("phantom_parts_foot", detection_figures(found, Limb.FOOT))
    add("phantom_sites", site_figures(cells) | {"films": 4 * patients, "films_refused": refused})
    add("phantom_totals", total_figures(cells))


def _real(reader: ModelReader, folder: Path, add: Callable[[str, dict[str, Any]], None]) -> None:
    large = marked_films(folder, split="validation", small=False)
    small = marked_films(folder, split="validation", small=True)
    found = [FoundFilm(film, read_one(reader, film)) for film in (*large, *small)]
    accepted = [f.reading is not None and f.reading.scored and f.reading.limb is f.film.limb for f in found]
    add("real_parts_hand", detection_figures(found, Limb.HAND))
    add("real_parts_foot", detection_figures(found, Limb.FOOT))
    zeros = [pair for film in large for pair in pairs(film, read_one(reader, film, force=True), film.film_id)]
    add("real_false_points", false_points(zeros))
    add("small_plate_false_points", _small_plates(reader, folder))
    simulated = list(simulated_films(large))
    if reader.weights == "compact":  # its networks find the hands for the whole-hand networks of every set
        plates = [*small, *(_unmarked(path) for path in unmarked_films(folder, "hand", held_out=True))]
        add("whole_hand_real", whole_hand_figures(reader, _whole_hand_networks(), large, plates, simulated))
    add("simulated_sites", site_figures(simulated_cells(reader, simulated)))
    train = [*marked_films(folder, split="train", small=False), *marked_films(folder, split="train", small=True)]
    accepted_train = [read_one(reader, film).scored for film in train]
    figures: dict[str, Any] = {
        "validation_films_accepted": f"{sum(accepted)} of {len(accepted)}",
        "training_films_accepted": f"{sum(accepted_train)} of {len(accepted_train)}",
    }
    for kind, held_out in (
        ("knee", True),
        ("knee", False),
        ("hip_shoulder", True),
        ("hip_shoulder", False),
        ("other", True),
    ):
        names = unmarked_films(folder, kind, held_out=held_out)
        refused = [not _read_path(reader, path).scored for path in names]
        key = f"{kind}_refused" + ("" if held_out else "_seen_in_training")
        figures[key] = f"{sum(refused)} of {len(refused)}"
    add("gate", figures)


def _test_split(reader: ModelReader, folder: Path, add: Callable[[str, dict[str, Any]], None]) -> None:
    """The films that no training and no choice has seen: parts, points given to undamaged joints, simulated damage."""
    large, small = (marked_films(folder, split="test", small=small) for small in (False, True))
    found = [FoundFilm(film, read_one(reader, film)) for film in (*large, *small)]
    for limb in Limb:
        add(f"test_parts_{limb.value.lower()}", detection_figures(found, limb))
    zeros = [pair for film in large for pair in pairs(film, read_one(reader, film, force=True), film.film_id)]
    add("test_false_points", false_points(zeros))
    add("test_simulated_sites", site_figures(simulated_cells(reader, list(simulated_films(large)))))


def simulated_cells(reader: ModelReader, films: Sequence[LabelledFilm]) -> list[CellPair]:
    """The cells of films with simulated damage, each film as a patient of its own."""
    return [
        pair
        for n, film in enumerate(films)
        for pair in pairs(film, read_one(reader, film, force=True), f"{film.film_id} {n}")
    ]


def _whole_hand_networks() -> dict[str, WholeHandScorer]:
    """Every whole-hand network that has its file, by name."""
    cards = [read_card(path.stem) for path in sorted(FOLDER.glob("*.safetensors"))]
    names = [card.name for card in cards if card.architecture == WholeHandNetwork.__name__]
    return {name: open_hands_network(name, torch.device("cpu"))[0] for name in names}


def whole_hand_figures(
    reader: ModelReader,
    networks: Mapping[str, WholeHandScorer],
    large: Sequence[LabelledFilm],
    small: Sequence[LabelledFilm],
    painted: Sequence[LabelledFilm],
) -> dict[str, dict[str, Any]]:
    """Points of whole-hand networks, by name, for single real hands that `reader` finds; feet are left out.

    `large` and `small` plates are undamaged; `painted` ones have simulated damage, whose points are known.
    """
    found: dict[str, list[tuple[Pair, int]]] = {"large": [], "small": [], "painted": []}
    for kind, films in (("large", large), ("small", small), ("painted", painted)):
        for film in films:
            radiograph = as_radiograph(film)
            visit = reader.read_visit([radiograph], patient=film.film_id)
            pair = hand_films(visit, {radiograph.sha256: radiograph.pixels})
            if film.limb is Limb.HAND and any(hand is not None for hand in pair):
                found[kind].append((pair, sum(film.grades.values())))
    return {name: _hands_figures(network, found) for name, network in networks.items()}


def _hands_figures(network: WholeHandScorer, found: Mapping[str, Sequence[tuple[Pair, int]]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for kind, hands in found.items():
        scores = [network.score([pair])[0] for pair, _ in hands]
        estimates, truths = np.array([s.estimate for s in scores]), np.array([truth for _, truth in hands])
        held = [s.low <= truth <= s.high for s, truth in zip(scores, truths, strict=True)]
        if kind == "painted" and len(hands) > 2:
            r = round(float(np.corrcoef(estimates, truths)[0, 1]), 3) if estimates.std() * truths.std() else None
            figures |= {
                "painted_r": r,  # none where the network gives every hand the same
                "painted_rmse": round(float(np.sqrt(np.mean((estimates - truths) ** 2))), 1),
                "painted_interval_holds_truth": round(float(np.mean(held)), 3), "painted_hands": len(hands),
            }  # fmt: skip
        elif kind != "painted" and hands:
            figures |= {
                f"{kind}_mean": round(float(estimates.mean()), 1), f"{kind}_worst": round(float(estimates.max()), 1),
                f"{kind}_interval_holds_0": round(float(np.mean(held)), 3), f"{kind}_hands": len(hands),
            }  # fmt: skip
    return figures


def _small_plates(reader: ModelReader, folder: Path) -> dict[str, float]:
    """Points given to unmarked, undamaged films of about a millimetre a pixel that no training saw, a film."""
    figures: dict[str, float] = {}
    for limb in Limb:
        readings = [_read_path(reader, path) for path in unmarked_films(folder, limb.value.lower(), held_out=True)]
        sums = [points for r in readings if (points := r.points()) is not None]
        figures[f"{limb.value.lower()}_mean"] = round(float(np.mean(sums)), 2)
        figures[f"{limb.value.lower()}_median"] = float(np.median(sums))
        figures[f"{limb.value.lower()}_films"] = len(sums)
    return figures


def simulated_films(films: Sequence[LabelledFilm]) -> Iterator[LabelledFilm]:
    """Real films with damage: half of the sites untouched, the other grades even."""
    for number, film in enumerate(films):
        for n in range(SIMULATIONS):
            rng = np.random.default_rng([9_000_000, number, n])
            grades = {
                s: int(rng.integers(1, s.maximum + 1)) if rng.random() < 0.5 else 0
                for s in SITES[film.limb]
                if s in film.grades
            }
            if grades:
                yield replace(simulate_damage(rng, film, grades), film_id=film.film_id)


def _unmarked(path: Path) -> LabelledFilm:
    return LabelledFilm(unit(read_grey(path)), Limb.HAND, Side.L, {}, {}, path.stem, "fracatlas")


def _read_path(reader: ModelReader, path: Path) -> FilmReading:
    return read_one(reader, _unmarked(path))
