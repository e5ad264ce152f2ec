"""Joint-space widths on films drawn by hand: two bones with a dense plate, a space of known width between them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.anatomy.pose import Pose
from core.measure import Unmeasured, measure_widths
from core.svh import Limb

MM = 0.1  # a pixel
SIZE, MIDDLE = 241, 120.0


def film(gap_mm: float, *, tilt: float = 0.0, second_mm: float = 0.0) -> np.ndarray:
    """A joint with its axis upright: distal bone above with a dense plate, proximal bone below; both 15 mm wide."""
    fine = 3
    y, x = (np.mgrid[: SIZE * fine, : SIZE * fine] - (fine - 1) / 2) / fine * MM
    across, up = x - MIDDLE * MM, MIDDLE * MM - y
    bone = np.abs(across) < 7.5
    above = up - gap_mm / 2 - tilt * across
    picture = np.full(x.shape, 0.2)
    picture[bone & (up < -gap_mm / 2)] = 0.6
    picture[bone & (above > 0)] = 0.5 if second_mm else 0.6
    picture[bone & (above > second_mm) & (above < second_mm + 0.5)] = 0.85
    picture[bone & (above > second_mm + 0.5)] = 0.6
    picture = cv2.resize(picture.astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def pose(mm_per_px: float = MM) -> Pose:
    return Pose(Limb.HAND, np.array([[mm_per_px, 0.0, 0.0], [0.0, mm_per_px, 0.0]]), 0.0)


def width(
    pixels: np.ndarray, spacing: float | None = MM, at: tuple[float, float] = (MIDDLE, MIDDLE), scale: float = MM
):
    (found,) = measure_widths(pixels, pose(scale), {"MCP3": at}, spacing)
    return found


def test_a_known_change_of_the_space_is_the_change_of_the_width() -> None:
    wide, narrow = width(film(1.6)), width(film(1.3))
    assert wide.measured and narrow.measured
    assert wide.mean_mm - narrow.mean_mm == pytest.approx(0.3, abs=0.02)
    assert wide.mean_mm == pytest.approx(1.6, abs=0.2)  # the rules of outline and crest are for round bones
    assert wide.low_mm < wide.mean_mm < wide.high_mm


@settings(max_examples=4, deadline=None)
@given(st.floats(0.9, 2.5), st.floats(-6, 6), st.floats(-6, 6))
def test_the_place_that_was_given_may_be_off(gap: float, x: float, y: float) -> None:
    exact, off = width(film(gap)), width(film(gap), at=(MIDDLE + x, MIDDLE + y))
    assert off.mean_mm == pytest.approx(exact.mean_mm, abs=0.03)


def test_lines_lie_on_the_edges_of_the_bones() -> None:
    found = width(film(1.6))
    assert np.mean([y for _, y in found.near]) == pytest.approx(MIDDLE + 8, abs=2)
    assert np.mean([y for _, y in found.far]) == pytest.approx(MIDDLE - 8, abs=2.5)
    xs = [x for x, _ in found.near]
    assert max(xs) - min(xs) == pytest.approx(0.6 * 150, abs=6)  # the central 60 % of 15 mm


def test_a_tilted_space_is_wider_on_one_side_and_narrowest_at_the_other() -> None:
    found = width(film(1.6, tilt=0.06))  # wider to the right of the film, away from the thumb of a right hand
    assert found.ulnar_mm - found.radial_mm == pytest.approx(0.06 * 4.5, abs=0.06)
    assert found.minimum_mm < found.radial_mm < found.mean_mm < found.ulnar_mm


def test_a_turned_film_has_the_same_width() -> None:
    turned = np.ascontiguousarray(np.rot90(film(1.4, tilt=0.04)))
    matrix = np.array([[0.0, -MM, 24.0], [MM, 0.0, 0.0]])  # film to limb: undoes the quarter turn
    (found,) = measure_widths(turned, Pose(Limb.HAND, matrix, 0.0), {"MCP3": (MIDDLE, MIDDLE)}, MM)
    assert found.mean_mm == pytest.approx(width(film(1.4, tilt=0.04)).mean_mm, abs=0.01)
    assert found.radial_mm == pytest.approx(width(film(1.4, tilt=0.04)).radial_mm, abs=0.02)


def test_without_a_spacing_it_is_percent_of_the_bones() -> None:
    found = width(film(1.5), spacing=None)
    assert found.mean_mm is None and found.minimum_mm is None
    assert found.percent == pytest.approx(100 * width(film(1.5)).mean_mm / 15, abs=0.7)
    assert "%" in found.words and "mm" not in found.words


def test_a_spacing_that_no_hand_has_is_passed_over() -> None:
    assert width(film(1.5), spacing=0.025).mean_mm is None


@pytest.mark.parametrize(
    ("pixels", "changes", "why"),
    [
        (film(1.5), {"scale": 0.5, "spacing": 0.5}, Unmeasured.COARSE),
        (film(1.5), {"at": (MIDDLE, 20.0)}, Unmeasured.CUT),
        (np.full((SIZE, SIZE), 0.5, np.float32), {}, Unmeasured.NO_SPACE),
        (film(0.0), {}, Unmeasured.NO_SPACE),
        (film(1.5, second_mm=1.4), {}, Unmeasured.FLEXED),
    ],
    ids=["coarse", "cut", "blank", "closed", "flexed"],
)
def test_what_cannot_be_measured_says_why(pixels: np.ndarray, changes: dict, why: Unmeasured) -> None:
    found = width(pixels, **changes)
    assert found.unmeasured is why and found.percent is None and found.near == ()
    assert why.words in found.words


def test_joints_that_were_not_found_are_not_measured() -> None:
    assert measure_widths(film(1.5), pose(), {"CMC3": (MIDDLE, MIDDLE)}, MM) == ()
