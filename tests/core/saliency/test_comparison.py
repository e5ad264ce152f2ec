import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.saliency.comparison import (
    heat_inside,
    hottest,
    hottest_overlap,
    pointing,
    precision_recall_area,
    spearman,
)

MASK = np.zeros((10, 10), bool)
MASK[:2] = True  # a fifth
UNIFORM = np.full((10, 10), 0.3)


def test_a_map_that_is_the_mask_scores_1() -> None:
    heat = MASK.astype(float)
    assert heat_inside(heat, MASK) == pointing(heat, MASK) == precision_recall_area(heat, MASK) == 1
    assert (hottest_overlap(heat, heat), spearman(heat, heat)) == pytest.approx((1, 1))


def test_a_uniform_map_scores_chance() -> None:
    for measure in (heat_inside, pointing, precision_recall_area):
        assert measure(UNIFORM, MASK) == pytest.approx(0.2)
    assert hottest_overlap(UNIFORM, MASK.astype(float)) == pytest.approx(0.2)
    assert math.isnan(spearman(UNIFORM, MASK.astype(float)))


def test_a_blank_map_counts_as_uniform() -> None:
    assert heat_inside(np.zeros((10, 10)), MASK) == pytest.approx(0.2)


def test_measures_worked_by_hand() -> None:
    heat, mask = np.array([[4.0, 3.0], [2.0, 1.0]]), np.array([[True, False], [True, False]])
    assert heat_inside(heat, mask) == pytest.approx(0.6)  # (4 + 2) / 10
    assert precision_recall_area(heat, mask) == pytest.approx((1 + 2 / 3) / 2)
    assert pointing(heat, mask) == 1 and pointing(-heat, mask) == 0
    assert spearman(heat, heat[::-1]) == pytest.approx(1 - 6 * 16 / (4 * 15))  # ranks 4 3 2 1 against 2 1 4 3
    assert hottest(heat, 0.5).tolist() == [[1, 1], [0, 0]]
    assert hottest_overlap(heat, heat[::-1], 0.5) == 0


def test_of_equal_heat_at_the_edge_each_pixel_counts_a_part() -> None:
    # Two of four pixels: one is hottest, three share the other place.
    assert hottest(np.array([[2.0, 1.0], [1.0, 1.0]]), 0.5) == pytest.approx(np.array([[1, 1 / 3], [1 / 3, 1 / 3]]))


def test_no_damage_has_no_area_under_the_curve() -> None:
    assert math.isnan(precision_recall_area(UNIFORM, np.zeros((10, 10), bool)))


@given(st.integers(0, 1000), st.floats(0.1, 3))
def test_ranks_alone_decide_what_is_made_of_ranks(seed: int, power: float) -> None:
    heat = np.random.default_rng(seed).random((10, 10)) + 0.01
    assert precision_recall_area(heat**power, MASK) == pytest.approx(precision_recall_area(heat, MASK))
    assert spearman(heat**power, heat) == pytest.approx(1)
    assert hottest_overlap(heat**power, heat) == pytest.approx(1)
