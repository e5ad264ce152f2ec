import numpy as np
import pytest

from core.evaluation.random_baseline import RandomBaseline
from core.svh import HAND_JSN, Reading, Side


def test_points_come_as_often_as_in_training() -> None:
    cell, other = (Side.L, HAND_JSN[0]), (Side.R, HAND_JSN[1])
    training = [Reading({cell: value, other: 2}) for value in (0, 0, 0, 4)] + [Reading({cell: None, other: 2})]
    baseline = RandomBaseline(training)
    rng = np.random.default_rng(1)
    drawn = [baseline.draw(rng).points for _ in range(800)]
    assert {points[other] for points in drawn} == {2}
    assert np.mean([points[cell] == 4 for points in drawn]) == pytest.approx(0.25, abs=0.05)
    assert {points[cell] for points in drawn} == {0, 4}


def test_nothing_to_draw_from_is_refused() -> None:
    with pytest.raises(ValueError, match="training"):
        RandomBaseline([Reading({})])
