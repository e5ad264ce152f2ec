"""What a parts network learns from, and what counts as seen."""

import numpy as np
import pytest

from core.training.find_parts import seen_height


def test_a_joint_counts_as_seen_above_what_joints_off_the_film_reach() -> None:
    heights = np.linspace(0.0, 0.5, 1001)
    assert seen_height(heights.tolist()) == pytest.approx(0.495, abs=1e-3)  # 99 % lie below
    assert (seen_height([]), seen_height([0.01]), seen_height([0.9])) == (0.25, 0.25, 0.6)
