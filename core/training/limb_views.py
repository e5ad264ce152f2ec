"""What the limb finder is shown: films whole, cut, put together, and films of something else, laid into a square."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.pose import Pose, fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.cohort.labelled_film import LabelledFilm, unit
from core.detection.detector import whole_film_frame
from core.detection.network import LIMBS
from core.phantom.pieces import collage, cut_film, inside
from core.phantom.plate import place
from core.svh import Limb
from core.training.augment import lay_things_on, random_brightness, random_grain
from core.training.film_cache import as_float


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
        view = random_brightness(rng, sample.view)
        if rng.random() < 0.5:
            view = lay_things_on(rng, view)
        view = np.clip(random_grain(rng, view), 0, 1).astype(np.float32)
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
