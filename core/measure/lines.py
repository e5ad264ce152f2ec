"""The two subchondral lines of a joint in its own view: found together, then each to a part of a pixel."""

from dataclasses import dataclass
from functools import cache

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from core.measure.joint_view import STEP_MM, Floats, blurred

COARSE = 2  # rows of a view that are one row of the search
EVERY = 4  # columns of a view that are one column of the search
WIDEST_GAP = 24  # rows of the search
EDGE_ROWS = 1.2  # spread of the filter along the bone, rows
SIDE_COLUMNS = 3.0  # spread of the filter across the bone, columns
FREEDOM = 5  # powers of a line's curve
HALO = 2.0  # what an edge in the space counts against the outline of the head: a head that is bent has a faint one
BEFORE = 0.6  # what an edge in the space counts against one behind the plate: a rim of a flat joint stands there too


@dataclass(frozen=True)
class Lines:
    """Heights of the proximal and the distal bone's line above the middle row, in rows, at columns `u` from the middle.

    `first`, `last` bound the width that both bones share, in columns. `contrast` is how far the space is darker than
    the bones, in standard deviations of the view; `scatter` the spread of the edges round the smooth lines, rows.
    `plate` is how far the crest of the dense plate of the distal bone lies behind its edge, rows; `second` the
    steepness of a further edge, as a share of that one's: a bent joint shows two outlines of a bone. `inner` is that of
    an edge inside of the head. `steep` is the steepness of the flatter line, in standard deviations of the view a row.
    """

    u: Floats
    near: Floats
    far: Floats
    first: float
    last: float
    contrast: float
    scatter: float
    plate: float
    second: float
    inner: float
    steep: float


