"""Training of the limb finder: where hands and feet, whole or in part, lie on a film, and where there are none."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from core.anatomy.frame import Frame
from core.anatomy.pose import Pose, fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.cohort.labelled_film import LabelledFilm, unit
from core.detection.detector import whole_film_frame
from core.detection.limb_votes import FINDER_STRIDE, seen_limbs
from core.detection.network import LIMBS, MAPS_A_LIMB, OFFSET_UNIT_PX, PLACE_UNIT_MM, FinderSettings, LimbFinder
from core.phantom.pieces import collage, cut_film, inside
from core.phantom.plate import place
from core.svh import Limb, Side
from core.training.augment import lay_things_on, vary_brightness, vary_grain
from core.training.film_cache import as_float

ON_MM, NEAR_MM = 9.0, 16.0  # a cell nearer to the bones lies on the limb; between the two nothing is asked of it
CHAINS: dict[Limb, tuple[tuple[str, ...], ...]] = {
    Limb.HAND: (
        ("TIP1", "IP1", "MCP1", "CMC1", "RAD"),
        ("TIP2", "PIP2", "MCP2", "CMC3"),
        ("TIP3", "PIP3", "MCP3", "CMC3", "RAD"),
        ("TIP4", "PIP4", "MCP4", "CMC5"),
        ("TIP5", "PIP5", "MCP5", "CMC5", "ULN"),
    ),
    Limb.FOOT: (
        ("TIP1", "IP1", "MTP1", "TMT1"),
        ("TIP2", "PIP2", "MTP2", "TMT1"),
        ("TIP3", "PIP3", "MTP3"),
        ("TIP4", "PIP4", "MTP4", "TMT5"),
        ("TIP5", "PIP5", "MTP5", "TMT5"),
        ("MTP1", "MTP3", "MTP5"),
    ),
}


@dataclass(frozen=True)
class LimbTruth:
    """A limb in a view: its points [n, 2] in view pixels with their names, which of them show, its true pose there."""

    limb: Limb
    names: tuple[str, ...]
    at: NDArray[np.float64]
    shown: NDArray[np.bool_]
    pose: Pose


@dataclass(frozen=True)
class FilmSample:
    """A whole film laid into a square [S, S], the limbs on it, and whether it is light for dark."""

    view: NDArray[np.float32]
    limbs: tuple[LimbTruth, ...]
    inverted: bool = False


def limb_truth(film: LabelledFilm, frame: Frame, shown: Collection[str] | None = None) -> LimbTruth:
    """The truth of a film in a view of it.

    A point shows where it lies on the film (or is among `shown`) and in the view.
    """
    names = tuple(name for name in film.points if name in TEMPLATE_MM[film.limb])
    at = frame.to_view(np.array([film.points[name] for name in names]))
    visible = (at >= 0).all(1) & (at[:, 0] < frame.width_px) & (at[:, 1] < frame.height_px)
    visible &= np.array([name in shown if shown is not None else inside(film, film.points[name]) for name in names])
    pose = fit_pose(film.limb, {n: (float(x), float(y)) for n, (x, y) in zip(names, at, strict=True)})
    return LimbTruth(film.limb, names, at, visible, pose)


def _turned(rng: Generator, film: LabelledFilm, side_px: int) -> FilmSample:
    """A film in its square at any turn, loosely or tightly laid, mirrored at times."""
    height, width = film.pixels.shape
    share = float(rng.choice([1.0, rng.uniform(0.55, 1.0), rng.uniform(1.0, 1.3)]))
    turn = float(rng.choice([0, 90, 180, 270]) + (rng.normal(0, 12) if rng.random() < 0.5 else 0))
    frame = Frame.around(
        ((width - 1) / 2, (height - 1) / 2), scale=share * side_px / max(height, width), turn_deg=turn,
        mirror=bool(rng.random() < 0.5), width_px=side_px, height_px=side_px,
    )  # fmt: skip
    return FilmSample(frame.take(film.pixels), (limb_truth(film, frame),))


def _zoomed(rng: Generator, film: LabelledFilm, side_px: int) -> FilmSample:
    """A real film as a whole or in part: any turn, the limb a fifth to the whole of the square, mirrored at times."""
    pose = fit_pose(film.limb, film.points)
    height, width = film.pixels.shape
    whole = side_px / max(height, width)
    limb_px = (230.0 if film.limb is Limb.HAND else 200.0) / pose.mm_per_px
    scale = float(np.exp(rng.uniform(np.log(0.22), np.log(1.3)))) * side_px / limb_px
    scale = max(scale, whole * 0.8)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    focus = np.mean([film.points[n] for n in film.points if n in TEMPLATE_MM[film.limb]], axis=0)
    share = np.clip((scale / whole - 1) / 1.5, 0, 1)
    centre = middle + share * (focus - middle) + rng.normal(0, 0.1, 2) * side_px / scale
    frame = Frame.around(
        (float(centre[0]), float(centre[1])), scale=scale,
        turn_deg=float(rng.choice([0, 90, 180, 270]) + rng.normal(0, 14)),
        mirror=bool(rng.random() < 0.5), width_px=side_px, height_px=side_px,
    )  # fmt: skip
    return FilmSample(frame.take(film.pixels), (limb_truth(film, frame),))


def other_film(rng: Generator, pixels: NDArray[np.uint8], side_px: int) -> FilmSample:
    """A film of something else, or a piece of it, at any turn."""
    height, width = pixels.shape
    scale = side_px / max(height, width) * float(np.exp(rng.uniform(-0.1, 1.4)))
    centre = (width * float(rng.uniform(0.25, 0.75)), height * float(rng.uniform(0.25, 0.75)))
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
    """Draws training films: phantoms on plates, real films, pieces, collages, other films, no films.

    Some light for dark.
    """

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
        kind = rng.random()
        if kind < 0.16:
            sample = self._plate(rng, LIMBS[int(rng.integers(2))])
        elif kind < 0.32:
            sample = _zoomed(rng, self._one(rng, real=0.8), self.side_px)
        elif kind < 0.60:
            sample = _turned(rng, cut_film(rng, self._one(rng), longest_px=self.side_px), self.side_px)
        elif kind < 0.72:
            sample = self._collage(rng)
        elif kind < 0.95:
            sample = other_film(rng, self.others[int(rng.integers(len(self.others)))], self.side_px)
        else:
            sample = made_up_film(rng, self.side_px)
        view = vary_brightness(rng, sample.view)
        if rng.random() < 0.5:
            view = lay_things_on(rng, view)
        view = np.clip(vary_grain(rng, view), 0, 1).astype(np.float32)
        inverted = bool(rng.random() < 0.15)
        return FilmSample(1 - view if inverted else view, sample.limbs, inverted)

    def _one(self, rng: Generator, *, real: float = 0.5) -> LabelledFilm:
        limb = LIMBS[int(rng.integers(2))]
        pool = self.real[limb] if rng.random() < real else self.by_limb[limb]
        return as_float(pool[int(rng.integers(len(pool)))])

    def _collage(self, rng: Generator) -> FilmSample:
        films = []
        for _ in range(int(rng.choice([2, 2, 3, 4, 4]))):
            film = self._one(rng)
            films.append(cut_film(rng, film, longest_px=self.side_px) if rng.random() < 0.5 else film)
        picture, placed = collage(rng, films, side_px=self.side_px)
        frame = whole_film_frame(self.side_px, self.side_px, self.side_px)
        return FilmSample(picture, tuple(limb_truth(one.film, frame, one.shown) for one in placed))

    def _plate(self, rng: Generator, limb: Limb) -> FilmSample:
        pool = self.by_limb[limb]
        films = [as_float(pool[int(rng.integers(len(pool)))]) for _ in range(2 if rng.random() < 0.3 else 1)]
        plate = place(rng, films)
        height, width = plate.pixels.shape
        frame = whole_film_frame(height, width, self.side_px)
        return FilmSample(frame.take(plate.pixels), tuple(limb_truth(film, frame) for film in plate.films))


def _bones(truth: LimbTruth, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance [n] in mm of grid points [n, 2] from the bones between the points that show."""
    here = {name: point for name, point, shown in zip(truth.names, truth.at, truth.shown, strict=True) if shown}
    ends = [(here[n], here[n]) for n in here]
    for chain in CHAINS[truth.limb]:
        there = [name for name in chain if name in here]
        ends += [(here[a], here[b]) for a, b in itertools.pairwise(there)]
    a, b = np.array([e[0] for e in ends]), np.array([e[1] for e in ends])
    along = b - a
    length = np.maximum((along**2).sum(1), 1e-9)
    t = np.clip(((grid[:, None] - a) * along).sum(2) / length, 0, 1)
    return np.linalg.norm(grid[:, None] - (a + t[..., None] * along), axis=2).min(1) * truth.pose.mm_per_px


