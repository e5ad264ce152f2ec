"""Narrowing painted on a real film: the distal bone is lifted as a layer in log intensity, moved, and added again."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.phantom.damage import Narrowing
from core.phantom.joint_place import Floats, Place, step

PATCH_MM_PER_PX = 0.15
SHAFT_MM = 24.0  # the shaft takes the stretch up over this length


@dataclass(frozen=True)
class _GapLine:
    """The joint space in the local frame.

    Offsets across (mm), height of the dark path along the axis (mm), width (mm).
    """

    u: Floats
    path: Floats
    width_mm: float
    level: float  # brightness inside the gap


def _gap_line(pixels: Floats, place: Place) -> _GapLine:
    """The darkest path across the joint, by dynamic programming, and the distance of the edges on both sides of it."""
    px = PATCH_MM_PER_PX
    cols, rows = int(2 * place.half_mm / px) | 1, int(8 / px) | 1
    u = (np.arange(cols) - cols // 2) * px
    t = (rows // 2 - np.arange(rows)) * px  # distal up
    grid = place.centre + place.px_per_mm * (t[:, None, None] * place.along + u[None, :, None] * place.across)
    patch = cv2.remap(
        pixels,
        grid[..., 0].astype(np.float32),
        grid[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    smooth = cv2.GaussianBlur(patch, (0, 0), 0.3 / px)
    spread = float(smooth.std()) + 1e-4
    cost = smooth / spread + 0.28 * (t[:, None] / 1.0) ** 2
    total, back = cost.copy(), np.zeros(cost.shape, int)
    for c in range(1, cols):
        options = np.stack([np.roll(total[:, c - 1], s) + 0.25 * abs(s) for s in (-1, 0, 1)])
        options[0, -1] = options[2, 0] = np.inf
        back[:, c] = options.argmin(0) - 1
        total[:, c] += options.min(0)
    row = int(total[:, -1].argmin())
    path = np.zeros(cols, int)
    for c in range(cols - 1, -1, -1):
        path[c] = row
        row = int(np.clip(row - back[row, c], 0, rows - 1))
    widths = []
    for c in range(cols // 5, cols - cols // 5):
        dark = smooth[path[c], c]
        reach = int(1.9 / px)
        above, below = smooth[max(0, path[c] - reach) : path[c] + 1, c][::-1], smooth[path[c] : path[c] + reach + 1, c]
        edges = [int(np.argmax(side > (dark + side.max()) / 2)) for side in (above, below) if side.max() > dark]
        if len(edges) == 2:
            widths.append((edges[0] + edges[1]) * px)
    smooth_path = cv2.GaussianBlur(t[path].astype(np.float32)[:, None], (1, 9), 0)[:, 0]
    width_mm = float(np.clip(np.median(widths) if widths else 1.2, 0.7, 3.0))
    level = float(np.percentile(smooth[path, np.arange(cols)], 20))
    return _GapLine(u.astype(np.float32), smooth_path, width_mm, level)


@dataclass
class _Local:
    """A piece of the film in the joint's own axes: across `u` and along `t` of every pixel, mm; views, not copies."""

    pixels: Floats
    u: Floats
    t: Floats
    x0: int
    y0: int


def _local(pixels: Floats, place: Place, reach_mm: float) -> _Local:
    height, width = pixels.shape
    reach = reach_mm * place.px_per_mm
    x0, y0 = (int(max(0, v - reach)) for v in place.centre)
    x1, y1 = int(min(width, place.centre[0] + reach)), int(min(height, place.centre[1] + reach))
    x = (np.arange(x0, x1) - place.centre[0])[None, :] / place.px_per_mm
    y = (np.arange(y0, y1) - place.centre[1])[:, None] / place.px_per_mm
    return _Local(
        pixels[y0:y1, x0:x1],
        (x * place.across[0] + y * place.across[1]).astype(np.float32),
        (x * place.along[0] + y * place.along[1]).astype(np.float32),
        x0, y0,
    )  # fmt: skip


