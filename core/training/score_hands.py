"""Training of the whole-hand networks.

The paper's augmentations, smooth loss on z-scored totals or maps of points, errors in points.

Source: Wang 2022 (ResNet-Dwise50), sections 3.1.2, 3.3 and 4.1.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from core.training.score_parts import REAL_SHARE
from core.training.study_films import HandPictures
from core.whole_hand import TotalCalibration, WholeHandNetwork
from core.whole_hand.losses import smooth_loss

SMALLEST_SHARE = 0.9  # of the picture's side that a crop keeps
STRIDE = 32  # of every whole-hand network: pixels of a cell's side
BRIGHTNESS = CONTRAST = 0.1  # the paper's saturation of 0.1 does nothing to a grey picture


@dataclass(frozen=True)
class Variations:
    """How stored pictures are shown this time, one after the other.

    `chosen` [N] are their numbers, `views` [N, 2, 3] takes a place of the view to that of the picture (both -1 to 1
    from edge to edge, x before y), `gains` and `contrasts` [N] multiply brightness, and what lies off its mean.
    """

    chosen: NDArray[np.int64]
    views: NDArray[np.float32]
    gains: NDArray[np.float32]
    contrasts: NDArray[np.float32]

    def of(self, pixels: Tensor) -> Tensor:
        """The varied pictures [N, 1, S, S], about [0, 1], of all stored ones [M, S, S] uint8, where these lie."""
        device, count = pixels.device, len(self.chosen)
        shown = pixels[torch.from_numpy(self.chosen).to(device)][:, None].float() / 255
        grid = torch.nn.functional.affine_grid(
            torch.from_numpy(self.views).to(device), list(shown.shape), align_corners=False
        )
        shown = torch.nn.functional.grid_sample(shown, grid, padding_mode="border", align_corners=False)
        gains, contrasts = (torch.from_numpy(of).to(device).view(count, 1, 1, 1) for of in (self.gains, self.contrasts))
        shown = shown * gains
        mean = shown.mean((1, 2, 3), keepdim=True)
        return (shown - mean) * contrasts + mean

    def moved(self, number: int, places: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
        """Where places [J, 2] of a picture, in pixels, lie in its view."""
        view = self.views[number].astype(np.float64)
        there = (places + 0.5) * 2 / side_px - 1
        found = (there - view[:, 2]) @ np.linalg.inv(view[:, :2]).T
        return ((found + 1) * side_px / 2 - 0.5).astype(np.float32)


Batch = tuple[Variations, NDArray[np.float32], NDArray[np.float32] | None]  # pictures, totals [N], maps [N, S/32, S/32]


def vary(rng: Generator, chosen: NDArray[np.int64], side_px: int) -> Variations:
    """Each chosen picture: a crop of 0.9-1.0 of the side at full size, perhaps mirrored; brightness, contrast.

    A turn by 0, 90, 180 or 270 degrees. The normalisation (step 5 of section 3.1.2) is the network's first layer.
    """
    count = len(chosen)
    kept = np.maximum(1, np.rint(side_px * rng.uniform(SMALLEST_SHARE, 1.0, count)))
    corner = np.floor(rng.random((count, 2)) * (side_px - kept[:, None] + 1))
    views = np.zeros((count, 2, 3))
    quarter = np.array([[0, -1], [1, 0]])
    for n, (turns, mirrored) in enumerate(zip(rng.integers(4, size=count), rng.random(count) < 0.5, strict=True)):
        views[n, :, :2] = np.diag([-1 if mirrored else 1, 1]) @ np.linalg.matrix_power(quarter, int(turns))
    views[:, :, :2] *= (kept / side_px)[:, None, None]
    views[:, :, 2] = (2 * corner + kept[:, None]) / side_px - 1
    gains, contrasts = (rng.uniform(1 - of, 1 + of, count) for of in (BRIGHTNESS, CONTRAST))
    return Variations(chosen, *(of.astype(np.float32) for of in (views, gains, contrasts)))


def points_map(places: NDArray[np.float32], points: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """Where the points lie: [S/32, S/32], each joint's shared among the four cells whose middles are nearest.

    A joint beyond the edge counts at the edge, one whose place is not known nowhere.
    """
    cells = -(-side_px // STRIDE)
    known = np.isfinite(places).all(1)
    at = np.clip((places[known] + 0.5) / STRIDE - 0.5, 0, cells - 1)
    corner = np.minimum(at.astype(int), max(0, cells - 2))
    share = at - corner
    found = np.zeros((cells, cells), np.float32)
    for right, below in itertools.product((0, 1), repeat=2):
        part = np.abs(1 - right - share[:, 0]) * np.abs(1 - below - share[:, 1])
        column, row = np.minimum(corner + np.array([right, below]), cells - 1).T
        np.add.at(found, (row, column), part * points[known])
    return found


def draw_chances(phantoms: HandPictures, real: HandPictures, *, maps: bool) -> NDArray[np.float64]:
    """How likely each picture is drawn, phantoms before real ones; all add up to 1.

    With maps phantoms with damage come more often, by the root of their points: most have little.
    """
    even = np.sqrt(phantoms.totals.astype(np.float64) + 1) if maps else np.ones(len(phantoms.totals))
    share = REAL_SHARE if len(real.totals) else 0.0
    parts = ((even, 1 - share), (np.ones(len(real.totals)), share))
    return np.concatenate([of * part / max(of.sum(), 1) for of, part in parts])


def draw_pictures(
    rng: Generator, hands: HandPictures, chances: NDArray[np.float64], count: int, *, maps: bool
) -> Batch:
    """Varied pictures, their totals and, where `maps` asks for them, the maps of their points."""
    totals, side = hands.totals, hands.pixels.shape[1]
    varied = vary(rng, rng.choice(len(totals), size=count, p=chances), side)
    if not maps:
        return varied, totals[varied.chosen], None
    found = [
        points_map(varied.moved(k, hands.places[n], side), hands.points[n], side) for k, n in enumerate(varied.chosen)
    ]
    return varied, totals[varied.chosen], np.stack(found)


def batch_losses(model: nn.Module, network: WholeHandNetwork, pixels: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Of a batch with maps the mean squared error of a cell in points, else the smooth loss of z-scored totals.

    `model` is the network or its parallel wrapper, `pixels` are all stored pictures [M, S, S], uint8. Source of the
    maps: Lempitsky 2010, Learning to count objects in images.
    """
    pictures, totals, maps = batch
    device, settings = network.score.weight.device, network.settings
    with torch.autocast(device.type, enabled=False):
        shown = pictures.of(pixels)
    if maps is None:
        targets = torch.from_numpy((totals - settings.mean_points) / settings.sd_points).float().to(device)
        return {"smooth": smooth_loss(model(shown).float(), targets)}
    found = network.points(model(shown, cells=True).float()) / maps[0].size
    return {"map": (found - torch.from_numpy(maps).to(device)).square().mean()}


