"""The joint-space width of every joint of a limb on a film, or why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.anatomy.pose import Pose
from core.measure.joint_view import MEASURED, JointView, joint_view
from core.measure.lines import Lines, refine, search

CENTRAL = 0.6  # share of the width that both bones share over which the space is measured
# The brightness of the round head is steepest a little inside of its outline; the floor of the base lies a little
# before the crest of its dense plate, at the kinds of joint by so much. Fitted on phantoms, whose outlines are known
# (`core.phantom.subchondral`), other ones than those of `python -m core evaluate measures`.
OUTLINE_MM = 0.10
CREST_MM = {"MCP": 0.22, "PIP": 0.14, "MTP": 0.27, "IP1": 0.0}
# Half of the 90 % interval, mm: what 90 % of the errors on phantoms stay below (`python -m core evaluate measures`).
HALF_90_MM = {"MCP": 0.40, "PIP": 0.50, "MTP": 0.25, "IP1": 0.28}
COARSEST_MM = 0.30  # a pixel of this size shows no subchondral line
LEAST_CONTRAST, LEAST_STEEP, MOST_SCATTER, MOST_INNER = 0.25, 0.08, 2.0, 0.40
SECOND_EDGE, DEEPEST_PLATE_MM = 0.42, 0.90
WIDEST_MM = 4.5
SPACING_RATIO = 1.6  # a hand is no more than so much larger or smaller than the average one: else its spacing is wrong
LINE_POINTS = 15


class Unmeasured(StrEnum):
    """Why a joint has no width. The values are stable: they stand in readings.json."""

    COARSE = "too_coarse"
    CUT = "cut_off"
    NO_SPACE = "no_space"
    FLEXED = "flexed"
    UNCLEAR = "unclear"

    @property
    def words(self) -> str:
        """The reason for a person who looks at the film."""
        return {
            Unmeasured.COARSE: "the film's pixels are too large",
            Unmeasured.CUT: "the joint lies at the edge of the film",
            Unmeasured.NO_SPACE: "no space is seen: closed, fused or overlapped",
            Unmeasured.FLEXED: "the joint is bent: the base of the bone shows two outlines",
            Unmeasured.UNCLEAR: "the lines of the bones are not clear",
        }[self]


@dataclass(frozen=True)
class JointWidth:
    """The space of one joint on one film.

    `near` and `far` are the subchondral lines [LINE_POINTS] of the proximal and the distal bone, in pixels of the film
    as stored, over the central 60 % of the width that both bones share. `percent` is the mean width in percent of that
    shared width. Lengths in mm are None where the film does not tell its pixel spacing: mean, minimum, the half towards
    the thumb or great toe (`radial`), the other (`ulnar`), and the 90 % interval of the mean. `unmeasured` says why
    there is nothing at all.
    """

    joint: str
    unmeasured: Unmeasured | None = None
    percent: float | None = None
    mean_mm: float | None = None
    low_mm: float | None = None
    high_mm: float | None = None
    minimum_mm: float | None = None
    radial_mm: float | None = None
    ulnar_mm: float | None = None
    near: tuple[Point, ...] = ()
    far: tuple[Point, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether the joint has a width."""
        return self.unmeasured is None

    @property
    def words(self) -> str:
        """The width in words: mm with its interval, else percent of the bones' width, else the reason."""
        if self.unmeasured is not None:
            return f"not measurable: {self.unmeasured.words}"
        if self.mean_mm is None:
            return f"{self.percent:.0f} % of the bones' width (the film tells no pixel spacing)"
        return f"{self.mean_mm:.2f} mm (90 % interval {self.low_mm:.2f} to {self.high_mm:.2f})"


