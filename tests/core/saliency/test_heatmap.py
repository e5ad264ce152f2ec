import numpy as np
import pytest

from core.anatomy.frame import Frame
from core.saliency.controls import centred, prior, uniform
from core.saliency.heatmap import Heatmap


def test_heat_comes_back_to_where_the_view_was_taken() -> None:
    frame = Frame.around((70.0, 40.0), scale=2.0, turn_deg=30.0, mirror=True, width_px=32, height_px=32)
    spot = np.zeros((32, 32), np.float32)
    spot[5:8, 20:23] = 1
    film = Heatmap(spot, frame).on_film(100, 120)
    y, x = np.unravel_index(film.argmax(), film.shape)
    expected = frame.to_film(np.array([[21.0, 6.0]]))[0]
    assert np.linalg.norm(expected - (x, y)) < 1
    assert film[90, 10] == 0  # outside the view
    assert frame.take(film)[6, 21] == pytest.approx(1, abs=0.35)


def test_the_lowest_heat_is_0_and_the_highest_1() -> None:
    frame = Frame(np.eye(2, 3), 4, 4)
    heat = Heatmap.stretched(np.array([[2.0, 3.0], [4.0, 6.0]]), frame)
    assert (heat.values.min(), heat.values.max(), heat.lowest, heat.highest) == (0, 1, 2, 6)
    assert not heat.blank
    assert Heatmap.stretched(np.full((2, 2), 0.7), frame).blank


@pytest.mark.parametrize("values", [np.zeros((3, 4)), np.full((4, 4), 1.5), np.full((4, 4), np.nan)])
def test_what_is_no_heat_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="heat"):
        Heatmap(values.astype(np.float32), Frame(np.eye(2, 3), 4, 4))


def test_controls_look_as_they_are_called() -> None:
    frame = Frame(np.eye(2, 3), 33, 33)
    assert uniform(frame).blank
    y, x = np.unravel_index(centred(frame).values.argmax(), (33, 33))
    assert (y, x) == (16, 16) and centred(frame).values[0, 0] == 0
    mean = prior([np.array([[0.0, 1.0]] * 2), np.array([[0.0, 0.0]] * 2)], frame)
    assert (mean.lowest, mean.highest) == (0, 0.5)
