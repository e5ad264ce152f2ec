"""What people upload instead of one whole limb: pieces of limbs, two rows in one picture, four limbs on one film."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.parts import JOINTS, WRIST_JOINTS, Point
from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm
from core.svh import Limb

MIN_JOINTS = 2  # a piece that shows fewer SvH joints shows nothing that can be scored


def inside(film: LabelledFilm, point: Point) -> bool:
    """Whether a point lies on the picture of a film."""
    height, width = film.pixels.shape
    return -0.5 <= point[0] < width and -0.5 <= point[1] < height


def joints_on(film: LabelledFilm) -> tuple[str, ...]:
    """The SvH joints of a film that lie inside its picture."""
    return tuple(name for name in JOINTS[film.limb] if name in film.points and inside(film, film.points[name]))


def _piece(rng: Generator, limb: Limb) -> tuple[str, ...]:
    """The points that a piece of a limb shows at least; what else shows is chance."""
    draw = rng.random()
    if limb is Limb.HAND:
        rays = sorted(rng.choice(np.arange(2, 6), int(rng.integers(1, 5)), replace=False))
        if draw < 0.34:
            return WRIST_JOINTS
        if draw < 0.48:
            return tuple(f"MCP{k}" for k in range(2, 6)) + (("MCP1",) if rng.random() < 0.5 else ())
        if draw < 0.58:
            return tuple(f"PIP{k}" for k in range(2, 6)) + tuple(f"MCP{k}" for k in range(2, 6) if rng.random() < 0.5)
        if draw < 0.76:
            return tuple(f"{joint}{k}" for k in rays for joint in ("MCP", "PIP", "DIP"))
        if draw < 0.82:
            return ("MCP1", "IP1", "CMC1")
        if draw < 0.92:  # the fingertips are cut off
            return (*WRIST_JOINTS, *(f"MCP{k}" for k in range(1, 6)))
        return tuple(f"{joint}{k}" for k in range(2, 6) for joint in ("MCP", "PIP", "TIP"))  # the wrist is cut off
    if draw < 0.3:
        return tuple(f"MTP{k}" for k in range(1, 6))
    if draw < 0.5:
        return ("MTP1", "IP1")
    if draw < 0.7:
        return tuple(f"MTP{k}" for k in range(2, 6))
    if draw < 0.85:
        return tuple(f"{joint}{k}" for k in range(1, 4) for joint in ("MTP", "IP", "TIP"))
    return tuple(f"{joint}{k}" for k in range(3, 6) for joint in ("MTP", "PIP", "TIP"))


def _cut(film: LabelledFilm, frame: Frame) -> LabelledFilm:
    names = list(film.points)
    at = frame.to_view(np.array([film.points[name] for name in names]))
    points = {name: (float(x), float(y)) for name, (x, y) in zip(names, at, strict=True)}
    return replace(film, pixels=frame.take(film.pixels), points=points, damage_mask=None)


def cut_film(rng: Generator, film: LabelledFilm, *, longest_px: int = 448) -> LabelledFilm:
    """A piece of a film, turned a little; all points stay known, also those that lie off the piece now.

    The film itself where a piece would show fewer than `MIN_JOINTS` of its joints.
    """
    wanted = [film.points[name] for name in _piece(rng, film.limb) if name in film.points]
    if len(wanted) < 2:
        return film
    pose = fit_pose(film.limb, film.points)
    turn = pose.up_deg + float(rng.normal(0, 12))
    height, width = film.pixels.shape
    upright = Frame.around((width / 2, height / 2), scale=1.0, turn_deg=turn, width_px=width, height_px=height)
    at = upright.to_view(np.array(wanted))
    mm = 1 / pose.mm_per_px
    low = at.min(0) - np.exp(rng.uniform(np.log(5), np.log(45), 2)) * mm
    high = at.max(0) + np.exp(rng.uniform(np.log(5), np.log(45), 2)) * mm
    corner = upright.to_view(np.array([(0, 0), (width, 0), (0, height), (width, height)], float))
    low, high = np.maximum(low, corner.min(0)), np.minimum(high, corner.max(0))
    size = high - low
    if size.min() < 16:
        return film
    scale = min(1.0, longest_px / size.max())
    middle = upright.to_film(((low + high) / 2)[None])[0]
    frame = Frame.around(
        (float(middle[0]), float(middle[1])),
        scale=scale, turn_deg=turn, width_px=max(16, int(size[0] * scale)), height_px=max(16, int(size[1] * scale)),
    )  # fmt: skip
    cut = _cut(film, frame)
    return cut if len(joints_on(cut)) >= MIN_JOINTS else film


@dataclass(frozen=True)
class Placed:
    """A film in a collage: its points in pixels of the collage, and the names of those in its own rectangle."""

    film: LabelledFilm
    shown: frozenset[str]


def collage(rng: Generator, films: Sequence[LabelledFilm], *, side_px: int) -> tuple[NDArray[np.float32], list[Placed]]:
    """Several films in rows and columns of one picture [side_px, side_px]."""
    columns = int(np.ceil(np.sqrt(len(films)))) if rng.random() < 0.6 else int(rng.choice([1, len(films)]))
    rows = -(-len(films) // columns)
    picture = np.full((side_px, side_px), float(rng.choice([0.0, 0.05, rng.uniform(0, 0.3), 1.0])), np.float32)
    cell_w, cell_h = side_px / columns, side_px / rows
    placed: list[Placed] = []
    for n, film in enumerate(films):
        height, width = film.pixels.shape
        turn = float(rng.choice([0, 0, 180, 90, 270]))
        across, down = (height, width) if turn in (90.0, 270.0) else (width, height)
        scale = min(cell_w / across, cell_h / down) * float(rng.uniform(0.82, 1.0))
        wide, high = max(8, int(across * scale)), max(8, int(down * scale))
        frame = Frame.around(
            ((width - 1) / 2, (height - 1) / 2), scale=scale, turn_deg=turn, mirror=bool(rng.random() < 0.5),
            width_px=wide, height_px=high,
        )  # fmt: skip
        cut = _cut(film, frame)
        x = int((n % columns + 0.5) * cell_w - wide / 2 + rng.uniform(-0.4, 0.4) * max(0.0, cell_w - wide))
        y = int((n // columns + 0.5) * cell_h - high / 2 + rng.uniform(-0.4, 0.4) * max(0.0, cell_h - high))
        x, y = min(max(0, x), max(0, side_px - wide)), min(max(0, y), max(0, side_px - high))
        picture[y : y + high, x : x + wide] = cut.pixels[: side_px - y, : side_px - x]
        shown = frozenset(
            name
            for name, (px, py) in cut.points.items()
            if 0 <= px < wide and 0 <= py < high and inside(film, film.points[name])
        )
        points = {name: (px + x, py + y) for name, (px, py) in cut.points.items()}
        placed.append(Placed(replace(cut, points=points, pixels=picture), shown))
    return picture, placed
