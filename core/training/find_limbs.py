"""Training of the limb finder: where hands and feet lie on a whole film, at any turn and size, and where there are none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from core.anatomy.frame import Frame
from core.anatomy.parts import Point
from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm, unit
from core.detection.detector import FINDER_STRIDE, seen_limbs
from core.detection.network import LANDMARKS, LIMBS, VECTOR_UNIT_PX, FinderSettings, LimbFinder
from core.phantom.plate import place
from core.svh import Limb
from core.training.augment import lay_things_on, vary_brightness, vary_grain
from core.training.film_cache import as_float


@dataclass(frozen=True)
class FilmSample:
    """A whole film laid into a square [S, S] and the landmarks [5, 2] (NaN unknown) of each limb on it."""

    view: NDArray[np.float32]
    limbs: tuple[tuple[Limb, NDArray[np.float64]], ...]


def landmarks_of(limb: Limb, points: dict[str, Point]) -> NDArray[np.float64]:
    """The finder's landmarks [5, 2] from named points; NaN where a landmark has none of its points."""
    rows = []
    for names in LANDMARKS[limb]:
        known = [points[n] for n in names if n in points]
        rows.append(np.mean(known, axis=0) if known else np.array([np.nan, np.nan]))
    return np.array(rows)


def turned_film(rng: Generator, film: LabelledFilm, side_px: int) -> FilmSample:
    """A real film as a whole or in part: any turn, the limb a fifth to the whole of the square, mirrored at times."""
    pose = fit_pose(film.limb, film.points)
    height, width = film.pixels.shape
    whole = side_px / max(height, width)
    limb_px = (230.0 if film.limb is Limb.HAND else 200.0) / pose.mm_per_px
    scale = float(np.exp(rng.uniform(np.log(0.22), np.log(1.15)))) * side_px / limb_px
    scale = max(scale, whole * 0.8)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    focus = np.nanmean(landmarks_of(film.limb, dict(film.points)), axis=0)
    share = np.clip((scale / whole - 1) / 1.5, 0, 1)
    centre = middle + share * (focus - middle) + rng.normal(0, 0.1, 2) * side_px / scale
    turn = float(rng.choice([0, 90, 180, 270]) + rng.normal(0, 14))
    frame = Frame.around(
        (float(centre[0]), float(centre[1])),
        scale=scale, turn_deg=turn, mirror=bool(rng.random() < 0.5), width_px=side_px, height_px=side_px,
    )  # fmt: skip
    landmarks = frame.to_view(landmarks_of(film.limb, dict(film.points)))
    return FilmSample(frame.take(as_float(film).pixels), ((film.limb, landmarks),))


def other_film(rng: Generator, pixels: NDArray[np.uint8], side_px: int) -> FilmSample:
    """A film of something else, or a piece of it, at any turn."""
    height, width = pixels.shape
    scale = side_px / max(height, width) * float(np.exp(rng.uniform(-0.1, 1.0)))
    centre = (width * float(rng.uniform(0.3, 0.7)), height * float(rng.uniform(0.3, 0.7)))
    turn = float(rng.choice([0, 90, 180, 270]) + rng.normal(0, 10))
    frame = Frame.around(
        centre, scale=scale, turn_deg=turn, mirror=bool(rng.random() < 0.5), width_px=side_px, height_px=side_px
    )
    return FilmSample(frame.take(unit(pixels)), ())


