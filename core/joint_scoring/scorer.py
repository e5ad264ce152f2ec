"""From the joints of a limb to an estimate, a spread and whole points for every site."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.anatomy.pose import Pose
from core.joint_scoring.crops import Crop, limb_crops
from core.joint_scoring.network import ScoringNetwork
from core.joint_scoring.table import ROW_BY_NAME, SITE_ROWS
from core.svh import SITES, Damage, Limb, Site

BATCH = 32  # crops that go through a network at once: those of a hand, or of some feet


@dataclass(frozen=True)
class SiteScore:
    """What the network says of one site.

    Unrounded estimate, the 90 % interval and whole points, low <= points <= high.
    """

    estimate: float
    low: float
    high: float
    points: int


@dataclass(frozen=True)
class Calibration:
    """Numbers fitted on validation films after training, by kind of site (`row/output`).

    `zero_cut`: an estimate below it counts as 0 points. `widen`: points by which the two quantiles are moved outwards
    when the points are 0, and when they are more (conformalised quantile regression, Romano 2019, arXiv:1905.03222); by
    kind where it has that kind, else by the letter of the damage.
    """

    zero_cut: Mapping[str, float]
    widen: Mapping[str, tuple[float, float]]

    @classmethod
    def from_card(cls, values: Mapping[str, Any]) -> "Calibration":
        """Read the calibration of a weight card; without one nothing is cut or widened."""
        widen = {key: (float(a), float(b)) for key, (a, b) in values.get("widen", {}).items()}
        return cls(values.get("zero_cut", {}), widen)

    @classmethod
    def by_row(cls, rows: Mapping[str, "Calibration"]) -> "Calibration":
        """One calibration out of those of the rows' networks: each speaks for the kinds of its row only."""
        cut: dict[str, float] = {}
        widen: dict[str, tuple[float, float]] = {}
        for name, own in rows.items():
            row = ROW_BY_NAME[name]
            for kind in (f"{name}/{output}" for output in row.outputs):
                if kind in own.zero_cut:
                    cut[kind] = own.zero_cut[kind]
                widen[kind] = own._widening(kind, row.damage)
        return cls(cut, widen)

    def _widening(self, kind: str, damage: Damage) -> tuple[float, float]:
        return self.widen.get(kind, self.widen.get(damage.value, (0.0, 0.0)))

    def score(self, site: Site, value: float, low: float, high: float) -> SiteScore:
        """Points and interval from the network's three values, all in points."""
        kind = site_kind(site)
        estimate = float(np.clip(value, 0, site.maximum))
        points = (
            0 if estimate < self.zero_cut.get(kind, 0.5) else max(1, min(site.maximum, int(np.floor(estimate + 0.5))))
        )
        move = self._widening(kind, site.damage)[int(points > 0)]
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
    pose: Pose


class JointScorer:
    """The networks of DeepRA's Table 2, over crops in batches of at most `BATCH`.

    Memory does not grow with the films.
    One network may hold all rows (the compact set) or each row have its own (the paper's six); the settings of a
    network say whether it looks at close-ups of joints or at whole parts. `lock` is held by whoever runs or explains a
    network. `zoom` is how many times larger than it should be every crop is: 1, unless an error of the pose's
    scale is to be tried.

    Raises: ValueError unless every row of the table has exactly one network.
    """

    def __init__(self, networks: Sequence[ScoringNetwork], calibration: Calibration, *, device: torch.device) -> None:
        rows = [row for network in networks for row in network.settings.rows]
        if sorted(rows) != sorted(ROW_BY_NAME):
            raise ValueError("a scorer needs one network for each of " + ", ".join(ROW_BY_NAME))
        self._distinct = [n.eval().to(device).to(memory_format=torch.channels_last) for n in networks]
        self.networks = {row: network for network in self._distinct for row in network.settings.rows}
        self.calibration, self.device = calibration, device
        self.lock = threading.Lock()
        self.zoom = 1.0

    def crops(self, limb: LimbJoints, row: str) -> list[Crop]:
        """The crops of a limb that the network of a row looks at."""
        settings = self.networks[row].settings
        return limb_crops(limb.limb, limb.joints, limb.pose, side_px=settings.crop_px, close_up=settings.close_up)

    def score(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, SiteScore]]:
        """Scores of the sites of each limb; a site whose joint has no place, or is in no crop, is left out."""
        return [
            {
                site: self.calibration.score(site, value, min(low, value), max(high, value))
                for site, (value, low, high) in found.items()
            }
            for found in self._points(limbs)
        ]

    def estimate(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, float]]:
        """Points of the sites of each limb, unrounded and clipped to 0..maximum, without any calibration."""
        return [
            {site: float(np.clip(value, 0, site.maximum)) for site, (value, _, _) in found.items()}
            for found in self._points(limbs)
        ]

    def _points(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, tuple[float, float, float]]]:
        """The three outputs of each site, in points, in the order of the table of sites."""
        scores: list[dict[Site, tuple[float, float, float]]] = [{} for _ in limbs]
        with self.lock, torch.inference_mode():
            for network in self._distinct:
                self._run(network, limbs, scores)
        return [
            {site: found[site] for site in SITES[limb.limb] if site in found}
            for found, limb in zip(scores, limbs, strict=True)
        ]

    def _run(
        self,
        network: ScoringNetwork,
        limbs: Sequence[LimbJoints],
        scores: Sequence[dict[Site, tuple[float, float, float]]],
    ) -> None:
        rows = network.settings.rows
        views: list[tuple[int, Crop, list[Site]]] = []
        for n, limb in enumerate(limbs):
            mine = [site for site in SITES[limb.limb] if SITE_ROWS[site][0].name in rows]
            for crop in self.crops(limb, rows[0]) if mine else []:
                sites = [site for site in mine if site.joint in crop.joints]
                if sites:
                    views += [
                        (n, replace(crop, frame=crop.frame.zoomed(scale * self.zoom)), sites)
                        for scale in network.settings.scales
                    ]
        for start in range(0, len(views), BATCH):
            self._run_batch(network, limbs, views[start : start + BATCH], scores)

    def _run_batch(
        self,
        network: ScoringNetwork,
        limbs: Sequence[LimbJoints],
        views: Sequence[tuple[int, Crop, list[Site]]],
        scores: Sequence[dict[Site, tuple[float, float, float]]],
    ) -> None:
        crops = torch.from_numpy(np.stack([crop.frame.take(limbs[n].pixels) for n, crop, _ in views]))[:, None]
        features = network.features(crops.to(self.device, memory_format=torch.channels_last))
        for row in network.settings.rows:
            wanted = [
                (k, n, site)
                for k, (n, _, sites) in enumerate(views)
                for site in sites
                if SITE_ROWS[site][0].name == row
            ]
            chosen = list(dict.fromkeys(k for k, _, _ in wanted))
            if not chosen:
                continue
            values = network.heads[row](features[chosen])[0].float().cpu().numpy()
            by_crop = dict(zip(chosen, values, strict=True))
            for k, n, site in wanted:
                share = site.maximum / len(network.settings.scales)
                value, low, high = (float(v) * share for v in by_crop[k][SITE_ROWS[site][1]])
                before = scores[n].get(site, (0.0, 0.0, 0.0))
                scores[n][site] = (before[0] + value, before[1] + low, before[2] + high)
