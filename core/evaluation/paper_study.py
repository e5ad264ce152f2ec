"""`python -m core evaluate study`: every trained system once over the study's test patients.

Figures as JSON, Markdown and SVG.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.checkpoint import WeightCard, read_card, write_card
from core.checkpoint.weight_file import FOLDER
from core.evaluation.detection import FoundFilm, detection_figures
from core.evaluation.method_comparison import total_comparison
from core.evaluation.paper_tables import SAMPLE_CASES
from core.evaluation.random_baseline import RandomBaseline
from core.evaluation.study_systems import Answer, Readings, Visit, paper_finder, read_films, trained_systems
from core.evaluation.study_tables import predicted_against_true, study_markdown
from core.evaluation.weighted_errors import severity_weights, weighted_mae, weighted_rmse
from core.model_reader import ModelReader
from core.model_reader.weight_sets import SCORERS
from core.phantom.study_cohort import StudyPatient, study_cohort
from core.svh import Cell, Damage, Limb, Reading

Figures = dict[str, Any]
# Test patients that DeepRA's detectors look at, the last ones: at their full size a foot takes some seconds on two
# cores. How the compact and DeepRA's networks look one after the other was settled on films of the first ones.
DETECTED = 30


def found_films(visit: Visit, readings: Readings) -> list[FoundFilm]:
    """Films with what a reader found on them."""
    return [FoundFilm(film, readings[key] if readings[key].limb else None) for key, film in visit.items()]


def target_cells(patient: StudyPatient) -> dict[Cell, float]:
    """Mean of the two readers' points of every cell."""
    first, second = patient.readers
    return {cell: ((first.points[cell] or 0) + (second.points[cell] or 0)) / 2 for cell in first.points}


def reader_figures(patients: Sequence[StudyPatient]) -> Figures:
    """Reader 2 against reader 1 on hand totals, with their means and spreads (Table 2 of the ResNet-Dwise50 paper)."""
    totals = np.array([[reader.hands for reader in p.readers] for p in patients], float)
    figures: Figures = dict(total_comparison(totals[:, 0], totals[:, 1]))
    for k in (0, 1):
        figures[f"mean_{k + 1}"] = round(float(totals[:, k].mean()), 2)
        figures[f"sd_{k + 1}"] = round(float(totals[:, k].std(ddof=1)), 2)
    return figures


def hand_figures(patients: Sequence[StudyPatient], estimates: NDArray[np.floating]) -> Figures:
    """An estimate of hand totals against the readers' mean, and against each reader alone."""
    figures: Figures = dict(total_comparison(np.array([p.target for p in patients]), estimates))
    for k in (0, 1):
        one = total_comparison(np.array([p.readers[k].hands for p in patients], float), estimates)
        figures[f"against_reader_{k + 1}"] = {key: one[key] for key in ("rho", "mae", "rmse", "bias", "limits", "p")}
    return figures


def weighted_figures(patients: Sequence[StudyPatient], cells: Sequence[Mapping[Cell, float]]) -> Figures:
    """The three errors of DeepRA's Table 3 with our weights; a cell that a system left out counts as 0 points."""
    truths = [target_cells(p) for p in patients]
    totals = np.array([sum(t.values()) for t in truths])
    found = np.array([sum(c.values()) for c in cells])
    figures: Figures = {"weighted_mae_total": round(weighted_mae(totals, found, severity_weights(totals)), 3)}
    for name, damage in (("jsn", Damage.JSN), ("erosion", Damage.EROSION)):
        pairs = [
            (value, c.get(cell, 0.0))
            for t, c in zip(truths, cells, strict=True)
            for cell, value in t.items()
            if cell[1].damage is damage
        ]
        truth, estimate = np.array(pairs).T
        figures[f"weighted_rmse_{name}"] = round(weighted_rmse(truth, estimate, severity_weights(truth)), 3)
    return figures


def random_answers(patients: Sequence[StudyPatient]) -> list[Answer]:
    """DeepRA's random baseline, drawn from the training patients as reader 1 scored them."""
    baseline = RandomBaseline([p.readers[0] for p in study_cohort("train")])
    answers = []
    for patient in patients:
        reading: Reading = baseline.draw(np.random.default_rng([8, patient.number]))
        answers.append(Answer(reading.hands or 0, {cell: float(v or 0) for cell, v in reading.points.items()}))
    return answers


def sample_cases(patients: Sequence[StudyPatient], estimates: NDArray[np.floating]) -> list[list[float]]:
    """Of four test patients: reader 1, reader 2, mean, network.

    They are those whose mean is nearest to the paper's cases (Table 6).
    """
    free = list(range(len(patients)))
    rows = []
    for _, _, wanted, _ in SAMPLE_CASES[: len(free)]:
        nearest = min(free, key=lambda n: abs(patients[n].target - wanted))
        free.remove(nearest)
        first, second = patients[nearest].readers
        rows.append(
            [first.hands or 0, second.hands or 0, patients[nearest].target, round(float(estimates[nearest]), 1)]
        )
    return rows