def made_up_film(rng: Generator, side_px: int) -> FilmSample:
    """No film at all: noise, slopes, stripes, bars, letters."""
    view = np.full((side_px, side_px), rng.uniform(0, 1), np.float32)
    if rng.random() < 0.5:
        step = int(rng.choice([2, 4, 8, 16, 32, 64]))
        coarse = rng.random((side_px // step + 1, side_px // step + 1)).astype(np.float32)
        view = view * 0.3 + 0.7 * np.kron(coarse, np.ones((step, step), np.float32))[:side_px, :side_px]
    if rng.random() < 0.4:
        wave = np.sin(np.linspace(0, rng.uniform(2, 120), side_px, dtype=np.float32))
        wave = (wave[:, None] if rng.random() < 0.5 else wave[None, :]).astype(np.float32)
        view = (view + np.float32(rng.uniform(0.1, 0.5)) * wave).astype(np.float32)
    for _ in range(int(rng.integers(0, 6))):
        view = lay_things_on(rng, view.astype(np.float32))
    return FilmSample(view.astype(np.float32), ())


class FilmDraw:
    """Draws training films: phantoms on plates, real films, other films, no films."""

    def __init__(
        self,
        phantoms: Sequence[LabelledFilm],
        real: Sequence[LabelledFilm],
        others: Sequence[NDArray[np.uint8]],
        side_px: int,
    ) -> None:
        self.by_limb = {limb: [f for f in phantoms if f.limb is limb] for limb in LIMBS}
        self.real = {limb: [f for f in real if f.limb is limb] for limb in LIMBS}
        self.others, self.side_px = others, side_px

    def draw(self, rng: Generator) -> FilmSample:
        """One varied film."""
        kind, limb = rng.random(), LIMBS[int(rng.integers(2))]
        if kind < 0.38:
            sample = self._plate(rng, limb)
        elif kind < 0.72:
            sample = turned_film(rng, self.real[limb][int(rng.integers(len(self.real[limb])))], self.side_px)
        elif kind < 0.94:
            sample = other_film(rng, self.others[int(rng.integers(len(self.others)))], self.side_px)
        else:
            sample = made_up_film(rng, self.side_px)
        view = vary_brightness(rng, sample.view)
        if rng.random() < 0.6:
            view = lay_things_on(rng, view)
        return FilmSample(vary_grain(rng, view).astype(np.float32), sample.limbs)

    def _plate(self, rng: Generator, limb: Limb) -> FilmSample:
        pool = self.by_limb[limb]
        films = [as_float(pool[int(rng.integers(len(pool)))]) for _ in range(2 if rng.random() < 0.25 else 1)]
        plate = place(rng, films)
        height, width = plate.pixels.shape
        frame = Frame.around(
            ((width - 1) / 2, (height - 1) / 2),
            scale=self.side_px / max(height, width),
            width_px=self.side_px,
            height_px=self.side_px,
        )
        limbs = tuple((f.limb, frame.to_view(landmarks_of(f.limb, dict(f.points)))) for f in plate.films)
        return FilmSample(frame.take(plate.pixels), limbs)


def maps_of(sample: FilmSample, settings: FinderSettings) -> tuple[NDArray, NDArray, NDArray]:
    """Heat [2, h, w], vectors [20, h, w] and their weights [20, h, w] (cells round a centre whose landmark is known)."""
    cells = settings.side_px // FINDER_STRIDE
    heat = np.zeros((2, cells, cells), np.float32)
    vectors, weight = np.zeros((20, cells, cells), np.float32), np.zeros((20, cells, cells), np.float32)
    ys, xs = np.arange(cells, dtype=np.float32)[:, None], np.arange(cells, dtype=np.float32)[None, :]
    for limb, landmarks in sample.limbs:
        centre = (landmarks[0] + 0.5) / FINDER_STRIDE - 0.5
        if not np.isfinite(centre).all() or (centre < 0).any() or (centre > cells - 1).any():
            continue
        kind = LIMBS.index(limb)
        spot = np.exp(-((xs - centre[0]) ** 2 + (ys - centre[1]) ** 2) / (2 * 1.2**2))
        heat[kind] = np.maximum(heat[kind], spot)
        near = (spot > 0.2).astype(np.float32)
        for k, (x, y) in enumerate(landmarks):
            if not np.isfinite((x, y)).all():
                continue
            for axis, value in ((0, x), (1, y)):
                grid = (xs if axis == 0 else ys) * FINDER_STRIDE + (FINDER_STRIDE - 1) / 2
                channel = 10 * kind + 2 * k + axis
                vectors[channel] = np.where(near > 0, (value - grid) / VECTOR_UNIT_PX, vectors[channel])
                weight[channel] = np.maximum(weight[channel], near)
    return heat, vectors, weight


def batch_losses(network: LimbFinder, samples: Sequence[FilmSample]) -> dict[str, Tensor]:
    """Focal loss of the heat, absolute error of the vectors."""
    views = torch.from_numpy(np.stack([s.view for s in samples]))[:, None].contiguous(memory_format=torch.channels_last)
    heat, vectors = network(views)
    maps = [maps_of(s, network.settings) for s in samples]
    target, truth, weight = (torch.from_numpy(np.stack([m[k] for m in maps])) for k in range(3))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(heat, target, reduction="none")
    loss = loss * (heat.sigmoid() - target).abs() ** 2
    error = ((vectors - truth).abs() * weight).sum() / weight.sum().clamp_min(1)
    return {"heat": loss.sum() / len(samples) / 3, "vectors": error}


def validation_figures(network: LimbFinder, samples: Sequence[FilmSample]) -> dict[str, float]:
    """Share of limbs found (right kind, centre within 15 % of the limb, direction within 25 degrees), of films refused."""
    found, limbs, clean, without = 0, 0, 0, 0
    frame = Frame(np.array([[1.0, 0, 0], [0, 1.0, 0]]), network.settings.side_px, network.settings.side_px)
    for sample in samples:
        heat, vectors = network(torch.from_numpy(sample.view)[None, None])
        seen = seen_limbs(heat[0].sigmoid().numpy(), vectors[0].numpy(), frame, least=0.35)
        if not sample.limbs:
            without, clean = without + 1, clean + (not seen)
            continue
        for limb, landmarks in sample.limbs:
            limbs += 1
            length = np.linalg.norm(landmarks[2] - landmarks[1])
            for other in seen:
                a, b = landmarks[2] - landmarks[1], other.landmarks[2] - other.landmarks[1]
                turn = abs(np.rad2deg(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)))
                near = np.linalg.norm(other.landmarks[0] - landmarks[0]) < 0.15 * length
                if other.limb is limb and near and turn < 25:
                    found += 1
                    break
    return {
        "found": found / max(limbs, 1), "refused": clean / max(without, 1),
        "score": found / max(limbs, 1) + clean / max(without, 1),
    }  # fmt: skip
