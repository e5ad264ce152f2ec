"""Training of the joint scorer: draws balanced over source, damage, grade and joint.

Score, quantile and truth-map losses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from core.agreement.coefficients import quadratic_kappa
from core.cohort.labelled_film import unit
from core.joint_scoring.network import ScoringNetwork, scoring_loss
from core.joint_scoring.table import SITE_ROWS
from core.svh import SITES, Damage
from core.training.augment import random_brightness, random_grain, random_size
from core.training.film_cache import CROP_PX, JOINT_KEYS, MAP_PX, STORED_PX, Crops

ZERO_SHARE = 0.4  # of the draws; the other grades share the rest evenly
MAP_WEIGHT = 0.3
SCALE_ERROR = 0.3  # of the logarithm: a quarter too small to a third too large


def _targets() -> tuple[list[list[tuple[str, int] | None]], NDArray[np.int16]]:
    """Per joint key: (row name, output) of erosion and of JSN, their maxima [J, 2] (0 if there is no such site)."""
    places: list[list[tuple[str, int] | None]] = [[None, None] for _ in JOINT_KEYS]
    maxima = np.zeros((len(JOINT_KEYS), 2), np.int16)
    for number, (limb, joint) in enumerate(JOINT_KEYS):
        for site in SITES[limb]:
            if site.joint == joint:
                k = 0 if site.damage is Damage.EROSION else 1
                row, output = SITE_ROWS[site]
                places[number][k] = (row.name, output)
                maxima[number, k] = site.maximum
    return places, maxima


PLACES, MAXIMA = _targets()


class BalancedDraw:
    """Draws crop numbers so that sources, damages, grades and joints come up evenly.

    `sources` are index arrays into the crops (phantom, simulated, real zeros ...) with their shares of the draws.
    """

    def __init__(self, crops: Crops, sources: Sequence[tuple[NDArray[np.int64], float]]) -> None:
        self.shares = np.array([share for _, share in sources]) / sum(share for _, share in sources)
        self.strata: list[list[dict[int, dict[int, NDArray[np.int64]]]]] = []
        for indices, _ in sources:
            by_damage = []
            for k in (0, 1):
                grades: dict[int, dict[int, NDArray[np.int64]]] = {}
                known = indices[crops.truth[indices, k] >= 0]
                maximum = MAXIMA[crops.joint[known], k]
                scale = np.where(maximum > 5, 2, 1)  # foot erosion 0-10 goes into the five steps of 0-5
                step = -(-crops.truth[known, k] // scale)
                for grade in np.unique(step):
                    chosen = known[step == grade]
                    joints = crops.joint[chosen]
                    grades[int(grade)] = {int(j): chosen[joints == j] for j in np.unique(joints)}
                by_damage.append(grades)
            self.strata.append(by_damage)

    def draw(self, rng: Generator, count: int) -> NDArray[np.int64]:
        """Crop numbers [count]."""
        chosen = np.empty(count, np.int64)
        for n in range(count):
            grades = self.strata[int(rng.choice(len(self.shares), p=self.shares))][int(rng.integers(2))]
            worse = [g for g in grades if g > 0]
            grade = (
                0 if not worse or (0 in grades and rng.random() < ZERO_SHARE) else worse[int(rng.integers(len(worse)))]
            )
            joints = grades[grade]
            pool = joints[list(joints)[int(rng.integers(len(joints)))]]
            chosen[n] = pool[int(rng.integers(len(pool)))]
        return chosen


@dataclass(frozen=True)
class CropBatch:
    """A batch of close-ups with their truth.

    `views` [N, 1, S, S], `truth` [N, 2] shares of the maximum (NaN unknown), `joint` [N], `maps` [N, 2, 30, 30] or NaN.
    """

    views: Tensor
    truth: Tensor
    joint: NDArray[np.int16]
    maps: Tensor


def random_crop(
    rng: Generator, crop: NDArray[np.uint8], maps: NDArray[np.uint8], side_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A stored close-up turned, shifted, scaled a little, cut to `side_px`; its truth maps moved along."""
    wild = rng.random() < 0.5  # the pose of half a limb errs in its scale
    angle = float(rng.normal(0, 7))
    scale = float(np.exp(rng.uniform(-SCALE_ERROR, SCALE_ERROR) if wild else rng.normal(0, 0.07))) * side_px / CROP_PX
    middle = (STORED_PX - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), angle, scale)
    matrix[:, 2] += (side_px - 1) / 2 - middle + rng.normal(0, 0.027 * side_px, 2)
    if rng.random() < 0.15:  # the wrong side now and then: which side is radial must not decide
        matrix[0] = [-1, -1, -1] * matrix[0] + [0, 0, side_px - 1]
    view = cv2.warpAffine(
        unit(crop),
        matrix,
        (side_px, side_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    to_map = np.vstack([matrix, [0, 0, 1]])
    ratio_in, ratio_out = STORED_PX / MAP_PX, side_px / MAP_PX
    small = np.diag([1 / ratio_out, 1 / ratio_out, 1]) @ to_map @ np.diag([ratio_in, ratio_in, 1])
    moved = [cv2.warpAffine(unit(m), small[:2], (MAP_PX, MAP_PX)) for m in maps]
    view = random_size(rng, random_brightness(rng, view), 0.16, 0.6)  # down to a millimetre a pixel
    return random_grain(rng, view).astype(np.float32), np.stack(moved)


def plain_view(crop: NDArray[np.uint8], side_px: int, scale: float = 1.0) -> NDArray[np.float32]:
    """The middle of a stored close-up, as the detector would hand it over, `scale` times larger."""
    grow = scale * side_px / CROP_PX
    shift = (side_px - 1) / 2 - grow * (STORED_PX - 1) / 2
    matrix = np.array([[grow, 0, shift], [0, grow, shift]])
    return np.asarray(
        cv2.warpAffine(unit(crop), matrix, (side_px, side_px), borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def make_batch(rng: Generator, crops: Crops, chosen: NDArray[np.int64], side_px: int) -> CropBatch:
    """Varied views of the chosen crops."""
    pairs = [random_crop(rng, crops.pixels[i], crops.maps[i], side_px) for i in chosen]
    maps = torch.from_numpy(np.stack([m for _, m in pairs])).float()
    maps[torch.from_numpy(~crops.has_map[chosen])] = torch.nan
    return CropBatch(
        torch.from_numpy(np.stack([v for v, _ in pairs]))[:, None], _shares(crops, chosen), crops.joint[chosen], maps
    )


def _shares(crops: Crops, chosen: NDArray[np.int64]) -> Tensor:
    truth = crops.truth[chosen].astype(np.float32)
    maxima = MAXIMA[crops.joint[chosen]].astype(np.float32)
    return torch.from_numpy(np.where(truth >= 0, truth / np.maximum(maxima, 1), np.nan).astype(np.float32))


def read_values(network: ScoringNetwork, features: Tensor, joints: NDArray[np.int16]) -> Tensor:
    """The values of every crop's own outputs [N, 2, 3] (erosion, JSN); NaN where the joint has no such site."""
    values = torch.full((len(joints), 2, 3), torch.nan, device=features.device)
    for name, head in network.heads.items():
        for k in (0, 1):
            place = [PLACES[j][k] for j in joints]
            mine = [n for n, p in enumerate(place) if p is not None and p[0] == name]
            if mine:
                outputs, _ = head(features[mine])
                picked = torch.tensor([place[n][1] for n in mine], device=features.device)
                values[mine, k] = outputs[torch.arange(len(mine), device=features.device), picked].to(values.dtype)
    return values


def batch_losses(network: ScoringNetwork, batch: CropBatch) -> dict[str, Tensor]:
    """Score loss over the known truths and the loss of the truth maps."""
    device = next(network.parameters()).device
    features = network.features(batch.views.to(device, memory_format=torch.channels_last))
    values, truth = read_values(network, features, batch.joint).float(), batch.truth.to(device)
    known = ~torch.isnan(truth)
    score = scoring_loss(values[known], truth[known]).mean() * 10
    if network.truth_map is None:
        return {"score": score}
    logits = network.truth_map(features).float()
    truth_maps = batch.maps.to(device)
    with_map = ~torch.isnan(truth_maps).flatten(1).any(1)
    target = torch.nn.functional.adaptive_avg_pool2d(torch.nan_to_num(truth_maps), logits.shape[-2:])
    maps = torch.nn.functional.binary_cross_entropy_with_logits(logits[with_map], target[with_map].clamp(0, 1))
    return {"score": score, "maps": MAP_WEIGHT * maps} if with_map.any() else {"score": score}


@torch.inference_mode()
def predict(
    network: ScoringNetwork, crops: Crops, chosen: NDArray[np.int64] | None = None, *, error: float = 1.0
) -> NDArray[np.float32]:
    """Values in points [N, 2, 3] (erosion, JSN) x (score, low, high) of stored crops; NaN where there is no site.

    They are the mean over the scales that the network looks at. `error`: by how much the scale of the pose is wrong.
    """
    chosen = np.arange(len(crops)) if chosen is None else chosen
    side = network.settings.crop_px
    found = []
    for start in range(0, len(chosen), 64):
        part = chosen[start : start + 64]
        device = next(network.parameters()).device
        looks = []
        for scale in network.settings.scales:
            views = torch.from_numpy(np.stack([plain_view(crops.pixels[i], side, scale * error) for i in part]))[
                :, None
            ]
            features = network.features(views.to(device, memory_format=torch.channels_last))
            looks.append(read_values(network, features, crops.joint[part]).float().cpu())
        found.append(torch.stack(looks).mean(0).numpy() * MAXIMA[crops.joint[part]][:, :, None])
    return np.concatenate(found)


def validation_figures(network: ScoringNetwork, checks: dict[str, Crops], limit: int = 800) -> dict[str, float]:
    """Quadratic kappa of rounded points of erosion and JSN on each set; `score` is their mean."""
    figures: dict[str, float] = {}
    for name, crops in checks.items():
        chosen = np.random.default_rng(5).permutation(len(crops))[:limit]
        values = predict(network, crops, chosen)[:, :, 0]
        for k, damage in enumerate(("erosion", "jsn")):
            known = crops.truth[chosen, k] >= 0
            truth = crops.truth[chosen][known, k]
            points = np.clip(np.rint(values[known, k]), 0, MAXIMA[crops.joint[chosen][known], k])
            figures[f"{name}_{damage}_kappa"] = quadratic_kappa(truth, points)
            figures[f"{name}_{damage}_zero"] = float(points[truth == 0].mean())
    figures["score"] = float(np.mean([v for key, v in figures.items() if key.endswith("kappa")]))
    return figures