def evaluate_study(
    *,
    out: Path,
    folder: Path = FOLDER,
    limit: int | None = None,
    mm_per_px: float = 0.2,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Run every trained system once over the (first `limit`) test patients; writes `study.json`, `study.md`, figures.

    Raises: WeightsError if the compact set is not there or a file is damaged; ValueError with fewer than three
    patients.
    """
    patients = study_cohort("test")[:limit]
    if len(patients) < 3:
        raise ValueError("a study needs at least three patients")
    systems = trained_systems(folder)
    reader = ModelReader.open(folder=folder)
    answers: dict[str, list[Answer]] = {name: [] for name in systems}
    found: list[FoundFilm] = []
    finder = paper_finder(folder)
    paper_found: list[FoundFilm] = []

    def read(patient: StudyPatient) -> tuple[list[FoundFilm], list[FoundFilm], dict[str, Answer]]:
        visit = patient.films(mm_per_px=mm_per_px)
        readings = read_films(reader, visit)
        compact = found_films(visit, readings)
        paper = []
        if finder and any(patient is one for one in patients[-DETECTED:]):
            wanted = {key: film for key, film in visit.items() if key[0] in finder[1]}
            paper = found_films(wanted, read_films(finder[0], wanted))
        return compact, paper, {name: system(visit, readings) for name, system in systems.items()}

    with ThreadPoolExecutor(max(1, torch.get_num_threads())) as pool:
        for number, (compact, paper, given) in enumerate(pool.map(read, patients), start=1):
            found += compact
            paper_found += paper
            for name, answer in given.items():
                answers[name].append(answer)
            if number % 20 == 0 or number == len(patients):
                log(f"{number} of {len(patients)} patients")
    figures = figures_without_networks(patients)
    for limb in Limb:
        figures[f"compact_{limb.value.lower()}_parts"] = dict(detection_figures(found, limb))
        if finder and limb in finder[1]:
            seen = {**detection_figures(paper_found, limb), "patients": len(patients[-DETECTED:])}
            figures[f"paper_{limb.value.lower()}_parts"] = seen
    for name, of_patients in answers.items():
        figures[name] = hand_figures(patients, np.array([a.hands for a in of_patients]))
        if of_patients[0].cells:
            figures[name] |= weighted_figures(patients, [a.cells for a in of_patients])
        log(f"{name}: {json.dumps(figures[name])}")
    result: dict[str, Any] = {"patients": len(patients), "figures": figures}
    targets = np.array([p.target for p in patients])
    best = next(n for n in ("resnet_dwise50_large", "resnet_dwise50", "compact") if n in answers)
    shown = np.array([a.hands for a in answers[best]])
    result["figure_6"] = {"system": best, "true": targets.tolist(), "predicted": np.round(shown, 1).tolist()}
    result["table_6"] = {"system": best, "cases": sample_cases(patients, shown)}
    out.mkdir(parents=True, exist_ok=True)
    (out / "study.json").write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (out / "study.md").write_text(study_markdown(result, card_figures(cards_in(folder))), encoding="utf-8")
    (out / "figure_6.svg").write_text(predicted_against_true(targets, shown, best), encoding="utf-8")
    return result


def cards_in(folder: Path) -> list[WeightCard]:
    """Every weight card of a folder.

    Raises: WeightsError if one cannot be read.
    """
    return [read_card(path.stem, folder=folder) for path in sorted(folder.glob("*.json"))]


def card_figures(cards: Iterable[WeightCard]) -> dict[str, Figures]:
    """What the weight cards themselves say.

    Size, parameters, steps, seconds per epoch, best validation RMSE and r, figures of the study. Those of the study
    stand under the system that was measured, which for a set of scorers is the set.
    """
    figures: dict[str, Figures] = {}
    for card in cards:
        mine: Figures = {"input_px": f"{card.input_px[0]} x {card.input_px[1]}"}
        if "parameters" in card.training:
            mine["millions"] = round(card.training["parameters"] / 1e6, 2)
        if "seconds_per_epoch" in card.training:
            mine["seconds_per_epoch"] = card.training["seconds_per_epoch"]
        curve = card.training.get("curve", ())
        steps = curve[-1]["step"] if curve else card.training.get("loop", {}).get("steps")
        if steps is not None:
            mine["steps"] = steps
        checked = [line["validation_rmse"] for line in curve if "validation_rmse" in line]
        if checked:
            mine["validation_rmse"] = round(min(checked), 3)
        if followed := [line["validation_r"] for line in curve if "validation_r" in line]:
            mine["validation_r"] = round(max(followed), 3)
        figures[card.name] = mine
        if study := card.results.get("study"):
            whole = next((s for s in ("compact", "deepra", "densenet") if _part_of(card.name, s)), card.name)
            figures[whole] = {**figures.get(whole, {}), **study}
    return figures


def figures_without_networks(patients: Sequence[StudyPatient]) -> dict[str, Figures]:
    """The rows that need no weights: the two readers, and the random baseline."""
    answers = random_answers(patients)
    estimates = np.array([a.hands for a in answers])
    weighted = weighted_figures(patients, [a.cells for a in answers])
    return {"readers": reader_figures(patients), "random_baseline": hand_figures(patients, estimates) | weighted}


def fill_study_cards(result: Mapping[str, Any], *, folder: Path = FOLDER) -> None:
    """Keep each system's figures in its card (`results.study`); a set of networks keeps them in each of its cards."""
    for card in cards_in(folder):
        name = next((n for n in result["figures"] if card.name == n or _part_of(card.name, n)), None)
        if name is not None:
            study = {"patients": result["patients"], **result["figures"][name]}
            write_card(card.model_copy(update={"results": {**card.results, "study": study}}), folder=folder)


def _part_of(card: str, system: str) -> bool:
    """Whether a card is one of the networks of a system that is not named like its card."""
    weights = {"compact": "compact", "deepra": "paper", "densenet": "densenet"}.get(system)
    return weights is not None and card in SCORERS[weights]
