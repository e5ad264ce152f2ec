"""A joint that a person placed: the network looks again at it, and at the joints whose view depends on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import PART_JOINTS, Point
from core.anatomy.pose import fit_pose
from core.joint_scoring.crops import PART_OF
from core.joint_scoring.scorer import JointScorer, LimbJoints
from core.model_reader.codes import Flag, FlagCode
from core.model_reader.evidence import FilmReading, FoundJoint, ScoredCell
from core.svh import SITES
from core.svh.words import joint_name


@dataclass(frozen=True)
class Placed:
    """Where a person put a joint, in pixels of the film, and what the network gives there."""

    x: float
    y: float
    cells: tuple[ScoredCell, ...]


def place_joint(scorer: JointScorer, pixels: NDArray[np.float32], found: FilmReading, joint: str, at: Point) -> Placed:
    """Score a joint of a limb at the place `at` of the film [H, W]; with a joint of a digit go its neighbours.

    Raises: ValueError if the limb has no such joint, the place is not on the film, or too few joints were found.
    """
    if found.limb is None or joint not in PART_OF[found.limb]:
        raise ValueError(f"the film has no joint {joint!r}")
    if not (0 <= at[0] < found.width and 0 <= at[1] < found.height):
        raise ValueError("the place is not on the film")
    joints: dict[str, Point] = {each.name: (each.x, each.y) for each in found.joints} | {joint: at}
    part = PART_OF[found.limb][joint]
    near = {name: joints[name] for name in PART_JOINTS[found.limb][part] if name in joints}
    scores = scorer.score([LimbJoints(pixels, found.limb, near, fit_pose(found.limb, joints))])[0]
    again = [joint] if part == "wrist" else list(near)
    cells = [
        ScoredCell(site, s.points, round(s.low, 1), round(s.high, 1), round(s.estimate, 2))
        for site in SITES[found.limb]
        if site.joint in again and (s := scores.get(site)) is not None
    ]
    return Placed(round(at[0], 1), round(at[1], 1), tuple(cells))


def with_placed(found: FilmReading, placed: Mapping[str, Placed]) -> FilmReading:
    """The film with joints where a person put them, in the order in which that was done, and a flag that says so."""
    if not placed:
        return found
    new = {cell.site: cell for each in placed.values() for cell in each.cells}
    put = tuple(FoundJoint(name, each.x, each.y, 1.0) for name, each in placed.items())
    names = ", ".join(joint_name(name) for name in placed)
    flag = Flag(FlagCode.JOINT_PLACED, f"Placed by a person and scored there: {names}.")
    return replace(
        found,
        joints=(*(joint for joint in found.joints if joint.name not in placed), *put),
        cells=tuple(new.get(cell.site, cell) for cell in found.cells),
        widths=tuple(w for w in found.widths if w.joint not in {site.joint for site in new}),  # measured elsewhere
        flags=(*found.flags, flag),
    )
