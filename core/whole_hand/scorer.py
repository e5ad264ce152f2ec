"""From the films of both hands to a total in points with its interval."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.svh import TotalKind
from core.whole_hand.network import WholeHandNetwork
from core.whole_hand.picture import both_hands

Floats = NDArray[np.float32]
HANDS_MAXIMUM = float(TotalKind.HANDS.maximum)


@dataclass(frozen=True)
class TotalScore:
    """Points of the hands that were there, with the interval fitted to hold 90 % of validation films.

    `hands` is 1 or 2.
    """

    estimate: float
    low: float
    high: float
    hands: int


@dataclass(frozen=True)
class TotalCalibration:
    """Half width of the interval, `base` + `share` * estimate points, fitted on validation films after training."""

    base: float
    share: float

    @classmethod
    def from_card(cls, values: Mapping[str, Any]) -> "TotalCalibration":
        """Read the calibration of a weight card.

        Raises: ValueError if the card holds none: a score without its spread is not shown.
        """
        if not {"base", "share"} <= values.keys():
            raise ValueError("the weight card holds no spread (calibration: base, share)")
        return cls(float(values["base"]), float(values["share"]))

    @classmethod
    def fit(cls, estimates: NDArray[np.floating], truths: NDArray[np.floating]) -> "TotalCalibration":
        """The interval that holds 90 % of the pairs: errors are measured in units of (1 + estimate / 40) points.

        Source: split conformal prediction with a scale, Lei 2018, JASA 113:1094.
        """
        scale = 1 + np.clip(estimates, 0, None) / 40
        errors = np.sort(np.abs(estimates - truths) / scale)
        place = min(len(errors) - 1, int(np.ceil(0.9 * (len(errors) + 1))) - 1)
        return cls(round(float(errors[place]), 3), round(float(errors[place]) / 40, 5))

    def score(self, estimate: float, hands: int) -> TotalScore:
        """Clip an estimate of both hands; with one hand (mirrored for the other) half of everything counts."""
        both = float(np.clip(estimate, 0, HANDS_MAXIMUM))
        half = self.base + self.share * both
        share = hands / 2
        low, high = max(0.0, both - half), min(HANDS_MAXIMUM, both + half)
        return TotalScore(both * share, low * share, high * share, hands)


class WholeHandScorer:
    """A network shared between sessions; `lock` is held while it runs, and by whoever hooks into it for Grad-CAM."""

    def __init__(self, network: WholeHandNetwork, calibration: TotalCalibration, *, device: torch.device) -> None:
        self.network = network.eval().to(device).to(memory_format=torch.channels_last)
        self.calibration, self.device = calibration, device
        self.lock = threading.Lock()

    def pictures(self, pairs: Sequence[tuple[Floats | None, Floats | None]]) -> Tensor:
        """What the network is given, [N, 1, S, S] on its device, of (left film, right film)."""
        side = self.network.settings.side_px
        made = np.stack([both_hands(left, right, side) for left, right in pairs])
        return torch.from_numpy(made)[:, None].to(self.device)

    @torch.inference_mode()
    def score(self, pairs: Sequence[tuple[Floats | None, Floats | None]]) -> list[TotalScore]:
        """The score of each (left film, right film), fingers up; one of the two may be missing.

        Raises: ValueError for a pair without any hand.
        """
        if not pairs:
            return []
        pictures = self.pictures(pairs)
        with self.lock:
            points = self.network.points(self.network(pictures)).float().cpu().numpy()
        hands = [sum(film is not None for film in pair) for pair in pairs]
        return [self.calibration.score(float(p), n) for p, n in zip(points, hands, strict=True)]
