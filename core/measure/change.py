"""How a joint space changed between two films of one limb: each bone is laid on its own picture on the other film.

Two widths that are measured apart carry the errors of four lines. Here the end of each bone is registered by itself (a
rigid motion, to a part of a pixel), and what both bones did apart from each other is the change of the space.
Source: enhanced correlation coefficient, Evangelidis and Psarakis 2008, IEEE TPAMI 30:1858; it is deaf to brightness
and contrast.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from core.measure.joint_view import Floats
from core.measure.width import CENTRAL, JointWidth

STEP_MM = 0.1  # rows and columns of the close-ups that are registered
REACH_MM = 5.0  # of a close-up to both sides of the middle of the space
BONE_MM = 1.0  # of a bone, from its line inwards, that is registered
CLEAR_MM = 0.8  # before the line of the other bone, where the part of the space that goes with a bone ends
LEAST_SPACE_ROWS = 3.0
BLUR_ROWS = 0.6  # spread of the smoothing: the pixels and the machines of both films differ
SEEK_ROWS = 12  # the later film is moved so far to both sides before the bones are registered
ROUNDS, PRECISION = 50, 1e-4
MOSAIC_ROWS = 16  # side of a field of the mosaic
LEAST_ALIKE = 0.93  # correlation of a bone with its own picture
MOST_TURNED_DEG = 6.0  # of both bones against each other: more is another flexion
MOST_APART_MM = 0.12  # by which the later film laid on the first may tell another change than the first on the later
SPREAD_MM = 0.07  # of the change of a space that stayed (`python -m core evaluate measures`, films taken again)
DETECTABLE_MM = round(1.96 * SPREAD_MM, 2)


class Unregistered(StrEnum):
    """Why the change of a joint space is not told. The values are stable: they stand in written files."""

    NOT_MEASURED = "not_measured"
    NO_SPACING = "no_spacing"
    OTHER_LIE = "other_lie"

    @property
    def words(self) -> str:
        """The reason for a person who looks at both films."""
        return {
            Unregistered.NOT_MEASURED: "the joint space is not measurable on both films",
            Unregistered.NO_SPACING: "a film does not tell its pixel spacing",
            Unregistered.OTHER_LIE: "the bones do not look alike on both films: another lie or flexion, or new damage",
        }[self]


@dataclass(frozen=True)
class JointFilm:
    """A joint on a film: the pixels [H, W], what was measured there, and the size of a pixel in mm if it is told."""

    pixels: NDArray[np.float32]
    width: JointWidth
    spacing_mm: float | None


@dataclass(frozen=True)
class JointChange:
    """The change of one joint space from a film to a later one, in mm; narrowing is negative.

    `low_mm` and `high_mm` are the 90 % interval, `detectable_mm` the smallest change that is more than the error at one
    joint (1.96 SD of films taken again). `first_mm` and `later_mm` are the widths that each film gives by itself.
    `alike` is the lower correlation of the two bones with their pictures. `unregistered` says why there is no change.
    """

    joint: str
    unregistered: Unregistered | None = None
    change_mm: float | None = None
    low_mm: float | None = None
    high_mm: float | None = None
    detectable_mm: float | None = None
    first_mm: float | None = None
    later_mm: float | None = None
    alike: float | None = None

    @property
    def beyond_error(self) -> bool:
        """Whether the space changed by more than the error at one joint."""
        return self.change_mm is not None and abs(self.change_mm) > (self.detectable_mm or np.inf)

    @property
    def words(self) -> str:
        """The change in words, with its interval and whether it is more than the error; or why there is none."""
        if self.unregistered is not None or self.change_mm is None:
            return f"not comparable: {self.unregistered.words}" if self.unregistered else "not comparable"
        than = "more than" if self.beyond_error else "within"
        return (
            f"{self.change_mm:+.2f} mm (90 % interval {self.low_mm:+.2f} to {self.high_mm:+.2f}), {than} the smallest "
            f"detectable change of {self.detectable_mm:.2f} mm"
        )


@dataclass(frozen=True)
class CloseUp:
    """A joint's close-up [rows, columns], distal last, its lines [15, 2] in (column, row), and `to_film` [2, 3]."""

    picture: NDArray[np.float32]
    near: Floats
    far: Floats
    to_film: Floats


def close_up(film: JointFilm) -> CloseUp:
    """The close-up of a measured joint on a film that tells its spacing, `STEP_MM` a row, in the axes of its lines."""
    near, far = np.array(film.width.near), np.array(film.width.far)
    step = STEP_MM / (film.spacing_mm or np.nan)
    middle = (near + far) / 2
    across = middle[-1] - middle[0]
    length = float(np.linalg.norm(across))
    across = across / length
    along = np.array([-across[1], across[0]])
    along = along if along @ (far - near).mean(0) > 0 else -along
    wide, high = round(length / CENTRAL / 2 / step) + SEEK_ROWS, round(REACH_MM / STEP_MM) + SEEK_ROWS
    linear = step * np.column_stack([across, along])
    shift = middle.mean(0) - linear @ (wide, high)
    to_film = np.column_stack([linear, shift])
    size = (2 * wide + 1, 2 * high + 1)
    picture = cv2.warpAffine(
        film.pixels, to_film, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), BLUR_ROWS)
    near, far = (np.linalg.solve(linear, (line - shift).T).T for line in (near, far))
    return CloseUp(picture, near, far, to_film)


@dataclass(frozen=True)
class Laid:
    """A close-up laid on another one; `proximal` and `distal` [2, 3] lead from the first to the second by each bone."""

    proximal: Floats
    distal: Floats
    alike: float
    turned_deg: float
    change: float


