"""An X-ray exposure of closed bone meshes: exact path lengths, attenuation, point spread, scatter, noise, display.

The path length of a parallel beam through a closed mesh is the signed sum, over the faces that a pixel lies under, of
the height of the face at that pixel; no sorting and no ray casting are needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from core.phantom.acquisition import Lesion, Look, Thinning, Window
from core.phantom.skeleton import Bone, Faces, Points

Floats = NDArray[np.float32]
BONE_PER_MM, MARROW_PER_MM, SOFT_PER_MM = (
    0.155,
    0.050,
    0.030,
)  # attenuation of cortex, marrow with trabeculae, soft tissue
DEPTH_STEP_MM = 0.3
TILE_PX = 1536
TILE_MM_PER_PX = 0.1


@numba.njit(cache=True, fastmath=True)
def _raster(vertices, faces, x_mm, y_mm, mm_per_px, height, width, depth):  # type: ignore[no-untyped-def]
    length = np.zeros((height, width), np.float32)
    size = (height, width) if depth else (1, 1)
    near = np.full(size, 1e9, np.float32)
    far = np.full(size, -1e9, np.float32)
    middle = vertices[:, 2].mean()
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = (vertices[a, 0] - x_mm) / mm_per_px, (vertices[a, 1] - y_mm) / mm_per_px, vertices[a, 2] - middle
        bx, by, bz = (vertices[b, 0] - x_mm) / mm_per_px, (vertices[b, 1] - y_mm) / mm_per_px, vertices[b, 2] - middle
        cx, cy, cz = (vertices[c, 0] - x_mm) / mm_per_px, (vertices[c, 1] - y_mm) / mm_per_px, vertices[c, 2] - middle
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        sign = 1.0
        if area < 0:
            bx, cx, by, cy, bz, cz, area, sign = cx, bx, cy, by, cz, bz, -area, -1.0
        # A pixel on an edge belongs to one face alone (top-left rule), or the sum would count it twice.
        rule0 = cy < by or (cy == by and cx > bx)
        rule1 = ay < cy or (ay == cy and ax > cx)
        rule2 = by < ay or (by == ay and bx > ax)
        for y in range(max(0, int(np.ceil(min(ay, by, cy)))), min(height - 1, int(np.floor(max(ay, by, cy)))) + 1):
            for x in range(max(0, int(np.ceil(min(ax, bx, cx)))), min(width - 1, int(np.floor(max(ax, bx, cx)))) + 1):
                w0 = (cx - bx) * (y - by) - (cy - by) * (x - bx)
                w1 = (ax - cx) * (y - cy) - (ay - cy) * (x - cx)
                w2 = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
                inside = (
                    (w0 > 0 or (w0 == 0 and rule0))
                    and (w1 > 0 or (w1 == 0 and rule1))
                    and (w2 > 0 or (w2 == 0 and rule2))
                )
                if inside:
                    z = (w0 * az + w1 * bz + w2 * cz) / area
                    length[y, x] += sign * z
                    if depth:
                        near[y, x] = min(near[y, x], z + middle)
                        far[y, x] = max(far[y, x], z + middle)
    return length, near, far


def depths(vertices: Points, faces: Faces, low: Points, step_mm: float, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Least and greatest third coordinate of a mesh over a grid of its first two, [rows, columns].

    Beside the mesh they are 1e9 and -1e9. The grid begins at `low` [2]; `size` is (columns, rows), `step_mm` a step.
    """
    _, near, far = _raster(
        np.ascontiguousarray(vertices), faces, float(low[0]), float(low[1]), step_mm, size[1], size[0], True
    )
    return near, far


@cache
def _tiles() -> tuple[Floats, Floats, Floats]:
    """Trabeculae (thin branching lines, load along y), soft mottle, white noise; zero mean, unit spread, at 0.1 mm."""
    rng = np.random.default_rng(0)

    def smooth(x_mm: float, y_mm: float) -> Floats:
        noise = rng.standard_normal((TILE_PX, TILE_PX)).astype(np.float32)
        out = cv2.GaussianBlur(noise, (0, 0), x_mm / TILE_MM_PER_PX, sigmaY=y_mm / TILE_MM_PER_PX)
        return (out / out.std()).astype(np.float32)

    lines = np.zeros((TILE_PX, TILE_PX), np.float32)
    for x_mm, y_mm, weight in ((0.26, 0.75, 1.0), (0.34, 1.0, 0.9), (0.7, 0.28, 0.55), (0.42, 0.5, 0.6)):
        lines += weight * np.exp(
            -((smooth(x_mm, y_mm) / 0.32) ** 2)
        )  # the zero line of smooth noise: thin and branching
    lines *= 1 + 0.45 * smooth(1.4, 2.2)
    lines += 0.4 * smooth(0.9, 1.6)
    lines = (lines - lines.mean()) / lines.std()
    mottle = smooth(1.2, 1.2) - 0.8 * smooth(4, 4)
    return lines, (mottle / mottle.std()).astype(np.float32), rng.standard_normal((TILE_PX, TILE_PX)).astype(np.float32)


