"""The joint space that a film of a phantom shows."""

import numpy as np
import pytest

from core.phantom.assembly import Assembly, Joint
from core.phantom.skeleton import Bone
from core.phantom.subchondral import shown_gap


def block(name: str, low: float, high: float) -> Bone:
    """A box from y = low to y = high mm (distal is up, at smaller y), 10 mm wide and 8 mm deep."""
    corners = np.array([(x, y, z) for x in (-5.0, 5.0) for y in (low, high) for z in (-4.0, 4.0)])
    faces = [
        (0, 1, 3),
        (0, 3, 2),
        (4, 6, 7),
        (4, 7, 5),
        (0, 4, 5),
        (0, 5, 1),
        (2, 3, 7),
        (2, 7, 6),
        (0, 2, 6),
        (0, 6, 4),
    ]
    faces += [(1, 5, 7), (1, 7, 3)]
    return Bone(name, corners, np.array(faces, np.int64), np.array([0.0, -1.0, 0.0]))


def test_two_blocks_are_as_far_apart_as_they_were_put() -> None:
    joint = Joint(("near",), ("far",), ("far",), along=(0.0, -1.0))
    limb = Assembly({"near": block("near", 1.0, 12.0), "far": block("far", -12.0, -0.5)}, {"J": joint}, {})
    assert shown_gap(limb, "J") == pytest.approx(1.5, abs=0.03)
    limb.shift(("far",), np.array([0.0, -0.4, 0.0]))
    assert shown_gap(limb, "J") == pytest.approx(1.9, abs=0.03)
