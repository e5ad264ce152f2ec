"""Stray peaks, and joints that the border of a film cuts."""

import numpy as np

from core.anatomy.pose import Pose
from core.anatomy.template import TEMPLATE_MM
from core.detection.places import off_film, without_strays
from core.svh import Limb

# 0.5 mm a pixel, the middle of the template in the middle of a film of 600 x 600 px
POSE = Pose(Limb.HAND, np.array([[0.5, 0.0, -150.0], [0.0, 0.5, -150.0]]), 0.0)
FILM = (600, 600)


def joints_at_their_places(**others: tuple[tuple[float, float], float]) -> dict[str, tuple[tuple[float, float], float]]:
    template = TEMPLATE_MM[Limb.HAND]
    at = POSE.to_film(np.array(list(template.values())))
    return {n: ((float(x), float(y)), 0.8) for n, (x, y) in zip(template, at, strict=True)} | others


def test_a_faint_peak_far_from_its_place_is_no_joint() -> None:
    x, y = joints_at_their_places()["PIP2"][0]
    far, near = (x + 60.0, y), (x + 20.0, y)  # 30 and 10 mm away
    assert without_strays(POSE, joints_at_their_places(PIP2=(far, 0.25)), 0.25)["PIP2"] == (far, 0.0)
    assert without_strays(POSE, joints_at_their_places(PIP2=(near, 0.25)), 0.25)["PIP2"] == (near, 0.25)
    assert without_strays(POSE, joints_at_their_places(PIP2=(far, 0.5)), 0.25)["PIP2"] == (
        far,
        0.5,
    )  # a dislocation, clear


def test_a_joint_that_the_border_cuts_is_off_the_film() -> None:
    assert "PIP2" in off_film(
        POSE, joints_at_their_places(PIP2=((3.0, 300.0), 0.8)), FILM, 0.25
    )  # 1.5 mm from the border
    assert "PIP2" not in off_film(POSE, joints_at_their_places(PIP2=((5.0, 300.0), 0.8)), FILM, 0.25)
    assert "PIP2" in off_film(POSE, joints_at_their_places(PIP2=((3.0, 300.0), 0.2)), FILM, 0.25)  # however faint


def test_a_joint_without_a_peak_is_off_the_film_where_its_place_is() -> None:
    hidden = joints_at_their_places(PIP2=((300.0, 300.0), 0.05))
    assert "PIP2" not in off_film(POSE, hidden, FILM, 0.25)
    assert "PIP2" in off_film(POSE, hidden, (600, 100), 0.25)
