"""Training of the parts networks: RetinaNet losses on part boxes, focal loss on joint heat maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from core.anatomy.frame import Frame
from core.anatomy.parts import JOINTS, PARTS, Point, part_boxes
from core.anatomy.pose import Jitter, fit_pose
from core.cohort.labelled_film import LabelledFilm
from core.detection.found import find_joints
from core.detection.network import PartsNetwork, PartsSettings
from core.phantom.growth_plates import can_grow, paint_growth_plates
from core.phantom.pieces import cut_film, inside
from core.svh import Limb
from core.training.augment import lay_things_on, random_brightness, random_grain

HEAT_STRIDE = 4
PIECE_SHARE, GROWING_SHARE = 0.5, 0.12
SILENT = 0.99  # of the joints off the film so many must not be seen
SEEN_HEIGHTS = (0.25, 0.6)  # at least and at most
OUTSIDE_SHARE = 0.4  # a part more of whose box lies outside is not on the film


@dataclass(frozen=True)
class PartsSample:
    """One view [H, W] and its truth in view pixels."""

    view: NDArray[np.float32]
    points: Mapping[str, Point]  # those that lie off the film are NaN
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    log_size: float = 0.0  # logarithm of how much larger than the template the limb is in the view
    growing: bool = False


def boxes_on_view(film: LabelledFilm, frame: Frame) -> dict[str, tuple[float, ...]]:
    """Part boxes clipped to the view; parts more than 40 % of which lie outside of film or view are left out."""
    kept: dict[str, tuple[float, ...]] = {}
    height, width = film.pixels.shape
    names = list(film.points)
    at = frame.to_view(np.array([film.points[n] for n in names]))
    points = {n: (float(x), float(y)) for n, (x, y) in zip(names, at, strict=True)}
    spread = np.stack(np.meshgrid(np.linspace(0.05, 0.95, 10), np.linspace(0.05, 0.95, 10)), -1).reshape(-1, 2)
    for part, (x0, y0, x1, y1) in part_boxes(film.limb, points).items():
        grid = np.array([x0, y0]) + spread * (x1 - x0, y1 - y0)
        there = frame.to_film(grid)
        on = (grid >= 0).all(1) & (grid[:, 0] < frame.width_px) & (grid[:, 1] < frame.height_px)
        on &= (there >= -0.5).all(1) & (there[:, 0] < width) & (there[:, 1] < height)
        box = (max(0.0, x0), max(0.0, y0), min(float(frame.width_px), x1), min(float(frame.height_px), y1))
        if on.mean() >= 1 - OUTSIDE_SHARE and box[2] - box[0] > 4 and box[3] - box[1] > 4:
            kept[part] = box
    return kept


def _sample(view: NDArray[np.float32], frame: Frame, film: LabelledFilm) -> PartsSample:
    names = list(film.points)
    at = frame.to_view(np.array([film.points[n] for n in names]))
    off = (float("nan"), float("nan"))
    points = {
        n: (float(x), float(y)) if inside(film, film.points[n]) else off for n, (x, y) in zip(names, at, strict=True)
    }
    boxes = boxes_on_view(film, frame)
    return PartsSample(
        view,
        points,
        np.array(list(boxes.values()), np.float32).reshape(-1, 4),
        np.array([PARTS[film.limb].index(part) for part in boxes], np.int64),
    )


def limb_view(film: LabelledFilm, settings: PartsSettings, jitter: Jitter | None = None) -> PartsSample:
    """The view of a labelled film that the detector would take, with an error of its pose if asked."""
    pose = fit_pose(film.limb, film.points)
    frame = pose.frame(
        mm_per_view_px=settings.mm_per_px,
        size_px=(settings.width_px, settings.height_px),
        centre_mm=settings.centre_mm,
        jitter=jitter,
    )
    sample = _sample(frame.take(film.pixels), frame, film)
    return replace(sample, log_size=float(np.log((jitter or Jitter()).scale)))


def draw_sample(rng: Generator, film: LabelledFilm, settings: PartsSettings) -> PartsSample:
    """A training view: whole limb or piece, pose error as the finder makes it.

    Brightness, grain, things laid on, growth plates.
    """
    growing = can_grow(film) and rng.random() < GROWING_SHARE
    if growing:
        film = paint_growth_plates(rng, film)
    piece = rng.random() < PIECE_SHARE
    if piece:
        film = cut_film(rng, film, longest_px=1000)
    wild = rng.random() < 0.25
    jitter = Jitter(
        turn_deg=float(rng.normal(0, 20 if wild else 10)),
        scale=float(np.exp(rng.uniform(-0.4, 0.4) if wild else rng.normal(0, 0.12))),
        x_mm=float(rng.normal(0, 9)),
        y_mm=float(rng.normal(0, 9)),
        mirror=bool(rng.random() < 0.5),
    )
    sample = replace(limb_view(film, settings, jitter), growing=growing)
    view = random_brightness(rng, sample.view)
    if rng.random() < 0.5:
        view = lay_things_on(rng, view)
    view = random_grain(rng, view)
    return replace(sample, view=view.astype(np.float32))


def heat_target(
    points: Mapping[str, Point], names: Sequence[str], width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gaussians [P, H/4, W/4] of 1.5 cells at the points, and [P] 1 where the truth of a channel is known."""
    h, w = height // HEAT_STRIDE, width // HEAT_STRIDE
    heat, known = np.zeros((len(names), h, w), np.float32), np.zeros(len(names), np.float32)
    ys, xs = np.arange(h, dtype=np.float32)[:, None], np.arange(w, dtype=np.float32)[None, :]
    for k, name in enumerate(names):
        if name in points:
            known[k] = 1
            if not np.isfinite(points[name]).all():
                continue  # off the film: it must not be seen
            x, y = ((c + 0.5) / HEAT_STRIDE - 0.5 for c in points[name])
            heat[k] = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * 1.5**2))
    return heat, known


