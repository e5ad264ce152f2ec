"""Damage painted on real films of undamaged joints, as layers in log intensity.

Narrowing lifts everything distal of the gap as a layer, moves it along the bone and adds it to what lies proximal, so that
bones that overlap get brighter as they do on a film; the shaft takes up the stretch. An erosion lowers the brightness at the
border of the bone towards the soft tissue, by a share that falls off inwards. Joints that keep grade 0 often go through the
same steps with next to no change, so that the traces of the painter do not tell the grade.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.phantom.damage import Narrowing, erosion_parts, narrowing, radius_mm
from core.phantom.hand_film import CARPAL_OF, FREE_BORDERS
from core.svh import Damage, Limb, Site

Floats = NDArray[np.float32]
PATCH_MM_PER_PX = 0.15
SHAFT_MM = 24.0
# Half width of the bones at a joint, in mm of the average limb, and how far the distal bone takes the stretch up.
HALF_MM = {"MCP": 8.5, "PIP": 7.0, "IP1": 8.0, "MTP": 7.5, "CMC": 5.5, "STT": 6.5, "CAPNLUN": 8.0, "RADCAR": 13.0}
AXES: dict[str, tuple[str, str]] = {
    "IP1": ("MCP1", "TIP1"), "MCP1": ("CMC1", "IP1"), "MTP1": ("TMT1", "IP1"),
    **{f"MCP{k}": (f"MCP{k}", f"PIP{k}") for k in range(2, 6)},
    **{f"PIP{k}": (f"MCP{k}", f"DIP{k}") for k in range(2, 6)},
    **{f"MTP{k}": (f"MTP{k}", f"PIP{k}") for k in range(2, 6)},
}  # fmt: skip
TOWARDS_THUMB = {"STT": 25.0}  # degrees from distal, for joints without bones to aim by


@dataclass(frozen=True)
class Place:
    """Where a joint lies: centre in film pixels, unit axis to distal, unit vector towards the thumb or big toe, scale."""

    centre: NDArray[np.float64]
    along: NDArray[np.float64]
    across: NDArray[np.float64]
    px_per_mm: float
    half_mm: float


def _mm_per_px(film: LabelledFilm) -> float:
    """Millimetres of the average limb per pixel, from the breadth of the palm or forefoot."""
    a, b, mm = ("MCP2", "CMC3", 68.5) if film.limb is Limb.HAND else ("MTP1", "MTP5", 65.4)
    distance = float(np.linalg.norm(np.subtract(film.points[a], film.points[b])))
    return mm / distance


def _up(film: LabelledFilm) -> NDArray[np.float64]:
    a, b = ("RADCAR", "MCP3") if film.limb is Limb.HAND else ("TMT1", "MTP1")
    v = np.subtract(film.points[b], film.points[a])
    return np.asarray(v / np.linalg.norm(v))


def _place(film: LabelledFilm, joint: str) -> Place:
    centre = np.array(film.points[joint], float)
    up = _up(film)
    big = "1" if film.limb is Limb.HAND else "MTP1"
    thumb = np.subtract(film.points["MCP1" if big == "1" else big], film.points["MCP5" if big == "1" else "MTP5"])
    ends = AXES.get(joint)
    if ends and all(e in film.points for e in ends):
        along = np.subtract(film.points[ends[1]], film.points[ends[0]])
        along = along / np.linalg.norm(along)
    else:
        across = np.array([-up[1], up[0]])
        across = across if across @ thumb > 0 else -across
        angle = np.deg2rad(TOWARDS_THUMB.get(joint, 0.0))
        along = np.cos(angle) * up + np.sin(angle) * across
    across = np.array([-along[1], along[0]])
    across = across if across @ thumb > 0 else -across
    half = next((mm for key, mm in HALF_MM.items() if joint.startswith(key)), 7.0)
    if joint == "MTP1":
        half = 11.0
    return Place(centre, along, across, 1 / _mm_per_px(film), half)


@dataclass(frozen=True)
class _GapLine:
    """The joint space in the local frame: offsets across (mm), height of the dark path along the axis (mm), width (mm)."""

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
    patch = cv2.remap(pixels, grid[..., 0].astype(np.float32), grid[..., 1].astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
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


def _step(x: Floats) -> Floats:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def soft_level(pixels: Floats, px_per_mm: float) -> Floats:
    """Brightness of the soft tissue under and round the bones: a wide opening, smoothed."""
    share = min(1.0, 1.0 / px_per_mm)  # 1 mm a pixel is fine enough
    small = cv2.resize(cv2.GaussianBlur(pixels, (0, 0), 1.5), None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
    low = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_OPEN, kernel), (0, 0), 4)
    return cv2.resize(np.minimum(low, small), (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)


def _narrow(rng: np.random.Generator, out: Floats, soft: Floats, mask: NDArray[np.uint8], place: Place, loss: Narrowing) -> float:
    """Move the distal layer in place; returns the gap that is left, mm."""
    line = _gap_line(out, place)
    reach = SHAFT_MM if place.half_mm <= 12 else 20.0
    local = _local(out, place, reach)
    low = soft[local.y0 : local.y0 + local.t.shape[0], local.x0 : local.x0 + local.t.shape[1]]
    background = np.minimum(np.maximum(low, line.level), local.pixels)
    path = np.interp(local.u, line.u, line.path).astype(np.float32)
    above = local.t - path
    aside = _step((place.half_mm + 2.5 - np.abs(local.u)) / 2.5)
    near = _step((reach - 3 - above) / (reach - 6))  # 1 at the joint, 0 where the shaft has taken the stretch up
    lifted = _step(above / 0.35 + 0.5) * aside * _step((reach - 2 - above) / 2)
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
    source_x = np.arange(local.t.shape[1], dtype=np.float32)[None, :] + (down * place.along[0] - sideways * place.across[0]) * place.px_per_mm
    source_y = np.arange(local.t.shape[0], dtype=np.float32)[:, None] + (down * place.along[1] - sideways * place.across[1]) * place.px_per_mm
    moved = cv2.remap(layer.astype(np.float32), source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT)
    result = rest + moved
    if loss.fused:
        result = _fuse(rng, result, local, place, path - delta / 2, aside)
    keep = _step((reach - np.hypot(local.u, local.t)) / 2)
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
        x = np.arange(image.shape[1], dtype=np.float32)[None, :] + np.float32(way * place.along[0] * place.px_per_mm) + 0 * local.t
        y = np.arange(image.shape[0], dtype=np.float32)[:, None] + np.float32(way * place.along[1] * place.px_per_mm) + 0 * local.t
        taken.append(cv2.remap(image.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    share = _step(0.5 + (local.t - path) / 3.0)
    mixed = taken[1] * share + taken[0] * (1 - share)
    band = _step(1.5 - np.abs(local.t - path) / 1.6) * aside * rng.uniform(0.85, 1.0)
    return image * (1 - band) + mixed * band


def _erode(
    rng: np.random.Generator, out: Floats, mask: NDArray[np.uint8], centre: NDArray[np.float64], inwards: NDArray[np.float64],
    radius: float, soft_value: float, contrast: float, px_per_mm: float,
) -> None:  # fmt: skip
    """Lower the brightness in a noise-edged disc at the border; `inwards` is the unit vector into the bone."""
    reach = 1.8 * radius * px_per_mm
    height, width = out.shape
    x0, y0 = (int(max(0, v - reach)) for v in centre)
    x1, y1 = int(min(width, centre[0] + reach + 1)), int(min(height, centre[1] + reach + 1))
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    x = ((np.arange(x0, x1) - centre[0])[None, :] / px_per_mm).astype(np.float32)
    y = ((np.arange(y0, y1) - centre[1])[:, None] / px_per_mm).astype(np.float32)
    patch = out[y0:y1, x0:x1]
    bone = np.maximum(patch - soft_value, 0)
    for _ in range(4):  # a border that was found too far out: go in until there is bone to take away
        if bone[np.hypot(x, y) < 0.8 * radius].mean() >= 0.5 * contrast:
            break
        x, y = x - 0.3 * radius * inwards[0].astype(np.float32), y - 0.3 * radius * inwards[1].astype(np.float32)
    deep = x * inwards[0] + y * inwards[1]
    aside = -x * inwards[1] + y * inwards[0]
    noise = cv2.GaussianBlur(rng.standard_normal((y1 - y0, x1 - x0)).astype(np.float32), (0, 0), max(0.35 * radius * px_per_mm, 0.8))
    noise /= noise.std() + 1e-6
    shape = rng.uniform(0.8, 1.15)
    f = np.hypot(deep * shape, aside / shape) / radius * (1 + 0.13 * noise)
    share = _step((1.12 - f) / rng.uniform(0.25, 0.5)) * np.float32(rng.uniform(0.65, 0.95)) * np.clip(1.05 - 0.22 * (deep / radius + 1), 0.3, 1)
    # Soft tissue beside the bone keeps its brightness, whatever the level that was found.
    solid = _step((cv2.GaussianBlur(patch, (0, 0), 0.25 * px_per_mm) - soft_value - 0.3 * contrast) / max(0.2 * contrast, 1e-3))
    bone = bone * solid
    rim = np.clip(1 - np.abs(f - 1.2) / 0.16, 0, 1) * (rng.uniform(0, 0.18) if rng.random() < 0.4 else 0.0)
    patch[...] = np.clip(patch - share * bone + rim * bone, 0, 1)
    mask[y0:y1, x0:x1][(share > 0.3) & (bone > 0.02)] = 1


def _border(out: Floats, start: NDArray[np.float64], direction: NDArray[np.float64], px_per_mm: float, most_mm: float) -> tuple[NDArray[np.float64], float, float]:
    """Walk outwards from inside a bone: the point of its border, the brightness outside, and how much brighter the bone is."""
    steps = np.arange(0, most_mm, 0.12)
    at = start[None] + steps[:, None] * direction[None] * px_per_mm
    side = np.array([-direction[1], direction[0]])
    lanes = [at + side * s * px_per_mm for s in (-0.4, 0.0, 0.4)]
    profile = np.mean(
        [cv2.remap(out, lane[None, :, 0].astype(np.float32), lane[None, :, 1].astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0] for lane in lanes],
        axis=0,
    )
    profile = cv2.GaussianBlur(profile.astype(np.float32)[:, None], (1, 5), 0)[:, 0]
    half = len(profile) // 2
    level = float(profile[half:].min())
    inside = float(np.percentile(profile[: half + int(profile[half:].argmin()) + 1], 65))
    bright = np.flatnonzero(profile[: half + int(profile[half:].argmin()) + 1] > (inside + level) / 2)
    edge = int(bright[-1]) if bright.size else half
    return at[edge], level, max(0.0, inside - level)


def _erode_site(rng: np.random.Generator, film: LabelledFilm, out: Floats, mask: NDArray[np.uint8], joint: str, grade: int) -> None:
    if joint in CARPAL_OF or joint == "MC1BASE":
        _erode_bone(rng, film, out, mask, joint, grade)
        return
    place = _place(film, joint)
    parts: list[tuple[int, float]] = []
    if film.limb is Limb.FOOT:
        head = int(np.clip(round(grade * rng.uniform(0.45, 1.0)), grade - 5 if grade > 5 else 0, 5))
        parts = [(p, -1.0) for p in erosion_parts(rng, head)] + [(p, 1.0) for p in erosion_parts(rng, grade - head)]
    else:
        parts = [(p, -1.0 if rng.random() < 0.6 else 1.0) for p in erosion_parts(rng, grade)]
    side = float(rng.choice((-1.0, 1.0)))
    for part, end in parts:
        head_depth = (2.2, 5.0) if joint[:3] in ("MCP", "MTP") else (1.4, 3.4)
        radius = 1.12 * radius_mm(rng, part, 1.7 * place.half_mm)
        depth = (rng.uniform(*head_depth) if end < 0 else rng.uniform(1.2, 2.8)) + 0.25 * radius
        inside = place.centre + end * depth * place.along * place.px_per_mm
        border, outer, contrast = _border(out, inside, side * place.across, place.px_per_mm, place.half_mm + 1.0)
        inwards = -side * place.across
        _erode(rng, out, mask, border + inwards * radius * rng.uniform(0.25, 0.6) * place.px_per_mm, inwards, radius, outer, contrast, place.px_per_mm)
        side = -side


def _erode_bone(rng: np.random.Generator, film: LabelledFilm, out: Floats, mask: NDArray[np.uint8], joint: str, grade: int) -> None:
    """Erosions of carpals, the base of metacarpal 1, radius and ulna."""
    up = _up(film)
    thumb = np.subtract(film.points["MCP1"], film.points["MCP5"])
    across = np.array([-up[1], up[0]])
    across = across if across @ thumb > 0 else -across
    px_per_mm = 1 / _mm_per_px(film)
    if joint == "MC1BASE":
        borders, width, most = ((1.0, 0.2), (-1.0, 0.0), (0.9, 0.8)), 14.0, 10.0
    else:
        borders, width = FREE_BORDERS[CARPAL_OF[joint]]
        most = 17.0 if joint == "RAD" else 10.0
    order = rng.permutation(len(borders))
    for n, part in enumerate(erosion_parts(rng, grade)):
        bx, by = np.array(borders[order[n % len(borders)]], float) + rng.normal(0, 0.15, 2)
        direction = bx * across - by * up
        direction = direction / np.linalg.norm(direction)
        radius = 1.12 * radius_mm(rng, part, width)
        border, outer, contrast = _border(out, np.array(film.points[joint]), direction, px_per_mm, most)
        x, y = (int(v) for v in border)
        around = out[max(0, y - int(4 * px_per_mm)) : y + int(4 * px_per_mm), max(0, x - int(4 * px_per_mm)) : x + int(4 * px_per_mm)]
        darker = min(outer, float(np.percentile(around, 8)) if around.size else outer)
        outer, contrast = darker, contrast + outer - darker
        _erode(rng, out, mask, border - direction * radius * rng.uniform(0.3, 0.7) * px_per_mm, -direction, radius, outer, contrast, px_per_mm)


def simulate_damage(rng: np.random.Generator, film: LabelledFilm, grades: Mapping[Site, int]) -> LabelledFilm:
    """The film with damage of the wanted grades at sites that are undamaged on it; other sites keep their grade."""
    out = film.pixels.astype(np.float32).copy()
    mask = np.zeros(out.shape, np.uint8)
    soft = soft_level(out, 1 / _mm_per_px(film))
    truth, gaps = dict(film.grades), {}
    for site, grade in grades.items():
        if site.damage is not Damage.JSN or film.grades.get(site) != 0 or site.joint not in film.points:
            continue
        if grade == 0 and rng.random() < 0.4:
            continue  # the other zeros get the painter's traces without damage
        loss = narrowing(rng, grade, may_slip=site.joint[:3] in ("MCP", "PIP", "MTP"))
        if grade == 0:
            loss = Narrowing(float(rng.normal(1.0, 0.05)), rng.normal(0, 0.4))
        gaps[site.joint] = _narrow(rng, out, soft, mask, _place(film, site.joint), loss)
        truth[site] = grade
    for site, grade in grades.items():
        if site.damage is Damage.EROSION and grade and film.grades.get(site) == 0 and site.joint in film.points:
            _erode_site(rng, film, out, mask, site.joint, grade)
            truth[site] = grade
    return replace(film, pixels=out, grades=truth, damage_mask=mask, gap_mm=gaps, source=f"{film.source} with simulated damage")
