"""Training of the whole-hand networks: the paper's augmentations, smooth loss on z-scored totals, errors in points.

Source: Wang 2022 (ResNet-Dwise50), sections 3.1.2, 3.3 and 4.1.
"""

from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from core.training.study_films import HandPictures
from core.whole_hand import TotalCalibration, WholeHandNetwork
from core.whole_hand.losses import smooth_loss

SMALLEST_SHARE = 0.9  # of the picture's side that a crop keeps
BRIGHTNESS = CONTRAST = 0.1  # the paper's saturation of 0.1 does nothing to a grey picture


def vary_picture(rng: Generator, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A crop of 0.9-1.0 of the side at full size, perhaps mirrored; brightness, contrast; a turn by 0, 90, 180 or 270 degrees.

    The normalisation (step 5 of section 3.1.2) is the network's first layer. In [S, S] uint8, out [S, S] about [0, 1].
    """
    side = picture.shape[0]
    kept = max(1, round(side * rng.uniform(SMALLEST_SHARE, 1.0)))
    top, left = (int(rng.integers(0, side - kept + 1)) for _ in range(2))
    view: NDArray[np.float32] = np.divide(picture[top : top + kept, left : left + kept], 255, dtype=np.float32)
    if kept != side:
        view = cv2.resize(view, (side, side), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.5:
        view = view[:, ::-1]
    view = view * np.float32(rng.uniform(1 - BRIGHTNESS, 1 + BRIGHTNESS))
    mean = np.float32(view.mean())
    view = (view - mean) * np.float32(rng.uniform(1 - CONTRAST, 1 + CONTRAST)) + mean
    return np.ascontiguousarray(np.rot90(view, int(rng.integers(4))))


def draw_windows(
    rng: Generator, hands: HandPictures, count: int, window_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Windows [count, W, W] about joints of the pictures, and the points of the joints inside [count].

    Half of them are about a joint with damage, if there is one: most joints have none. Of no film at all are none drawn.
    """
    marked = np.isfinite(hands.places).all(2)
    pools = [
        pool
        for pool in (np.argwhere(marked & (hands.points > 0)), np.argwhere(marked & (hands.points == 0)))
        if len(pool)
    ]
    side = hands.pixels.shape[1]
    views, points = np.zeros((count, window_px, window_px), np.uint8), np.zeros(count, np.float32)
    for n in range(count):
        pool = pools[n % len(pools)]
        which, joint = pool[int(rng.integers(len(pool)))]
        middle = hands.places[which, joint] + rng.uniform(-0.25, 0.25, 2) * window_px
        left, top = (int(v) for v in np.clip(np.round(middle - window_px / 2), 0, side - window_px))
        views[n] = hands.pixels[which, top : top + window_px, left : left + window_px]
        inside = np.abs(hands.places[which] - (left + window_px / 2, top + window_px / 2)).max(1) < 0.45 * window_px
        points[n] = hands.points[which][inside].sum()  # a place that is not known is nowhere inside
    return views, points


def batch_losses(
    model: nn.Module, network: WholeHandNetwork, pictures: NDArray[np.float32], points: NDArray[np.float32]
) -> dict[str, Tensor]:
    """Smooth loss of a batch [N, S, S] with its totals [N]; `model` is the network or its parallel wrapper."""
    device = network.score.weight.device
    settings = network.settings
    targets = torch.from_numpy((points - settings.mean_points) / settings.sd_points).float().to(device)
    return {"smooth": smooth_loss(model(torch.from_numpy(pictures)[:, None].to(device)).float(), targets)}


@torch.inference_mode()
def predict(network: WholeHandNetwork, pictures: NDArray[np.uint8], batch: int = 8) -> NDArray[np.float32]:
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
    """r, MAE and RMSE in points; `score` is minus the RMSE."""
    found = predict(network, pictures)
    rmse = float(np.sqrt(np.mean((found - points) ** 2)))
    spread = float(found.std() * points.std())
    r = float(np.mean((found - found.mean()) * (points - points.mean()))) / spread if spread > 0 else 0.0
    return {"r": r, "mae": float(np.abs(found - points).mean()), "rmse": rmse, "score": -rmse}


def fit_calibration(
    network: WholeHandNetwork, pictures: NDArray[np.uint8], points: NDArray[np.float32]
) -> dict[str, float]:
    """The card's calibration, out of validation patients, after the line from z-scores to points is fitted on them.

    The line of the training targets (their mean and spread) is off where the averaged network answers on another scale than the
    one that learnt; a network whose answers do not rise with the truth keeps it.
    """
    settings = network.settings
    z = (predict(network, pictures) - settings.mean_points) / settings.sd_points
    slope = round(float(np.mean((z - z.mean()) * (points - points.mean()))) / max(float(z.var()), 1e-6), 3)
    if slope > 0:
        level = round(float(points.mean() - slope * z.mean()), 3)
        network.settings = replace(settings, mean_points=level, sd_points=slope)
    fitted = TotalCalibration.fit(predict(network, pictures), points)
    return {"base": fitted.base, "share": fitted.share}
