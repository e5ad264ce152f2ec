import math

import numpy as np
import pytest

from core.saliency.faithfulness import faithfulness

VIEW = np.zeros((10, 10), np.float32)
VIEW[0] = 1.0  # the score is the mean of the view, so all of it lies in the first row
EMPTY = np.zeros((10, 10), np.float32)


def mean(views: np.ndarray) -> np.ndarray:
    return views.mean((1, 2)).astype(np.float64)


def test_a_map_of_what_counts_changes_the_score_at_once() -> None:
    found = faithfulness(VIEW, VIEW, mean, background=EMPTY)
    assert found.deletion == pytest.approx([0.1] + [0.0] * 10)
    assert found.insertion == pytest.approx([0.0] + [0.1] * 10)
    # Trapezia: half of the first step, then all.
    assert (found.deletion_area, found.insertion_area) == pytest.approx((0.95, 0.95))


def test_the_opposite_map_changes_it_last() -> None:
    found = faithfulness(1 - VIEW, VIEW, mean, background=EMPTY)
    assert (found.deletion_area, found.insertion_area) == pytest.approx((0.05, 0.05))


def test_a_uniform_map_is_a_random_order() -> None:
    view = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    found = faithfulness(np.full((40, 40), 0.5), view, mean, background=np.zeros((40, 40), np.float32))
    assert (found.deletion_area, found.insertion_area) == pytest.approx((0.5, 0.5), abs=0.02)


def test_a_score_that_does_not_move_has_no_area() -> None:
    found = faithfulness(VIEW, VIEW, lambda views: np.full(len(views), 0.4), background=EMPTY)
    assert math.isnan(found.deletion_area) and math.isnan(found.insertion_area)