def measure_widths(
    pixels: NDArray[np.float32], pose: Pose, points: Mapping[str, Point], spacing_mm: float | None = None
) -> tuple[JointWidth, ...]:
    """The width of every joint in `points` (film pixels) that is measured on such a limb, out of a film [H, W].

    `spacing_mm` is the pixel size that the film tells, None where it tells none; one that makes no sense for a limb is
    passed over.
    """
    # The last digits of what the networks give depend on machine and threads: what is measured from it must not.
    points = {name: (round(x, 1), round(y, 1)) for name, (x, y) in points.items()}
    pose = replace(pose, matrix=np.round(pose.matrix, 5))
    if spacing_mm and not 1 / SPACING_RATIO < spacing_mm / pose.mm_per_px < SPACING_RATIO:
        spacing_mm = None
    return tuple(
        _measure(pixels, joint_view(joint, points, pose), pose.mm_per_px, spacing_mm)
        for joint in MEASURED[pose.limb]
        if joint in points
    )


def _measure(pixels: NDArray[np.float32], view: JointView, limb_mm: float, spacing_mm: float | None) -> JointWidth:
    if (spacing_mm or limb_mm) > COARSEST_MM:
        return JointWidth(view.joint, Unmeasured.COARSE)
    view, lines = find_lines(pixels, view)
    if lines is None:
        return JointWidth(view.joint, Unmeasured.CUT)
    row_mm = view.step_px * (spacing_mm or limb_mm)
    if lines.contrast < LEAST_CONTRAST:
        return JointWidth(view.joint, Unmeasured.NO_SPACE)
    if lines.scatter > MOST_SCATTER or lines.steep < LEAST_STEEP or lines.inner > MOST_INNER:
        return JointWidth(view.joint, Unmeasured.UNCLEAR)
    if lines.second > SECOND_EDGE or lines.plate * row_mm > DEEPEST_PLATE_MM:
        return JointWidth(view.joint, Unmeasured.FLEXED)
    half = CENTRAL * (lines.last - lines.first) / 2
    inside = np.abs(lines.u - (lines.first + lines.last) / 2) <= half
    u = lines.u[inside]
    kind = next(name for name in CREST_MM if view.joint.startswith(name))
    near = lines.near[inside] + OUTLINE_MM / row_mm
    far = lines.far[inside] + lines.plate - CREST_MM[kind] / row_mm
    slope = float(np.polyfit(u, (near + far) / 2, 1)[0])
    gap = (far - near) * np.cos(np.arctan(slope))  # along the normal of the joint
    mean = float(gap.mean())
    if not 0 < mean * row_mm < WIDEST_MM or gap.min() <= 0:
        return JointWidth(view.joint, Unmeasured.NO_SPACE if mean * row_mm < WIDEST_MM else Unmeasured.UNCLEAR)
    at = np.linspace(u[0], u[-1], LINE_POINTS)
    drawn = [
        tuple((round(float(x), 1), round(float(y), 1)) for x, y in view.on_film(at, np.interp(at, u, line)))
        for line in (near, far)
    ]
    percent = round(100 * mean / (lines.last - lines.first), 1)
    if spacing_mm is None:
        return JointWidth(view.joint, None, percent, near=drawn[0], far=drawn[1])
    error = HALF_90_MM[kind] / row_mm
    middle = (u[0] + u[-1]) / 2
    low, high, least, radial, ulnar, middle_mm = (
        round(max(float(rows) * row_mm, 0.0), 3)
        for rows in (
            mean - error, mean + error, gap.min(), gap[u > middle].mean(), gap[u < middle].mean(), mean,
        )
    )  # fmt: skip
    return JointWidth(view.joint, None, percent, middle_mm, low, high, least, radial, ulnar, drawn[0], drawn[1])


def find_lines(pixels: NDArray[np.float32], view: JointView) -> tuple[JointView, Lines | None]:
    """The lines of a joint, in its view turned to lie across it; None where the film ends inside of the joint."""
    lines: Lines | None = None
    for _ in range(2):
        patch = view.take(pixels)
        core = patch[:, round(patch.shape[1] / 2 - 0.8 * view.half) : round(patch.shape[1] / 2 + 0.8 * view.half)]
        if np.isnan(core).any():
            return view, None
        if np.isnan(patch).any():
            patch = np.where(np.isnan(patch), np.nanmin(patch), patch)
        lines = refine(patch, *search(patch, view.half), view.half)
        slope = float(np.polyfit(lines.u, (lines.near + lines.far) / 2, 1)[0])
        if abs(slope) < 0.06:
            break
        view = view.turned(slope)
    return view, lines
