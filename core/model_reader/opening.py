"""From the weight cards of a set to its networks."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from core.checkpoint import WeightCard, WeightsError, open_weights, read_card
from core.checkpoint.weight_file import FOLDER
from core.detection.detector import Detector
from core.detection.network import FinderSettings, LimbFinder, PartsNetwork, PartsSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer
from core.layers.fold import fold_batch_norms
from core.model_reader.weight_sets import LIMB_FINDER, SCORERS, parts_name
from core.svh import Limb


def settings_of(card: WeightCard) -> dict[str, Any]:
    """The settings of a card: lists come back from JSON where tuples were."""

    def tuples(value: Any) -> Any:
        return tuple(tuples(v) for v in value) if isinstance(value, list) else value

    return {key: tuples(value) for key, value in card.settings.items()}


def _open(network: nn.Module, card: WeightCard, folder: Path) -> None:
    open_weights(network, card, folder=folder)
    fold_batch_norms(network.eval())


def open_detector(
    weights: str = "compact", device: str = "cpu", *, folder: Path = FOLDER
) -> tuple[Detector, list[WeightCard]]:
    """The networks that find limbs, parts and joints, ready to infer, and their cards.

    The finder's, the compact ones' of hand and foot, the set's.

    Raises: WeightsError if a file is missing or damaged.
    """
    cards = [read_card(LIMB_FINDER, folder=folder)]
    finder = LimbFinder(FinderSettings(**settings_of(cards[0])))
    _open(finder, cards[0], folder)

    def opened(of: str) -> dict[Limb, PartsNetwork]:
        found: dict[Limb, PartsNetwork] = {}
        for limb in Limb:
            name = parts_name(of, limb, folder)
            if name not in [card.name for card in cards]:
                cards.append(read_card(name, folder=folder))
                found[limb] = PartsNetwork(PartsSettings(**settings_of(cards[-1])))
                _open(found[limb], cards[-1], folder)
        return found

    compact = opened("compact")
    return Detector(finder, compact, device=torch.device(device), last=opened(weights)), cards


def open_scorer(
    weights: str = "compact", device: str = "cpu", *, folder: Path = FOLDER
) -> tuple[JointScorer, list[WeightCard]]:
    """The scorer of a set (`SCORERS`) with the calibration of its networks, and their cards.

    Raises: WeightsError if a file is missing or damaged, or a card does not fit its network.
    """
    cards = [read_card(name, folder=folder) for name in SCORERS[weights]]
    networks: list[ScoringNetwork] = []
    calibrations: dict[str, Calibration] = {}
    try:
        for card in cards:
            networks.append(ScoringNetwork(ScoringSettings(**settings_of(card))))
            _open(networks[-1], card, folder)
            calibrations |= dict.fromkeys(networks[-1].settings.rows, Calibration.from_card(card.calibration))
        scorer = JointScorer(networks, Calibration.by_row(calibrations), device=torch.device(device))
    except (TypeError, ValueError, KeyError) as error:
        names = ", ".join(card.name for card in cards)
        raise WeightsError("weights_damaged", f"The cards of {names} do not fit their networks: {error}.") from error
    return scorer, cards