def soft_level(pixels: Floats, px_per_mm: float) -> Floats:
    """Brightness of the soft tissue under and round the bones: a wide opening, smoothed."""
    share = min(1.0, 1.0 / px_per_mm)  # 1 mm a pixel is fine enough
    small = cv2.resize(cv2.GaussianBlur(pixels, (0, 0), 1.5), None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
    low = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, kernel), (0, 0), 4)
    return cv2.resize(np.minimum(low, small), (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)


def narrow_joint(
    rng: np.random.Generator, out: Floats, soft: Floats, mask: NDArray[np.uint8], place: Place, loss: Narrowing
) -> float:
    """Move the distal layer in place; returns the gap that is left, mm."""
    line = _gap_line(out, place)
    reach = SHAFT_MM if place.half_mm <= 12 else 20.0
    local = _local(out, place, reach)
    low = soft[local.y0 : local.y0 + local.t.shape[0], local.x0 : local.x0 + local.t.shape[1]]
    background = np.minimum(np.maximum(low, line.level), local.pixels)
    path = np.interp(local.u, line.u, line.path).astype(np.float32)
    above = local.t - path
    aside = step((place.half_mm + 2.5 - np.abs(local.u)) / 2.5)
    near = step((reach - 3 - above) / (reach - 6))  # 1 at the joint, 0 where the shaft has taken the stretch up
    lifted = step(above / 0.35 + 0.5) * aside * step((reach - 2 - above) / 2)
    layer = (local.pixels - background) * lifted
    rest = local.pixels - layer
    delta = line.width_mm * (1 - loss.left)
    tilt = np.tan(np.deg2rad(loss.tilt_deg))
    down = delta * near + tilt * local.u * near * 0.7
    sideways = np.zeros_like(down)
    if loss.slip:
        sideways = sideways + np.float32(rng.choice((-1, 1)) * loss.slip * rng.uniform(2.0, 3.5)) * near
        if loss.slip > 1:
            down = down + np.float32(rng.uniform(2.5, 5.0)) * near
    # A pixel shows what stood `down` further along and `sideways` further across.
    source_x = (
        np.arange(local.t.shape[1], dtype=np.float32)[None, :]
        + (down * place.along[0] - sideways * place.across[0]) * place.px_per_mm
    )
    source_y = (
        np.arange(local.t.shape[0], dtype=np.float32)[:, None]
        + (down * place.along[1] - sideways * place.across[1]) * place.px_per_mm
    )
    moved = cv2.remap(
        layer.astype(np.float32),
        source_x.astype(np.float32),
        source_y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
    )
    result = rest + moved
    if loss.fused:
        result = _fuse(rng, result, local, place, path - delta / 2, aside)
    keep = step((reach - np.hypot(local.u, local.t)) / 2)
    local.pixels[...] = np.clip(local.pixels * (1 - keep) + result * keep, 0, 1)
    gap = max(0.0, line.width_mm - delta)
    where = mask[local.y0 : local.y0 + local.t.shape[0], local.x0 : local.x0 + local.t.shape[1]]
    where[(np.abs(above + delta / 2) < max(gap, 0.3) / 2) & (np.abs(local.u) < place.half_mm * 0.75)] = 2
    return gap


def _fuse(rng: np.random.Generator, image: Floats, local: _Local, place: Place, path: Floats, aside: Floats) -> Floats:
    """Dissolve both subchondral lines: trabeculae from beyond the plates of both sides take their place."""
    offset = rng.uniform(2.6, 4.0)
    taken = []
    for way in (-offset, offset):
        x = (
            np.arange(image.shape[1], dtype=np.float32)[None, :]
            + np.float32(way * place.along[0] * place.px_per_mm)
            + 0 * local.t
        )
        y = (
            np.arange(image.shape[0], dtype=np.float32)[:, None]
            + np.float32(way * place.along[1] * place.px_per_mm)
            + 0 * local.t
        )
        taken.append(cv2.remap(image.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    share = step(0.5 + (local.t - path) / 3.0)
    mixed = taken[1] * share + taken[0] * (1 - share)
    band = step(1.5 - np.abs(local.t - path) / 1.6) * aside * rng.uniform(0.85, 1.0)
    return image * (1 - band) + mixed * band