def search(view: Floats, half: float) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Columns and rough heights (rows) of both lines in a view [rows, columns], by dynamic programming.

    Source: the pair of edges with the steepest sum and a dark space between, as in graph search for retinal layers.
    """
    rows, columns = view.shape
    smooth = blurred(view, rows=1.5, columns=4.0)[::COARSE]
    spread = float(smooth.std()) + 1e-6
    middle = columns // 2
    reach = max(int(0.7 * half) // EVERY, 2)
    these = np.arange(-reach, reach + 1) * EVERY
    slope = np.gradient(smooth[:, these + middle], axis=0) / spread
    level = np.cumsum((smooth - smooth.mean()) / spread, 0)[:, these + middle]
    near, far = _cheapest(np.ascontiguousarray(slope), np.ascontiguousarray(level))
    return these, near * COARSE - rows // 2.0, far * COARSE - rows // 2.0


@numba.njit(cache=True)
def _cheapest(slope, level):  # type: ignore[no-untyped-def]
    """The cheapest pair of lines; both move by at most two rows a column, their distance by one."""
    high, wide = slope.shape
    gaps = WIDEST_GAP - 1
    total = np.zeros((high, gaps))
    back = np.zeros((wide, high, gaps, 2), np.int8)
    for c in range(wide):
        fresh = np.full((high, gaps), 1e9)
        for r in range(high):
            for g in range(gaps):
                top = r + g + 2
                if top >= high:
                    continue
                dark = (level[top, c] - level[r, c]) / (g + 2)
                away = max(abs(r + (g + 2) / 2 - high // 2) * COARSE * STEP_MM - 1.0, 0.0)
                cost = slope[r, c] - slope[top, c] + 0.12 * dark + 0.05 * away * away
                best = 0.0
                if c > 0:
                    best = 1e9
                    for i in range(-2, 3):
                        for d in range(-1, 2):
                            rr, gg = r + i, g + d
                            if 0 <= rr < high and 0 <= gg < gaps:
                                value = total[rr, gg] + 0.06 * (i * i + (i + d) * (i + d))
                                if value < best:
                                    best = value
                                    back[c, r, g, 0], back[c, r, g, 1] = i, d
                fresh[r, g] = cost + best
        total = fresh
    row, gap = 0, 0
    for r in range(high):
        for g in range(gaps):
            if total[r, g] < total[row, gap]:
                row, gap = r, g
    near, far = np.empty(wide), np.empty(wide)
    for c in range(wide - 1, -1, -1):
        near[c], far[c] = row, row + gap + 2
        i, d = back[c, row, gap, 0], back[c, row, gap, 1]
        row, gap = row + i, gap + d
    return near, far


def refine(view: Floats, u: NDArray[np.intp], near: Floats, far: Floats, half: float) -> Lines:
    """Both lines to a part of a row from their rough heights, and the width that both bones share."""
    rows, columns = view.shape
    smooth = blurred(view, columns=SIDE_COLUMNS)
    slope = blurred(smooth, rows=EDGE_ROWS, rise=True)
    spread = float(smooth.std()) + 1e-6
    sides = [shared_sides(view, float(np.median(line)), way, half) for line, way in ((near, -1), (far, 1))]
    first, last = max(s[0] for s in sides), min(s[1] for s in sides)
    if last - first < 0.6 * half:
        first, last = -0.8 * half, 0.8 * half
    inner = 0.40 * (last - first)
    centre = (first + last) / 2
    core = np.arange(int(np.ceil(centre - inner)), int(np.floor(centre + inner)) + 1)
    lines, scatter = [], []
    for rough, sign in ((near, -1.0), (far, 1.0)):
        at = np.interp(core, u, rough)
        for reach in (4.0, 2.5):
            heights, steep = _edges(sign * slope, core + columns // 2, at + rows // 2, reach)
            at, off = _smooth(heights - rows // 2, steep)
        lines.append(at)
        scatter.append(off)
    on = core + columns // 2
    gap = float((lines[1] - lines[0]).min())
    plate, second, far_steep = _plate(view, slope, on, lines[1] + rows // 2, gap)
    halo, inner, near_steep = _head(-slope, on, lines[0] + rows // 2, gap)
    dark = _level(view, core, (lines[0] + lines[1]) / 2)
    bright = min(_level(view, core, lines[0] - 10), _level(view, core, lines[1] + 10))
    return Lines(
        core.astype(float), lines[0], lines[1], first, last,
        (bright - dark) / spread, float(np.hypot(scatter[0], scatter[1])), plate, max(second, halo), inner,
        min(near_steep, far_steep) / spread,
    )  # fmt: skip


def _plate(
    view: Floats, slope: Floats, columns: NDArray[np.intp], at: Floats, gap: float
) -> tuple[float, float, float]:
    """How far behind the edge of the distal bone its plate lies, how steep further edges are as a share, and that edge.

    Further edges are looked for behind the plate, and in the space of `gap` rows before the edge.
    """
    steps = np.arange(0.0, 25.5, 0.5)
    bright = _straightened(blurred(view, rows=1.0), columns, at, steps)
    steep = _straightened(slope, columns, at, steps)
    tops = np.flatnonzero((bright[1:-1] >= bright[:-2]) & (bright[1:-1] > bright[2:])) + 1
    if not tops.size:
        return float(steps[-1]), 0.0, max(float(steep[:3].max()), 1e-9)
    top = int(tops[0])
    below, here, above = bright[top - 1 : top + 2]
    crest = steps[top] + 0.25 * (below - above) / (below - 2 * here + above)
    before = np.arange(6.0, gap - 3.0, 0.5)
    further = float(steep[top:].max())
    if before.size:
        further = max(further, BEFORE * float(_straightened(slope, columns, at, -before).max()))
    edge = max(float(steep[:3].max()), 1e-9)
    return float(crest), further / edge, edge


def _head(fall: Floats, columns: NDArray[np.intp], at: Floats, gap: float) -> tuple[float, float, float]:
    """How steep edges in the space (weighted) and inside the head are, as shares of its outline; and that one."""
    edge = max(float(_straightened(fall, columns, at, np.arange(-1.0, 1.5, 0.5)).max()), 1e-9)
    inside = float(_straightened(fall, columns, at, -np.arange(6.0, 25.5, 0.5)).max())
    space = np.arange(6.0, gap - 3.0, 0.5)
    halo = float(_straightened(fall, columns, at, space).max()) if space.size else 0.0
    return HALO * halo / edge, inside / edge, edge


def _edges(slope: Floats, columns: NDArray[np.intp], at: Floats, reach: float) -> tuple[Floats, Floats]:
    """Heights of the steepest rise within `reach` rows of `at` in each column, and how steep it is."""
    steps = np.arange(-reach, reach + 0.5)
    index = np.clip(np.rint(at[:, None] + steps), 1, slope.shape[0] - 2).astype(int)
    values = slope[index, columns[:, None]]
    best = index[np.arange(len(columns)), values.argmax(1)]
    below, here, above = (slope[best + k, columns] for k in (-1, 0, 1))
    bend = below - 2 * here + above
    part = np.where(bend < 0, 0.5 * (below - above) / np.minimum(bend, -1e-9), 0)
    return best + np.clip(part, -0.5, 0.5), np.maximum(here, 0)


def _smooth(heights: Floats, steep: Floats) -> tuple[Floats, float]:
    """A curve of few powers through the heights of neighbouring columns, deaf to what is far off, and the spread."""
    line, off = _curve(_powers(len(heights)), heights, steep)
    return line, float(np.sqrt(np.average(np.minimum(off**2, 9.0), weights=steep + 1e-9)))


@cache
def _powers(columns: int) -> Floats:
    """Legendre polynomials [columns, FREEDOM] over columns that lie beside each other."""
    return np.asarray(np.polynomial.legendre.legvander(np.linspace(-1, 1, columns), FREEDOM - 1))


@numba.njit(cache=True)
def _curve(basis, heights, steep):  # type: ignore[no-untyped-def]
    """The curve and how far the heights lie off it: least squares, weighted anew six times."""
    share = steep / (steep.max() + 1e-9)
    weight = share.copy()
    line = heights.copy()
    off = heights - line
    for _ in range(6):
        squared = np.ascontiguousarray((basis * (weight**2).reshape(-1, 1)).T)
        line = basis @ np.linalg.solve(squared @ basis + 1e-9 * np.eye(basis.shape[1]), squared @ heights)
        off = heights - line
        spread = 1.48 * np.median(np.abs(off)) + 0.15
        weight = share * np.maximum(1 - (off / (4 * spread)) ** 2, 0)
    return line, off


def _straightened(view: Floats, columns: NDArray[np.intp], at: Floats, steps: Floats) -> Floats:
    """Mean over the columns of what lies `steps` rows distal of heights `at`."""
    y = (at[:, None] + steps).astype(np.float32)
    x = np.broadcast_to(columns[:, None], y.shape).astype(np.float32)
    return np.asarray(
        cv2.remap(view.astype(np.float32), x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).mean(0)
    )


def _level(view: Floats, u: NDArray[np.intp], at: Floats) -> float:
    rows, columns = view.shape
    return float(view[np.clip(np.rint(at) + rows // 2, 0, rows - 1).astype(int), u + columns // 2].mean())


def shared_sides(view: Floats, line: float, way: int, half: float) -> tuple[float, float]:
    """Where the bone next to a line ends to the left and right, columns from the middle."""
    rows, columns = view.shape
    u = np.arange(columns) - columns // 2
    profiles = []
    for start in (8, 16, 24, 32, 40):
        a, b = sorted((line + way * start, line + way * (start + 10)))
        low, high = int(np.clip(a + rows // 2, 0, rows - 2)), int(np.clip(b + rows // 2, 1, rows - 1))
        if high > low + 2:
            profiles.append(view[low:high].mean(0))
    if not profiles:
        return -half, half
    rise = blurred(np.ascontiguousarray(np.stack(profiles).T), rows=2.5, rise=True).T
    left, right = (u > -1.4 * half) & (u < -0.5 * half), (u < 1.4 * half) & (u > 0.5 * half)
    lefts, rights = np.sort(u[left][rise[:, left].argmax(1)]), np.sort(u[right][rise[:, right].argmin(1)])
    return float(lefts[min(1, len(lefts) - 1)]), float(rights[-min(2, len(rights))])
