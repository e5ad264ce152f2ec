import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anatomy.similarity import is_mirrored, mapped, mapped_back, scale_of, up_deg
from core.svh import Limb, Side
from tests.core.anatomy.poses import pose_at

# Twice as large, a quarter turn clockwise (right becomes down), then 10 to the right.
QUARTER = np.array([[0.0, -2.0, 10.0], [2.0, 0.0, 0.0]])


def test_a_quarter_turn_by_hand() -> None:
    np.testing.assert_allclose(mapped(QUARTER, np.array([[1.0, 0.0], [0.0, 3.0]])), [[10, 2], [4, 0]])
    assert scale_of(QUARTER) == pytest.approx(2) and not is_mirrored(QUARTER)
    assert up_deg(QUARTER) == pytest.approx(-90)  # what pointed left points up


@given(st.floats(0.05, 20), st.floats(-179, 179), st.booleans(), st.floats(-500, 500), st.floats(-500, 500))
def test_a_pose_says_what_it_was_made_of_and_there_and_back_is_nothing(
    mm_per_px: float, turned_deg: float, mirrored: bool, x: float, y: float
) -> None:
    pose = pose_at(Limb.FOOT, mm_per_px=mm_per_px, up_deg=turned_deg, mirrored=mirrored)
    assert (pose.mm_per_px, pose.up_deg) == (pytest.approx(mm_per_px), pytest.approx(turned_deg, abs=1e-6))
    assert pose.side is (Side.L if mirrored else Side.R)
    points = np.array([[x, y], [0.0, 0.0]])
    np.testing.assert_allclose(mapped_back(pose.matrix, pose.to_mm(points)), points, atol=1e-6)
    apart = np.linalg.norm(np.diff(pose.to_mm(points), axis=0))
    assert apart == pytest.approx(mm_per_px * np.hypot(x, y), abs=1e-6)
