"""Joints read off heat maps."""

import numpy as np
import pytest

from core.detection.found import HEAT_STRIDE, find_joints


def heat_of(*peaks: tuple[int, int, float]) -> np.ndarray:
    heat = np.zeros((1, 40, 30), np.float32)
    for row, column, height in peaks:
        heat[0, row, column] = height
    return heat


def middle(row: int, column: int) -> tuple[float, float]:
    return (column + 0.5) * HEAT_STRIDE - 0.5, (row + 0.5) * HEAT_STRIDE - 0.5


def test_the_highest_peak_is_the_joint() -> None:
    found = find_joints(heat_of((10, 5, 0.4), (30, 20, 0.7)), ["MTP2"])
    assert found["MTP2"] == pytest.approx((*middle(30, 20), 0.7))


def test_a_known_joint_is_looked_for_near_its_place_only() -> None:
    heat = heat_of((10, 5, 0.4), (30, 20, 0.7))
    x, y = middle(10, 5)
    near = {"MTP2": (x + 3 * HEAT_STRIDE, y)}
    assert find_joints(heat, ["MTP2"], near=near, within_px=12)["MTP2"] == pytest.approx((x, y, 0.4))
    assert find_joints(heat, ["MTP2"], near=near, within_px=11)["MTP2"][2] == 0.0  # nothing is seen there
    assert find_joints(heat, ["MTP3"], near=near, within_px=12)["MTP3"][2] == pytest.approx(0.7)  # another joint
