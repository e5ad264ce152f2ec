import numpy as np
from PIL import Image

from core.saliency.figure import PANEL_PX, coloured, explanation_picture, grey, outline
from core.saliency.verdict import beats_controls, figures, in_words, shares_in_words, shuffled_name

TARGET = np.zeros((20, 20), bool)
TARGET[:4] = True
RIGHT, WRONG = TARGET.astype(float), 1.0 - TARGET
UNIFORM = {"uniform": np.full((20, 20), 0.5)}


def test_a_map_beats_controls_that_know_nothing_but_not_its_own_shuffled_self() -> None:
    rows = figures({"A": RIGHT}, {**UNIFORM, shuffled_name("A"): WRONG}, TARGET)
    assert beats_controls("A", rows)
    rows = figures({"A": RIGHT}, {**UNIFORM, shuffled_name("A"): RIGHT}, TARGET)
    assert not beats_controls("A", rows)


def test_the_shuffled_control_of_another_method_does_not_count() -> None:
    rows = figures({"A": RIGHT}, {**UNIFORM, shuffled_name("B"): RIGHT}, TARGET)
    assert beats_controls("A", rows)


def test_words_say_what_agrees_what_fails_and_what_is_blank() -> None:
    maps = {"A": RIGHT, "B": WRONG, "C": np.zeros((20, 20))}
    words = in_words(maps, figures(maps, UNIFORM, TARGET))
    assert "A and B do not agree: rank correlation -1.00" in words
    assert "A finds the true damage better than every control." in words
    assert "B does not beat its controls" in words
    assert "C is blank" in words and "and C" not in words
    assert "not known" in in_words(maps, figures(maps, UNIFORM, TARGET), target="the site's box")


def test_the_share_of_heat_stands_beside_the_share_of_the_view_and_the_best_control() -> None:
    # The target is the first 4 of 20 rows.
    control = np.zeros((20, 20))
    control[:2], control[3:6] = 1.0, 0.5  # 2 + 0.5 of 3.5 rows' worth of heat in the target
    words = shares_in_words({"A": RIGHT}, {**UNIFORM, "Gaussian": control}, TARGET, target="the boxes", of="films")
    assert words == "A puts 100% of its heat into the boxes, which cover 20% of the films; “Gaussian” puts 71% there."


def test_a_film_keeps_its_shape() -> None:
    film = np.tile(np.linspace(0, 1, 30), (60, 1))  # twice as high as wide
    assert coloured(film, 100).shape == grey(film, 100).shape == (100, 50, 3)
    assert outline(np.ones((60, 30), bool), 20).shape == (20, 10)


def test_the_picture_has_a_panel_for_the_close_up_and_one_a_map() -> None:
    picture = explanation_picture(RIGHT, {"A": RIGHT, "B": WRONG}, title="MCP 2", truth=TARGET)
    assert isinstance(picture, Image.Image) and picture.width == 3 * PANEL_PX


def test_more_heat_is_lighter_and_the_outline_runs_along_the_edge() -> None:
    ramp = coloured(np.tile(np.linspace(0, 1, 50), (50, 1)), 50)[25].astype(float) @ (0.3, 0.59, 0.11)
    assert (np.diff(ramp) >= -1).all() and ramp[-1] - ramp[0] > 150
    edge = outline(TARGET, 100)
    assert edge[20, 50] and not edge[10, 50] and not edge[60, 50]
