"""From the joints of a limb to an estimate, a spread and whole points for every site."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.joint_scoring.crops import SCORED_JOINTS, LimbPose, joint_frame
from core.joint_scoring.network import ScoringNetwork
from core.joint_scoring.table import SITE_ROWS
from core.radiograph.frame import Frame
from core.radiograph.parts import Point
from core.svh import SITES, Limb, Site


@dataclass(frozen=True)
class SiteScore:
    """What the network says of one site: unrounded estimate, the 90 % interval and whole points, low <= points <= high."""

    estimate: float
    low: float
    high: float
    points: int


@dataclass(frozen=True)
class Calibration:
    """Numbers fitted on validation films after training, by kind of site (`row/output`).

    `zero_cut`: an estimate below it counts as 0 points. `widen`: points by which the two quantiles are moved outwards
    when the points are 0, and when they are more (conformalised quantile regression, Romano 2019, arXiv:1905.03222).
    """

    zero_cut: Mapping[str, float]
    widen: Mapping[str, tuple[float, float]]

    @classmethod
    def from_card(cls, values: Mapping[str, Any]) -> "Calibration":
        """Read the calibration of a weight card; without one nothing is cut or widened."""
        widen = {key: (float(a), float(b)) for key, (a, b) in values.get("widen", {}).items()}
        return cls(values.get("zero_cut", {}), widen)

    def score(self, site: Site, value: float, low: float, high: float) -> SiteScore:
        """Points and interval from the network's three values, all in points."""
        kind = site_kind(site)
        estimate = float(np.clip(value, 0, site.maximum))
        points = (
            0 if estimate < self.zero_cut.get(kind, 0.5) else max(1, min(site.maximum, int(np.floor(estimate + 0.5))))
        )
        move = self.widen.get(site.damage.value, (0.0, 0.0))[int(points > 0)]
        below = float(np.clip(min(low - move, points), 0, site.maximum))
        above = float(np.clip(max(high + move, points), 0, site.maximum))
        return SiteScore(estimate, below, above, points)


def site_kind(site: Site) -> str:
    """Sites that share an output are of one kind: `erosion_fingers/PIP`."""
    row, output = SITE_ROWS[site]
    return f"{row.name}/{row.outputs[output]}"


@dataclass(frozen=True)
class LimbJoints:
    """A limb to be scored: film pixels [H, W] in [0, 1], joints in film pixels, pose."""

    pixels: NDArray[np.float32]
    limb: Limb
    joints: Mapping[str, Point]
    pose: LimbPose


class JointScorer:
    """The compact network over all close-ups of a visit in one batch."""

    def __init__(self, network: ScoringNetwork, calibration: Calibration, *, device: torch.device) -> None:
        self.network = network.eval().to(device).to(memory_format=torch.channels_last)
        self.calibration, self.device = calibration, device
        self.lock = threading.Lock()  # whoever runs or explains the network holds it

    def frames(self, limb: LimbJoints) -> dict[str, Frame]:
        """The close-up frame of every joint that has a place."""
        side = self.network.settings.crop_px
        return {
            joint: joint_frame(limb.limb, joint, limb.joints, limb.pose, side_px=side)
            for joint in SCORED_JOINTS[limb.limb]
            if joint in limb.joints
        }

    def score(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, SiteScore]]:
        """Scores of the sites of each limb; a site whose joint has no place is left out."""
        with self.lock, torch.inference_mode():
            return self._score(limbs)

    def _score(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, SiteScore]]:
        taken = [(n, joint, frame) for n, limb in enumerate(limbs) for joint, frame in self.frames(limb).items()]
        scores: list[dict[Site, SiteScore]] = [{} for _ in limbs]
        if not taken:
            return scores
        views = torch.from_numpy(np.stack([frame.take(limbs[n].pixels) for n, _, frame in taken]))[:, None]
        features = self.network.features(views.to(self.device, memory_format=torch.channels_last))
        for name in self.network.settings.rows:
            wanted = [
                (k, n, site)
                for k, (n, joint, _) in enumerate(taken)
                for site in SITES[limbs[n].limb]
                if site.joint == joint and SITE_ROWS[site][0].name == name
            ]
            if not wanted:
                continue
            values, _ = self.network.heads[name](features[[k for k, _, _ in wanted]])
            for row, (_, n, site) in zip(values.float().cpu().numpy(), wanted, strict=True):
                value, low, high = (float(v) * site.maximum for v in row[SITE_ROWS[site][1]])
                scores[n][site] = self.calibration.score(site, value, min(low, value), max(high, value))
        return [
            {site: found[site] for site in SITES[limb.limb] if site in found}
            for found, limb in zip(scores, limbs, strict=True)
        ]