def _places(truth: LimbTruth, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where grid points [n, 2] lie on the template, mm: the pose, bent so that the marked points land on theirs."""
    template = np.array([TEMPLATE_MM[truth.limb][name] for name in truth.names])
    missing = template - truth.pose.to_mm(truth.at)
    distance = np.linalg.norm(grid[:, None] - truth.at, axis=2) * truth.pose.mm_per_px
    weight = 1 / (distance**2 + 9)
    return truth.pose.to_mm(grid) + (weight[..., None] * missing).sum(1) / weight.sum(1, keepdims=True)


@dataclass(frozen=True)
class FinderTargets:
    """Heat [2, h, w] with what is asked [2, h, w]; maps [8, h, w] with what is asked [8, h, w]."""

    heat: NDArray[np.float32]
    heat_asked: NDArray[np.float32]
    maps: NDArray[np.float32]
    maps_asked: NDArray[np.float32]


def targets_of(sample: FilmSample, settings: FinderSettings) -> FinderTargets:
    """What the finder should say of a film; nothing lies on one that is light for dark."""
    cells = settings.side_px // FINDER_STRIDE
    heat, asked = np.zeros((2, cells, cells), np.float32), np.ones((2, cells, cells), np.float32)
    maps = np.zeros((len(LIMBS) * MAPS_A_LIMB, cells, cells), np.float32)
    maps_asked = np.zeros_like(maps)
    line = np.arange(cells) * FINDER_STRIDE + (FINDER_STRIDE - 1) / 2
    grid = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    for truth in sample.limbs if not sample.inverted else ():
        if truth.shown.sum() < 2:
            continue
        kind = LIMBS.index(truth.limb)
        mm_a_cell = FINDER_STRIDE * truth.pose.mm_per_px
        distance = _bones(truth, grid).reshape(cells, cells)
        on = distance < max(ON_MM, 0.6 * mm_a_cell)
        asked[:, (distance < max(NEAR_MM, 1.2 * mm_a_cell)) & ~on & (heat[kind] == 0)] = 0
        heat[kind, on], asked[:, on] = 1, 1
        flat = np.flatnonzero(on.ravel())
        own = np.empty((flat.size, MAPS_A_LIMB))
        own[:, :2] = _places(truth, grid[flat]) / PLACE_UNIT_MM
        if truth.pose.side is Side.L:  # a mirrored limb has the place that its mirror image would have
            own[:, 0] = -own[:, 0]
        own[:, 2:4] = (truth.at[truth.shown].mean(0) - grid[flat]) / OFFSET_UNIT_PX
        rows = slice(kind * MAPS_A_LIMB, (kind + 1) * MAPS_A_LIMB)
        maps[rows].reshape(MAPS_A_LIMB, -1)[:, flat] = own.T
        maps_asked[rows].reshape(MAPS_A_LIMB, -1)[:, flat] = 1
    return FinderTargets(heat, asked, maps, maps_asked)


@dataclass(frozen=True)
class FinderBatch:
    """Views [N, 1, S, S], targets as in `FinderTargets` with a first axis, `inverted` [N]."""

    views: Tensor
    heat: Tensor
    heat_asked: Tensor
    maps: Tensor
    maps_asked: Tensor
    inverted: Tensor


def make_batch(samples: Sequence[FilmSample], settings: FinderSettings) -> FinderBatch:
    """Samples as tensors."""
    targets = [targets_of(sample, settings) for sample in samples]

    def stack(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(t, name) for t in targets]))

    views = torch.from_numpy(np.stack([s.view for s in samples]))[:, None]
    inverted = torch.tensor([float(s.inverted) for s in samples])
    return FinderBatch(views, stack("heat"), stack("heat_asked"), stack("maps"), stack("maps_asked"), inverted)


def batch_losses(network: LimbFinder, batch: FinderBatch) -> dict[str, Tensor]:
    """Focal loss of the heat; absolute error of places and offsets on the cells of limbs; polarity."""
    device = next(network.parameters()).device
    views = batch.views.to(device, memory_format=torch.channels_last)
    heat, maps, polarity = (value.float() for value in network(views))
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    target, asked = batch.heat.to(device), batch.heat_asked.to(device)
    focal = entropy(heat, target, reduction="none") * (heat.sigmoid() - target).abs() ** 2 * asked
    maps_target, maps_asked = batch.maps.to(device), batch.maps_asked.to(device)
    error = (maps - maps_target).abs() * maps_asked
    return {
        "heat": focal.sum() / target.sum().clamp_min(1) * 4,
        "places": error.sum() * MAPS_A_LIMB / maps_asked.sum().clamp_min(1),
        "polarity": 0.3 * entropy(polarity, batch.inverted.to(device)),
    }


def validation_figures(network: LimbFinder, samples: Sequence[FilmSample]) -> dict[str, float]:
    """Share of limbs found, of films refused, of polarity right.

    Found is: right kind, points within 15 mm, scale within a quarter.
    """
    found, limbs, clean, without, polar, scales = 0, 0, 0, 0, 0, []
    side = network.settings.side_px
    frame = Frame(np.array([[1.0, 0, 0], [0, 1.0, 0]]), side, side)
    device = next(network.parameters()).device
    for sample in samples:
        heat, maps, polarity = network(torch.from_numpy(sample.view)[None, None].to(device))
        polar += (float(polarity[0]) > 0) == sample.inverted
        if sample.inverted:
            continue
        seen = seen_limbs(heat[0].float().sigmoid().cpu().numpy(), maps[0].float().cpu().numpy(), frame)
        if not sample.limbs:
            without, clean = without + 1, clean + (not any(limb.confidence > 0.5 for limb in seen))
            continue
        for truth in sample.limbs:
            if truth.shown.sum() < 3:
                continue
            limbs += 1
            for other in seen:
                shown = truth.at[truth.shown]
                a = other.pose.to_mm(shown)
                b = truth.pose.to_mm(shown) * ((-1, 1) if truth.pose.side is Side.L else 1)
                ratio = other.pose.mm_per_px / truth.pose.mm_per_px
                near = float(np.median(np.linalg.norm(a - b, axis=1))) < 15
                if other.limb is truth.limb and near and 0.8 < ratio < 1.25:
                    found += 1
                    scales.append(abs(np.log(ratio)))
                    break
    return {
        "found": found / max(limbs, 1), "refused": clean / max(without, 1), "polarity": polar / len(samples),
        "scale_error": float(np.mean(scales)) if scales else 1.0,
        "score": found / max(limbs, 1) + clean / max(without, 1) + polar / len(samples),
    }  # fmt: skip
