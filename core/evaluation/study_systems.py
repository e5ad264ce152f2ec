"""Every trained system of the papers on one patient of the study: its hand total, and its points where it gives any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from core.anatomy.pose import fit_pose
from core.checkpoint import WeightCard, WeightsError, open_weights, read_card, weights_there
from core.checkpoint.weight_file import FOLDER
from core.cohort.labelled_film import LabelledFilm
from core.evaluation.paper_tables import TABLES
from core.evaluation.study import read_one
from core.joint_scoring.film_network import FilmNetwork, FilmSettings, letterbox
from core.joint_scoring.scorer import LimbJoints
from core.model_reader import FilmReading, ModelReader
from core.model_reader.opening import open_detector, open_scorer, settings_of
from core.model_reader.quality_check import QualityCheck
from core.model_reader.weight_sets import SCORERS, parts_name
from core.model_reader.whole_hand import open_hands_network
from core.svh import SITES, Cell, Limb, Side

Visit = Mapping[tuple[Limb, Side], LabelledFilm]
Readings = Mapping[tuple[Limb, Side], FilmReading]


@dataclass(frozen=True)
class Answer:
    """What a system says of a patient.

    Total of both hands, and unrounded points of cells (none from a whole-hand network).
    """

    hands: float
    cells: Mapping[Cell, float]


System = Callable[[Visit, Readings], Answer]


def _hand_total(cells: Mapping[Cell, float]) -> float:
    return sum(points for (_, site), points in cells.items() if site.limb is Limb.HAND)


def _whole_hand(card: WeightCard, folder: Path, device: torch.device) -> System:
    scorer, _ = open_hands_network(card.name, device, folder=folder)

    def answer(visit: Visit, _: Readings) -> Answer:
        pair = (visit[(Limb.HAND, Side.L)].pixels, visit[(Limb.HAND, Side.R)].pixels)
        return Answer(scorer.score([pair])[0].estimate, {})

    return answer


def _whole_film(card: WeightCard, folder: Path, device: torch.device) -> System:
    network = FilmNetwork(FilmSettings(**settings_of(card)))
    open_weights(network, card, folder=folder)
    network.eval().to(device)

    @torch.inference_mode()
    def answer(visit: Visit, _: Readings) -> Answer:
        cells: dict[Cell, float] = {}
        for (limb, side), film in visit.items():
            square = letterbox(film.pixels, side, network.settings.side_px)
            shares = network(torch.from_numpy(square)[None, None].to(device), limb)
            points = network.points(shares, limb)[0].float().cpu().tolist()
            cells |= {(side, site): value for site, value in zip(SITES[limb], points, strict=True)}
        return Answer(_hand_total(cells), cells)

    return answer


def _parts(weights: str, folder: Path, device: torch.device) -> System:
    scorer, _ = open_scorer(weights, device.type, folder=folder)

    def answer(visit: Visit, readings: Readings) -> Answer:
        cells: dict[Cell, float] = {}
        for (limb, side), film in visit.items():
            joints = {joint.name: (joint.x, joint.y) for joint in readings[(limb, side)].joints}
            if readings[(limb, side)].limb is not limb or len(joints) < 3:
                continue  # not found: its sites stay without points and count as 0, as in the challenge
            place = LimbJoints(film.pixels, limb, joints, fit_pose(limb, joints))
            cells |= {(side, site): points for site, points in scorer.estimate([place])[0].items()}
        return Answer(_hand_total(cells), cells)

    return answer


def _compact(_: Visit, readings: Readings) -> Answer:
    cells = {
        (side, cell.site): float(cell.points)
        for (limb, side), reading in readings.items()
        if reading.limb is limb
        for cell in reading.cells
        if cell.points is not None
    }
    return Answer(_hand_total(cells), cells)


def trained_systems(folder: Path = FOLDER, *, device: str = "auto") -> dict[str, System]:
    """Every system of the papers' tables whose cards and weight files are in `folder`, by name, and the compact set.

    Raises: WeightsError if a weight file is damaged.
    """
    chosen = torch.device(
        "cuda" if device == "auto" and torch.cuda.is_available() else "cpu" if device == "auto" else device
    )
    systems: dict[str, System] = {"compact": _compact}
    for name, weights in (("deepra", "paper"), ("densenet", "densenet")):
        if all(weights_there(network, folder=folder) for network in SCORERS[weights]):
            systems[name] = _parts(weights, folder, chosen)
    makers = {"WholeHandNetwork": _whole_hand, "FilmNetwork": _whole_film}
    for name in dict.fromkeys(row.system for table in TABLES for row in table.rows):
        if not weights_there(name, folder=folder):
            continue
        card = read_card(name, folder=folder)
        if card.architecture in makers:
            try:
                systems[name] = makers[card.architecture](card, folder, chosen)
            except (ValueError, TypeError) as error:
                raise WeightsError(
                    "weights_damaged", f"The card of {name} does not fit its network: {error}."
                ) from error
    return systems


def paper_finder(folder: Path = FOLDER, *, device: str = "cpu") -> tuple[ModelReader, set[Limb]] | None:
    """A reader that finds as the paper set does and scores with the compact scorer.

    With it the limbs of which DeepRA's detector is there.

    None where neither is. Raises: WeightsError if a file is damaged.
    """
    trained = {limb for limb in Limb if parts_name("paper", limb, folder).startswith("paper")}
    if not trained:
        return None
    detector, cards = open_detector("paper", device, folder=folder)
    scorer, _ = open_scorer("compact", device, folder=folder)
    return ModelReader(detector, scorer, QualityCheck.from_card(cards[0].calibration), cards, "paper"), trained


def read_films(reader: ModelReader, visit: Visit) -> dict[tuple[Limb, Side], FilmReading]:
    """What the compact set finds on each film: the joints that DeepRA's crops are cut at, and its own points."""
    return {key: read_one(reader, film) for key, film in visit.items()}
