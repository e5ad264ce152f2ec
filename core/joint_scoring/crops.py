"""The close-up of each joint: upright along its bone, as in a right limb, of a field that fits the joint."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.anatomy.frame import Frame
from core.anatomy.parts import PART_JOINTS, Point, part_boxes
from core.anatomy.pose import Pose
from core.svh import SITES, Limb

# Width of the close-up in mm of the template limb.
FIELD_MM: dict[Limb, dict[str, float]] = {
    Limb.HAND: {
        **{f"MCP{k}": 26.0 for k in range(1, 6)},
        **{f"PIP{k}": 22.0 for k in range(2, 6)},
        "IP1": 24.0,
        **dict.fromkeys(("CMC3", "CMC4", "CMC5", "STT", "MC1BASE", "MUL", "NAV", "LUN"), 28.0),
        **dict.fromkeys(("CAPNLUN", "RADCAR", "RAD", "ULN"), 34.0),
    },
    Limb.FOOT: {"MTP1": 38.0, "IP1": 32.0, **{f"MTP{k}": 26.0 for k in range(2, 6)}},
}
SCORED_JOINTS: dict[Limb, tuple[str, ...]] = {
    limb: tuple(dict.fromkeys(site.joint for site in sites)) for limb, sites in SITES.items()
}


def _direction(a: Point, b: Point) -> float:
    return float(np.rad2deg(np.arctan2(b[0] - a[0], a[1] - b[1])))  # clockwise from up


def joint_up_deg(limb: Limb, joint: str, joints: Mapping[str, Point], pose: Pose) -> float:
    """Direction on the film, clockwise from up, that is distal at a joint."""
    if limb is Limb.HAND and joint[:3] in ("MCP", "PIP", "IP1"):
        k = joint[-1]
        base, tip = f"MCP{k}", "IP1" if k == "1" else f"PIP{k}"
    elif limb is Limb.FOOT and joint in ("MTP1", "IP1"):
        base, tip = "MTP1", "IP1"
    else:
        return pose.up_deg
    if base not in joints or tip not in joints or joints[base] == joints[tip]:
        return pose.up_deg
    return _direction(joints[base], joints[tip])


def joint_frame(
    limb: Limb, joint: str, joints: Mapping[str, Point], pose: Pose, *, side_px: int, margin: float = 1.0
) -> Frame:
    """The square view of `joint`, [side_px, side_px], `margin` times its field wide.

    Raises: KeyError if the joint has no place among `joints`.
    """
    return Frame.around(
        joints[joint],
        scale=pose.mm_per_px * side_px / (FIELD_MM[limb][joint] * margin),
        turn_deg=joint_up_deg(limb, joint, joints, pose),
        mirror=pose.mirrored,
        width_px=side_px,
        height_px=side_px,
    )


PART_OF: dict[Limb, dict[str, str]] = {
    limb: {joint: part for part, joints in parts.items() for joint in joints} for limb, parts in PART_JOINTS.items()
}


def part_frames(limb: Limb, joints: Mapping[str, Point], pose: Pose, *, side_px: int) -> dict[str, Frame]:
    """DeepRA's crops: the square view of each whole part (finger, thumb, toe, wrist) whose joints are there.

    The limb is upright and a right one, so that a turned film gives the same crop. The view is as wide as the longer
    side of the part's box: the paper squeezes the box into a square, which changes the width of a joint gap with the
    finger's turn.
    """
    if not joints:
        return {}
    upright = Frame.around(
        (0.0, 0.0), scale=1.0, turn_deg=pose.up_deg, mirror=pose.mirrored, width_px=side_px, height_px=side_px
    )
    names = list(joints)
    turned = upright.to_view(np.array([joints[name] for name in names], float))
    boxes = part_boxes(limb, {name: (float(x), float(y)) for name, (x, y) in zip(names, turned, strict=True)})
    frames: dict[str, Frame] = {}
    for part, (x0, y0, x1, y1) in boxes.items():
        x, y = upright.to_film(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))[0]
        frames[part] = Frame.around(
            (float(x), float(y)),
            scale=side_px / max(x1 - x0, y1 - y0),
            turn_deg=pose.up_deg,
            mirror=pose.mirrored,
            width_px=side_px,
            height_px=side_px,
        )
    return frames


@dataclass(frozen=True)
class Crop:
    """One view of a limb and the scored joints that it is looked at for."""

    frame: Frame
    joints: tuple[str, ...]


def limb_crops(limb: Limb, joints: Mapping[str, Point], pose: Pose, *, side_px: int, close_up: bool) -> list[Crop]:
    """Close-ups of every scored joint that has a place.

    Or DeepRA's crops of whole parts, with those of their joints that have a place.
    A joint whose part has no box (its other points are missing) is in no crop of the second kind.
    """
    there = [joint for joint in SCORED_JOINTS[limb] if joint in joints]
    if close_up:
        return [Crop(joint_frame(limb, joint, joints, pose, side_px=side_px), (joint,)) for joint in there]
    frames = part_frames(limb, joints, pose, side_px=side_px)
    crops = [Crop(frame, tuple(j for j in there if PART_OF[limb][j] == part)) for part, frame in frames.items()]
    return [crop for crop in crops if crop.joints]