def lay(first: CloseUp, other: CloseUp) -> Laid | None:
    """Both bones of the first close-up laid on the other one; None where they are not found there."""
    near, far = float(first.near[:, 1].mean()), float(first.far[:, 1].mean())
    narrowest = min(float((c.far[:, 1] - c.near[:, 1]).mean()) for c in (first, other))
    bone, space = BONE_MM / STEP_MM, max(narrowest - CLEAR_MM / STEP_MM, LEAST_SPACE_ROWS)
    found, ends, alike, turns = [], [], [], []
    for top, end, line in ((near - bone, near + space, first.near), (far - space, far + bone, first.far)):
        part, left, low = _part(first, other, top, end)
        column, row = _moved(part, other, left, low)
        warp = np.array([[1, 0, left + column], [0, 1, low + row]], np.float32)
        try:
            likeness, warp = cv2.findTransformECC(
                part, other.picture, warp, cv2.MOTION_EUCLIDEAN,
                (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, ROUNDS, PRECISION), None, 1,
            )  # fmt: skip
        except cv2.error:  # so it says that it does not converge
            return None
        whole = np.column_stack([warp[:, :2], warp[:, 2] - warp[:, :2] @ (left, low)]).astype(np.float64)
        found.append(whole)
        ends.append(line @ whole[:, :2].T + whole[:, 2])
        alike.append(float(likeness))
        turns.append(float(np.rad2deg(np.arctan2(warp[1, 0], warp[0, 0]))))
    change = _space(ends[0], ends[1]) - _space(first.near, first.far)
    return Laid(found[0], found[1], min(alike), abs(turns[1] - turns[0]), change)


def _part(first: CloseUp, other: CloseUp, top: float, end: float) -> tuple[NDArray[np.float32], int, int]:
    """Rows of the first close-up that fit into the other one wherever they are sought; their left column, first row."""
    rows, columns = first.picture.shape
    wide = (min(columns, other.picture.shape[1]) - 1) // 2 - SEEK_ROWS
    left, low, high = columns // 2 - wide, max(round(top), SEEK_ROWS), min(round(end), rows - SEEK_ROWS)
    return np.ascontiguousarray(first.picture[low:high, left : left + 2 * wide + 1]), left, low


def _moved(part: NDArray[np.float32], other: CloseUp, left: int, low: int) -> tuple[float, float]:
    """How many columns and rows further a part lies on the other close-up, whole ones."""
    likeness = cv2.matchTemplate(other.picture, part, cv2.TM_CCOEFF_NORMED)
    row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
    return float(column - left), float(row - low)


def _space(near: Floats, far: Floats) -> float:
    """Mean distance of two lines [N, 2] along the normal of the line midway, rows."""
    middle = (near + far) / 2
    slope = float(np.polyfit(middle[:, 0], middle[:, 1], 1)[0])
    return float(((far - near) @ (-slope, 1.0)).mean() / np.hypot(slope, 1.0))


def measure_change(first: JointFilm, later: JointFilm) -> JointChange:
    """The change of a joint space from one film of a limb to a later one of the same limb."""
    joint = first.width.joint
    if not first.width.measured or not later.width.measured:
        return JointChange(joint, Unregistered.NOT_MEASURED)
    widths = first.width.mean_mm, later.width.mean_mm
    if first.spacing_mm is None or later.spacing_mm is None or widths[0] is None or widths[1] is None:
        return JointChange(joint, Unregistered.NO_SPACING)
    pictures = close_up(first), close_up(later)
    there, back = lay(*pictures), lay(pictures[1], pictures[0])
    if there is None or back is None:
        return JointChange(joint, Unregistered.OTHER_LIE, first_mm=widths[0], later_mm=widths[1])
    alike = round(min(there.alike, back.alike), 3)
    apart = abs(there.change + back.change) * STEP_MM
    if alike < LEAST_ALIKE or max(there.turned_deg, back.turned_deg) > MOST_TURNED_DEG or apart > MOST_APART_MM:
        return JointChange(joint, Unregistered.OTHER_LIE, first_mm=widths[0], later_mm=widths[1], alike=alike)
    change = (there.change - back.change) / 2 * STEP_MM
    low, high = (round(change + way * 1.645 * SPREAD_MM, 3) for way in (-1, 1))
    return JointChange(joint, None, round(change, 3), low, high, DETECTABLE_MM, widths[0], widths[1], alike)


def registered_pictures(first: JointFilm, later: JointFilm) -> tuple[Floats, Floats, Floats] | None:
    """Close-ups that let a person check the registration; None where a bone is not found.

    The first film; the later one laid on it by the proximal bone alone, so that the change of the space shows; and a
    mosaic of both in turn, the later one laid by each bone, whose outlines run on from field to field.
    """
    one, other = close_up(first), close_up(later)
    laid = lay(one, other)
    if laid is None:
        return None
    high, wide = one.picture.shape
    by_bone = [
        cv2.warpAffine(other.picture, warp, (wide, high), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        for warp in (laid.proximal, laid.distal)
    ]
    rows, columns = np.arange(high)[:, None], np.arange(wide)[None, :]
    shown = by_bone[0], np.where(rows < (one.near[:, 1].mean() + one.far[:, 1].mean()) / 2, by_bone[0], by_bone[1])
    ends = np.percentile(one.picture, (1, 99.5))
    seen = np.percentile(by_bone[0], (1, 99.5))
    base, top, whole = (
        np.clip((picture - low) / max(float(upper - low), 1e-6), 0, 1)[::-1]  # distal is up
        for picture, (low, upper) in ((one.picture, ends), (shown[0], seen), (shown[1], seen))
    )
    fields = ((rows // MOSAIC_ROWS + columns // MOSAIC_ROWS) % 2).astype(bool)
    return base.astype(np.float64), top.astype(np.float64), np.where(fields, whole, base).astype(np.float64)
