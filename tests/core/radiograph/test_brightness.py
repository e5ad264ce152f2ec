"""From stored values to [0, 1]; bits really used; contrast."""

import numpy as np
import pytest

from core.radiograph import FilmError, to_unit
from core.radiograph.brightness import check_contrast, histogram_points, looks_inverted, picture_bits
from tests.core.radiograph import films


def test_to_unit_cuts_both_ends() -> None:
    np.testing.assert_allclose(to_unit(np.array([-5, 0, 5, 10, 15]), 0, 10), [0, 0, 0.5, 1, 1])


@pytest.mark.parametrize(("low", "high"), [(0, 0), (1, 0), (0, np.nan), (0, np.inf)])
def test_to_unit_needs_a_range(low: float, high: float) -> None:
    with pytest.raises(ValueError):
        to_unit(np.zeros(3), low, high)


def test_histogram_points_by_hand() -> None:
    # cumulated 1, 3, 7, 10: half of 10 is reached in the third bin
    assert histogram_points(np.array([1, 2, 4, 3]), (0.0, 0.1, 0.5, 1.0)) == [0, 0, 2, 3]


@pytest.mark.parametrize(("top", "bits"), [(100, 8), (255, 8), (256, 9), (4095, 12), (65535, 16)])
def test_bits_follow_the_brightest_pixels_but_not_burned_letters(top: int, bits: int) -> None:
    values = np.full((100, 100), top, np.uint16)
    values[0, :4] = 65535  # 0.04 %
    assert picture_bits(values) == bits


def test_contrast_needs_range_and_levels() -> None:
    check_contrast(films.grey8().astype(np.float32) / 255, "f")
    for picture in (np.zeros((90, 90)), np.indices((90, 90)).sum(0) % 2, np.linspace(0.5, 0.52, 8100).reshape(90, 90)):
        with pytest.raises(FilmError):
            check_contrast(picture.astype(np.float32), "f")


def test_a_bright_frame_looks_inverted() -> None:
    picture = films.grey8().astype(np.float32) / 255
    assert looks_inverted(1 - picture) and not looks_inverted(picture)