def _from_tile(
    rng: np.random.Generator, tile: Floats, height: int, width: int, *, turn_deg: float, scale: float
) -> Floats:
    """A patch [H, W] of a tile, turned and scaled (tile pixels per film pixel), repeated at its ends by mirroring."""
    angle = np.deg2rad(turn_deg)
    c, s = np.cos(angle) * scale, np.sin(angle) * scale
    matrix = np.array([[c, s, rng.uniform(0, TILE_PX)], [-s, c, rng.uniform(0, TILE_PX)]])
    return cv2.warpAffine(
        tile, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
    )


def coarse_blur(image: Floats, sigma_px: float) -> Floats:
    """A wide blur, computed at an eighth of the size."""
    height, width = image.shape
    small = cv2.resize(image, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(sigma_px / 8, 0.5))
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _carve(
    lesions: Sequence[Lesion], window: Window, surfaces: tuple[Floats, Floats, Floats, Floats], lump: Floats
) -> tuple[Floats, Floats, Floats]:
    """What the lesions take from the outer and the inner length, and the rim they add, stepping through the depth."""
    outer0, outer1, inner0, inner1 = surfaces
    height, width = outer0.shape
    lost_outer, lost_inner, rim = (np.zeros((height, width), np.float32) for _ in range(3))
    for lesion in lesions:
        cx, cy, cz = lesion.centre
        reach = 1.7 * lesion.radius_mm
        (i0, j0), (i1, j1) = (window.pixel(np.array([cx + s * reach, cy + s * reach])).astype(int) for s in (-1, 1))
        i0, j0, i1, j1 = max(0, i0), max(0, j0), min(width, i1 + 2), min(height, j1 + 2)
        if i1 <= i0 or j1 <= j0:
            continue
        patch = (slice(j0, j1), slice(i0, i1))
        x = (window.x_mm + np.arange(i0, i1) * window.mm_per_px - cx)[None, :]
        y = (window.y_mm + np.arange(j0, j1) * window.mm_per_px - cy)[:, None]
        flat = (x**2 + y**2) / lesion.radius_mm**2
        taken_o, taken_i = lost_outer[patch], lost_inner[patch]
        for z in np.arange(-1.3, 1.3, DEPTH_STEP_MM / (lesion.radius_mm * lesion.depth_stretch)):
            f = np.sqrt(flat + z**2) * lump[patch]
            share = np.clip((1.05 - f) / 0.10, 0, 1) * lesion.share * DEPTH_STEP_MM
            at = cz + z * lesion.radius_mm * lesion.depth_stretch
            in_outer = (at > outer0[patch]) & (at < outer1[patch])
            in_inner = (at > inner0[patch]) & (at < inner1[patch])
            taken_o += share * in_outer
            taken_i += share * in_inner
            rim[patch] += DEPTH_STEP_MM * lesion.rim * in_inner * np.clip(1 - np.abs(f - 1.14) / 0.12, 0, 1)
    return lost_outer, lost_inner, rim