@torch.inference_mode()
def predict(network: WholeHandNetwork, pictures: NDArray[np.uint8], batch: int = 16) -> NDArray[np.float32]:
    """Totals in points [N], not clipped, of stored pictures [N, S, S]."""
    device = network.score.weight.device
    found = []
    for start in range(0, len(pictures), batch):
        views = torch.from_numpy(pictures[start : start + batch].astype(np.float32) / 255)[:, None].to(device)
        found.append(network.points(network(views)).float().cpu().numpy())
    return np.concatenate(found)


def validation_figures(
    network: WholeHandNetwork, pictures: NDArray[np.uint8], points: NDArray[np.float32]
) -> dict[str, float]:
    """r, MAE and RMSE in points; `score` is r, because `fit_calibration` fits the line to points afterwards."""
    found = predict(network, pictures)
    rmse = float(np.sqrt(np.mean((found - points) ** 2)))
    spread = float(found.std() * points.std())
    r = float(np.mean((found - found.mean()) * (points - points.mean()))) / spread if spread > 0 else 0.0
    return {"r": r, "mae": float(np.abs(found - points).mean()), "rmse": rmse, "score": r}


def fit_calibration(network: WholeHandNetwork, phantoms: HandPictures, real: HandPictures) -> dict[str, float]:
    """The card's calibration, out of unseen pictures of both kinds.

    Before that the line from z-scores to points is fitted on phantoms.
    The line of the training targets (their mean and spread) is off where the averaged network answers on another scale
    than the one that learnt; a network whose answers do not rise with the truth keeps it.
    """
    settings, points = network.settings, phantoms.totals
    z = (predict(network, phantoms.pixels) - settings.mean_points) / settings.sd_points
    slope = round(float(np.mean((z - z.mean()) * (points - points.mean()))) / max(float(z.var()), 1e-6), 3)
    if slope > 0:
        level = round(float(points.mean() - slope * z.mean()), 3)
        network.settings = replace(settings, mean_points=level, sd_points=slope)
    both = phantoms.and_also(real)
    fitted = TotalCalibration.fit(predict(network, both.pixels), both.totals)
    return {"base": fitted.base, "share": fitted.share}
