"""The whole-hand network of the page Explain: which weights, and what it is shown.

It gives no score: undamaged real hands get points from it, and it does not follow painted damage (its card,
`whole_hand_real`), so the sum over the joints stands alone.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.checkpoint import WeightCard, WeightsError, open_weights, read_card, weights_there
from core.checkpoint.weight_file import FOLDER
from core.model_reader.evidence import FilmReading, VisitReading
from core.svh import Limb, Side
from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandScorer, WholeHandSettings

# Of every set: the nearest to the readers' mean, and on real hands, which all read badly, the best compromise
# (`whole_hand_real`).
NETWORK = "mobilenet_v2_maps"


def open_whole_hand(device: torch.device, *, folder: Path = FOLDER) -> tuple[WholeHandScorer, WeightCard] | None:
    """The whole-hand network of the app, and its card; None where its file is not there.

    Raises: WeightsError as `open_hands_network` does.
    """
    return open_hands_network(NETWORK, device, folder=folder) if weights_there(NETWORK, folder=folder) else None


def open_hands_network(name: str, device: torch.device, *, folder: Path = FOLDER) -> tuple[WholeHandScorer, WeightCard]:
    """A whole-hand network with the spread of its totals, and its card.

    Raises: WeightsError if its file is missing or damaged or its card does not fit.
    """
    card = read_card(name, folder=folder)
    try:
        network = WholeHandNetwork(WholeHandSettings(**card.settings))
        calibration = TotalCalibration.from_card(card.calibration)
    except (TypeError, ValueError) as error:
        raise WeightsError("weights_damaged", f"The card of {card.name} does not fit its network: {error}.") from error
    open_weights(network, card, folder=folder)
    return WholeHandScorer(network, calibration, device=device), card


def counted_hands(visit: VisitReading, pixels: Mapping[str, NDArray[np.float32]]) -> dict[Side, FilmReading]:
    """The hands that count, by side, as far as their films are among `pixels` (by SHA-256)."""
    return {film.side: film for film in visit.counted if film.limb is Limb.HAND and film.side and film.sha256 in pixels}


def hand_films(
    visit: VisitReading, pixels: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
    """The left and the right hand that count, fingers up, out of films [H, W] by SHA-256.

    None for a hand without a film.
    """
    hands = counted_hands(visit, pixels)
    upright = {side: upright_frame(film, pixels[film.sha256]).take(pixels[film.sha256]) for side, film in hands.items()}
    return upright.get(Side.L), upright.get(Side.R)


def upright_frame(film: FilmReading, pixels: NDArray[np.float32]) -> Frame:
    """What takes the film [H, W], or the hand's region of it, so that the fingers point up.

    The turn is the nearest quarter.
    """
    height, width = pixels.shape
    x0, y0, x1, y1 = (max(0, round(v)) for v in film.region or (0, 0, width, height))
    x1, y1 = min(width, max(x1, x0 + 1)), min(height, max(y1, y0 + 1))
    quarter = round(film.turned_deg / 90) % 4
    size = (x1 - x0, y1 - y0) if quarter % 2 == 0 else (y1 - y0, x1 - x0)
    centre = ((x0 + x1 - 1) / 2, (y0 + y1 - 1) / 2)
    return Frame.around(centre, scale=1.0, turn_deg=90.0 * quarter, width_px=size[0], height_px=size[1])