def heat_loss(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Binary cross-entropy to soft targets with the focal weight |p - t|^2, a mean over known channels.

    Shapes [N, P, H, W], [N, P, H, W], [N, P]. Source: Li 2020, arXiv:2006.04388 (quality focal loss, beta 2).
    """
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    loss = loss * (logits.sigmoid() - target).abs() ** 2
    return (loss.sum((2, 3)) * known).sum() / known.sum().clamp_min(1) / 10


@dataclass(frozen=True)
class PartsBatch:
    """Views [N, 1, H, W] with boxes and labels of each, and heat targets [N, P, H/4, W/4].

    With them which of the targets' channels are known.
    """

    views: Tensor
    targets: Sequence[Mapping[str, Tensor]]
    heat: Tensor
    known: Tensor
    glance: Tensor  # [N, 2]: logarithm of the size, 1 for a skeleton that grows


def make_batch(samples: Sequence[PartsSample], settings: PartsSettings) -> PartsBatch:
    """Samples as tensors."""
    maps = [heat_target(s.points, settings.points, settings.width_px, settings.height_px) for s in samples]
    return PartsBatch(
        torch.from_numpy(np.stack([s.view for s in samples]))[:, None],
        [{"boxes": torch.from_numpy(s.boxes), "labels": torch.from_numpy(s.labels)} for s in samples],
        torch.from_numpy(np.stack([m[0] for m in maps])),
        torch.from_numpy(np.stack([m[1] for m in maps])),
        torch.tensor([(s.log_size, float(s.growing)) for s in samples]),
    )


def batch_losses(network: PartsNetwork, batch: PartsBatch) -> dict[str, Tensor]:
    """Classification, box and heat-map loss of a batch, by name."""
    device = next(network.parameters()).device
    views = batch.views.to(device, memory_format=torch.channels_last)
    targets = [{key: value.to(device) for key, value in target.items()} for target in batch.targets]
    losses, heat, glance = network.losses(views, targets)
    found = {**losses, "heat": heat_loss(heat, batch.heat.to(device), batch.known.to(device))}
    if network.glance is not None:
        wanted = batch.glance.to(device)
        found["size"] = (glance[:, 0] - wanted[:, 0]).abs().mean()
        found["growing"] = 0.2 * torch.nn.functional.binary_cross_entropy_with_logits(glance[:, 1], wanted[:, 1])
    return found


def seen_height(off: Sequence[float]) -> float:
    """The height above which a joint counts as seen, out of the heights of peaks of joints that are off the film."""
    return round(float(np.clip(np.quantile(off, SILENT), *SEEN_HEIGHTS)), 3) if len(off) else SEEN_HEIGHTS[0]


@torch.inference_mode()
def fit_seen(network: PartsNetwork, samples: Sequence[PartsSample]) -> dict[str, Any]:
    """Set the height above which a joint counts as seen in the settings of the network, from unseen views.

    Nothing is left for the card's calibration.
    """
    settings = network.settings
    height = validation_figures(network, samples, settings)["seen_height"]
    network.settings = replace(settings, seen=height)
    return {}


def validation_figures(
    network: PartsNetwork, samples: Sequence[PartsSample], settings: PartsSettings
) -> dict[str, float]:
    """Share of parts whose best box has IoU >= 0.6, mean IoU, median joint error in px; `score` joins them."""
    ious, errors, on, off, sizes, grows = [], [], [], [], [], []
    limb = Limb(settings.limb)
    for sample in samples:
        detections, heat, glance = network(
            torch.from_numpy(sample.view)[None, None].to(next(network.parameters()).device)
        )
        found = {key: value.cpu() for key, value in detections[0].items()}
        for box, label in zip(sample.boxes, sample.labels, strict=True):
            mine = found["labels"] == int(label)
            if not mine.any():
                ious.append(0.0)
                continue
            best = found["boxes"][mine][found["scores"][mine].argmax()].numpy()
            wide = min(best[2], box[2]) - max(best[0], box[0])
            high = min(best[3], box[3]) - max(best[1], box[1])
            both = max(0.0, wide) * max(0.0, high)
            area = (best[2] - best[0]) * (best[3] - best[1]) + (box[2] - box[0]) * (box[3] - box[1])
            ious.append(float(both / (area - both)))
        at = find_joints(heat[0].float().sigmoid().cpu().numpy(), settings.points)
        sizes.append(abs(float(glance[0, 0]) - sample.log_size))
        grows.append((float(glance[0, 1]) > 0) == sample.growing)
        for name in JOINTS[limb]:
            x, y = sample.points.get(name, (-1.0, -1.0))
            if name in sample.points and not np.isfinite(x):
                off.append(at[name][2])
            elif 0 <= x < settings.width_px and 0 <= y < settings.height_px:
                errors.append(float(np.hypot(at[name][0] - x, at[name][1] - y)))
                on.append(at[name][2])
    good, median = float(np.mean(np.array(ious) >= 0.6)), float(np.median(errors))
    late = float(np.mean(np.array(errors) > 6))
    height = seen_height(off)
    seen = float(np.mean(np.array(on) > height))
    return {
        "iou60": good, "iou": float(np.mean(ious)), "joint_px": median, "joint_off": late,
        "seen": seen, "seen_height": height, "size": float(np.mean(sizes)),
        "growing": float(np.mean(grows)),
        "score": good + float(np.mean(ious)) - 0.05 * median - late - float(np.mean(sizes))
        + seen + 0.3 * float(np.mean(grows)),
    }  # fmt: skip