def expose(
    rng: np.random.Generator,
    bones: Mapping[str, tuple[Bone, Points]],
    soft_mm: Floats,
    window: Window,
    look: Look,
    *,
    lesions: Sequence[Lesion] = (),
    thinnings: Sequence[Thinning] = (),
) -> tuple[Floats, Floats, dict[int, float]]:
    """A film of bones (with their inner surfaces) in soft tissue.

    Returns: pixels [H, W] in [0, 1], bone bright; bone lost to erosions, mm of beam, [H, W]; volume lost by each
    lesion, mm3 (lesions that overlap share it).
    """
    height, width, px = window.height_px, window.width_px, window.mm_per_px
    lines, mottle, white = _tiles()
    attenuation = np.zeros((height, width), np.float32)
    eroded = np.zeros((height, width), np.float32)
    volumes: dict[int, float] = {}
    for name, (bone, inner) in bones.items():
        low, high = (window.pixel(end) for end in (bone.vertices.min(0), bone.vertices.max(0)))
        i0, j0 = max(0, int(low[0]) - 2), max(0, int(low[1]) - 2)
        i1, j1 = min(width, int(high[0]) + 3), min(height, int(high[1]) + 3)
        if i1 <= i0 or j1 <= j0:
            continue
        part = Window(window.x_mm + i0 * px, window.y_mm + j0 * px, px, i1 - i0, j1 - j0)
        mine = [k for k, lesion in enumerate(lesions) if lesion.bone == name]
        arguments = (part.x_mm, part.y_mm, px, part.height_px, part.width_px, bool(mine))
        outer, o0, o1 = _raster(np.ascontiguousarray(bone.vertices), bone.faces, *arguments)
        marrow, m0, m1 = _raster(np.ascontiguousarray(inner), bone.faces, *arguments)
        outer = np.abs(outer)
        marrow = np.minimum(np.abs(marrow), outer)
        rim: Floats | np.float32 = np.float32(0)
        if mine:
            lump = 1 + 0.12 * _from_tile(
                rng, mottle, part.height_px, part.width_px, turn_deg=0, scale=px / TILE_MM_PER_PX
            )
            lost, lost_inner, rim = _carve([lesions[k] for k in mine], part, (o0, o1, m0, m1), lump)
            lost = np.minimum(lost, outer)
            outer, marrow = outer - lost, np.clip(marrow - lost_inner, 0, outer - lost)
            eroded[j0:j1, i0:i1] = np.maximum(eroded[j0:j1, i0:i1], lost)
            total = float(lost.sum()) * px * px
            weights = np.array([lesions[k].radius_mm ** 3 for k in mine])
            volumes.update({k: total * float(w) for k, w in zip(mine, weights / weights.sum(), strict=True)})
        turn = float(np.rad2deg(np.arctan2(bone.axis[0], -bone.axis[1])))
        grain = _from_tile(
            rng, lines, part.height_px, part.width_px, turn_deg=turn, scale=px / TILE_MM_PER_PX / look.texture_mm
        )
        kept = np.ones((part.height_px, part.width_px), np.float32)
        for thin in thinnings:
            x = part.x_mm + np.arange(part.width_px) * px - thin.centre[0]
            y = part.y_mm + np.arange(part.height_px) * px - thin.centre[1]
            spread = 2 * thin.spread_mm**2
            kept *= 1 - thin.share * np.exp(-(y**2) / spread)[:, None] * np.exp(-(x**2) / spread)[None, :]
        grainy = marrow * np.maximum(1 + look.texture * grain * np.minimum(2.2 / np.sqrt(marrow + 1), 1.2), 0.1)
        attenuation[j0:j1, i0:i1] += (BONE_PER_MM - SOFT_PER_MM) * ((outer - marrow) * (0.55 + 0.45 * kept) + rim)
        attenuation[j0:j1, i0:i1] += (MARROW_PER_MM - SOFT_PER_MM) * grainy * kept
    attenuation += (
        SOFT_PER_MM * soft_mm * (1 + 0.012 * _from_tile(rng, mottle, height, width, turn_deg=0, scale=px / 0.1))
    )
    return develop(rng, attenuation, px, look, white), eroded, volumes


def develop(
    rng: np.random.Generator, attenuation: Floats, mm_per_px: float, look: Look, white: Floats | None = None
) -> Floats:
    """Attenuation to a film as a clinic shows it: blur, scatter, noise, logarithm, detail, display curve."""
    height, width = attenuation.shape
    white = _tiles()[2] if white is None else white
    beam = np.exp(-cv2.GaussianBlur(attenuation, (0, 0), look.blur_mm / mm_per_px))
    beam = (1 - look.scatter) * beam + look.scatter * coarse_blur(beam, 12 / mm_per_px)
    noise = white[
        np.ix_(
            (np.arange(height) + rng.integers(TILE_PX)) % TILE_PX, (np.arange(width) + rng.integers(TILE_PX)) % TILE_PX
        )
    ]
    dense = -np.log(np.maximum(beam + look.noise * np.sqrt(beam) * noise, 1e-3))
    low = coarse_blur(dense, 10 / mm_per_px)
    shown = 0.72 * low + look.detail * (dense - low)
    ends = np.percentile(shown[::4, ::4], (1, 99.85))
    v = np.clip((shown - ends[0]) / (ends[1] - ends[0]), 0, 1)
    v = look.contrast * v * v * (3 - 2 * v) + (1 - look.contrast) * v
    return (look.floor + (1 - look.floor) * v**look.gamma).astype(np.float32)
