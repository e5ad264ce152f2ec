"""`python -m core evaluate study --whole-hands`: the networks that see whole hands alone, where they were trained.

Their weights together are too large to be carried off a machine that is lent; their figures are not.
"""

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.checkpoint.weight_file import FOLDER, weights_there
from core.evaluation.paper_study import cards_in, hand_figures
from core.model_reader.whole_hand import open_hands_network
from core.phantom.study_cohort import study_cohort
from core.svh import Limb, Side
from core.whole_hand.picture import both_hands

Pictures = dict[int, NDArray[np.float32]]


def _pictures(place: int, mm_per_px: float, sides_px: tuple[int, ...]) -> Pictures:
    films = study_cohort("test")[place].films(mm_per_px=mm_per_px, hands_only=True)
    left, right = (films[(Limb.HAND, side)].pixels for side in Side)
    return {px: both_hands(left, right, px) for px in sides_px}


def whole_hand_study(
    *,
    folder: Path = FOLDER,
    limit: int | None = None,
    mm_per_px: float = 0.2,
    workers: int = 1,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Every network that sees whole hands once over the (first `limit`) test patients, drawn in `workers` processes.

    What `evaluate_study` gives, as far as `fill_study_cards` needs it. Raises: WeightsError for a damaged file;
    ValueError with fewer than three patients.
    """
    patients = study_cohort("test")[:limit]
    if len(patients) < 3:
        raise ValueError("a study needs at least three patients")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cards = [card for card in cards_in(folder) if card.architecture == "WholeHandNetwork"]
    scorers = {
        card.name: open_hands_network(card.name, device, folder=folder)[0]
        for card in cards
        if weights_there(card.name, folder=folder)
    }
    sides = tuple({scorer.network.settings.side_px for scorer in scorers.values()})
    draw = partial(_pictures, mm_per_px=mm_per_px, sides_px=sides)
    estimates: dict[str, list[float]] = {name: [] for name in scorers}
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool, torch.inference_mode():
        for made in pool.map(draw, range(len(patients))):
            shown = {px: torch.from_numpy(picture)[None, None].to(device) for px, picture in made.items()}
            for name, scorer in scorers.items():
                network = scorer.network
                points = float(network.points(network(shown[network.settings.side_px])))
                estimates[name].append(scorer.calibration.score(points, 2).estimate)
    figures = {name: hand_figures(patients, np.array(found)) for name, found in estimates.items()}
    for name, found in figures.items():
        log(f"{name}: {json.dumps(found)}")
    return {"patients": len(patients), "figures": figures}
