import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anatomy.frame import Frame

FRAMES = st.builds(
    lambda x, y, scale, turn, mirror: Frame.around(
        (x, y), scale=scale, turn_deg=turn, mirror=mirror, width_px=64, height_px=48
    ),
    st.floats(-500, 500), st.floats(-500, 500), st.floats(0.05, 20), st.floats(-179, 179), st.booleans(),
)  # fmt: skip


@given(FRAMES, st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)))
def test_points_go_to_the_view_and_back(frame: Frame, point: tuple[float, float]) -> None:
    points = np.array([point])
    np.testing.assert_allclose(frame.to_film(frame.to_view(points)), points, atol=1e-6)


@given(st.floats(0.05, 20), st.floats(-179, 179), st.booleans())
def test_a_frame_tells_what_it_was_made_with(scale: float, turn: float, mirror: bool) -> None:
    frame = Frame.around((10, 20), scale=scale, turn_deg=turn, mirror=mirror, width_px=9, height_px=7)
    assert frame.scale == pytest.approx(scale)
    assert frame.turn_deg == pytest.approx(turn, abs=1e-6)
    assert frame.mirrored is mirror
    np.testing.assert_allclose(frame.to_view(np.array([[10.0, 20.0]])), [[4.0, 3.0]], atol=1e-9)


def test_a_quarter_turn_worked_by_hand() -> None:
    frame = Frame.around((50, 50), scale=2, turn_deg=90, width_px=101, height_px=101)
    # What points right on the film points up in the view: 10 px right of the centre come 20 px above the middle.
    np.testing.assert_allclose(frame.to_view(np.array([[60.0, 50.0]])), [[50.0, 30.0]], atol=1e-9)
    np.testing.assert_allclose(frame.to_view(np.array([[50.0, 60.0]])), [[70.0, 50.0]], atol=1e-9)


def test_a_mirror_swaps_left_and_right_only() -> None:
    frame = Frame.around((50, 50), scale=1, mirror=True, width_px=101, height_px=101)
    np.testing.assert_allclose(frame.to_view(np.array([[60.0, 45.0]])), [[40.0, 45.0]], atol=1e-9)


@pytest.mark.parametrize("scale", [3.0, 1.0, 0.5, 0.2])
@pytest.mark.parametrize("turn", [0.0, 90.0, 35.0])
def test_pixels_lie_where_the_points_say(scale: float, turn: float) -> None:
    rows, columns = np.mgrid[0:240, 0:300]
    spread = 4 / scale  # 4 px of the view, so that the whole spot lies inside it
    spot = np.exp(-((columns - 170) ** 2 + (rows - 90) ** 2) / (2 * spread**2)).astype(np.float32)
    frame = Frame.around((160, 100), scale=scale, turn_deg=turn, width_px=121, height_px=121)
    view = frame.take(spot)
    assert view.shape == (121, 121)
    v_rows, v_columns = np.mgrid[0:121, 0:121]
    middle = np.array([[(view * v_columns).sum(), (view * v_rows).sum()]]) / view.sum()
    np.testing.assert_allclose(middle, frame.to_view(np.array([[170.0, 90.0]])), atol=0.1)


def test_outside_the_film_its_edge_goes_on() -> None:
    film = np.full((20, 20), 0.7, np.float32)
    view = Frame.around((0, 0), scale=1, width_px=31, height_px=31).take(film)
    np.testing.assert_allclose(view, 0.7, atol=1e-6)


@pytest.mark.parametrize(
    ("matrix", "width"),
    [(np.zeros((2, 3)), 5), (np.full((2, 3), np.nan), 5), (np.eye(3), 5), (np.eye(2, 3), 0)],
)
def test_a_frame_that_is_none_is_refused(matrix: np.ndarray, width: int) -> None:
    with pytest.raises(ValueError, match="a frame needs"):
        Frame(matrix, width, 5)


@given(FRAMES, FRAMES, st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)))
def test_a_view_of_a_view_is_one_frame(first: Frame, second: Frame, point: tuple[float, float]) -> None:
    points, both = np.array([point]), first.then(second)
    np.testing.assert_allclose(both.to_view(points), second.to_view(first.to_view(points)), rtol=1e-9, atol=1e-6)
    assert (both.width_px, both.height_px) == (second.width_px, second.height_px)
