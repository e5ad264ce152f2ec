"""Limbs read off the finder's maps: whole, cut, beside each other."""

import numpy as np
import pytest

from core.anatomy.frame import Frame
from core.anatomy.pose import Pose
from core.anatomy.template import TEMPLATE_MM
from core.cohort.labelled_film import LabelledFilm
from core.detection.limb_votes import SeenLimb, seen_limbs
from core.detection.network import FinderSettings
from core.detection.places import off_film
from core.detection.poses import better_pose
from core.svh import Limb, Side
from core.training.find_limbs import targets_of
from core.training.limb_views import FilmSample, limb_truth

SETTINGS = FinderSettings()
WHOLE = Frame(np.array([[1.0, 0, 0], [0, 1.0, 0]]), SETTINGS.side_px, SETTINGS.side_px)


def drawn(
    limb: Limb, scale: float, at: tuple[float, float], *, side: Side = Side.R, turn_deg: float = 0.0
) -> LabelledFilm:
    """The template on a picture of the finder's size, `scale` px per mm, its origin at `at`."""
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirror = np.diag([1.0 if side is Side.R else -1.0, 1.0])
    points = {n: tuple(turn @ mirror @ np.array(p) * scale + at) for n, p in TEMPLATE_MM[limb].items()}
    return LabelledFilm(np.zeros((256, 256), np.float32), limb, side, points, {}, "drawn", "phantom")  # type: ignore[arg-type]


def seen_on(*films: LabelledFilm) -> list[SeenLimb]:
    targets = targets_of(FilmSample(films[0].pixels, tuple(limb_truth(f, WHOLE) for f in films)), SETTINGS)
    return seen_limbs(targets.heat * 0.9, targets.maps, WHOLE)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("turn_deg", [0.0, 70.0, 180.0])
def test_a_whole_limb_is_found_at_any_turn_with_its_scale(side: Side, turn_deg: float) -> None:
    for limb in Limb:
        (seen,) = seen_on(drawn(limb, 1.0, (128, 128), side=side, turn_deg=turn_deg))
        assert seen.limb is limb and seen.pose.side is Side.R  # the side is left to the joints
        assert seen.pose.mm_per_px == pytest.approx(1.0, rel=0.05)
        assert abs((seen.pose.up_deg - turn_deg + 180) % 360 - 180) < 5


def test_a_wrist_alone_is_a_hand_of_the_right_size() -> None:
    film = drawn(Limb.HAND, 2.5, (128, -40))  # the fingers lie off the picture
    (seen,) = seen_on(film)
    assert seen.limb is Limb.HAND
    assert seen.pose.mm_per_px == pytest.approx(0.4, rel=0.05)
    assert seen.pose.to_mm(np.array([film.points["NAV"]]))[0] == pytest.approx(TEMPLATE_MM[Limb.HAND]["NAV"], abs=4)


def test_two_hands_and_two_feet_are_four_limbs() -> None:
    places = [(64.0, 60.0), (192.0, 60.0), (64.0, 190.0), (192.0, 190.0)]
    limbs = [Limb.HAND, Limb.HAND, Limb.FOOT, Limb.FOOT]
    seen = seen_on(*(drawn(limb, 0.55, at) for limb, at in zip(limbs, places, strict=True)))
    assert sorted(s.limb.value for s in seen) == sorted(limb.value for limb in limbs)


def test_nothing_is_seen_where_nothing_is() -> None:
    assert seen_limbs(np.zeros((2, 32, 32), np.float32), np.zeros((8, 32, 32), np.float32), WHOLE) == []


def test_a_film_light_for_dark_has_no_limb_to_learn() -> None:
    film = drawn(Limb.HAND, 1.0, (128, 128))
    assert targets_of(FilmSample(film.pixels, (limb_truth(film, WHOLE),), inverted=True), SETTINGS).heat.sum() == 0


def hand(scale: float, shift_y: float, seen: set[str]) -> tuple[Pose, dict[str, tuple[tuple[float, float], float]]]:
    pose = Pose(Limb.HAND, np.array([[1 / scale, 0, -100 / scale], [0, 1 / scale, -shift_y / scale]]), 0.0)
    at = dict(zip(TEMPLATE_MM[Limb.HAND], pose.to_film(np.array(list(TEMPLATE_MM[Limb.HAND].values()))), strict=True))
    return pose, {n: ((float(x), float(y)), 0.9 if n in seen else 0.02) for n, (x, y) in at.items()}


def test_joints_beyond_the_border_are_off_the_film_and_unclear_ones_on_it_are_not() -> None:
    pose, joints = hand(1.0, 20.0, {"RAD", "ULN", "NAV", "CMC3"})
    off = off_film(pose, joints, (200, 200), 0.25)
    assert {"PIP3", "TIP3", "PIP4"} <= off  # they lie above row 0
    assert "LUN" not in off and "RAD" not in off


def test_the_scale_of_a_wrist_comes_from_the_look_of_its_bones() -> None:
    from core.detection.found import FoundLimb

    wrist = {"RAD", "ULN", "NAV", "LUN", "CMC3", "CMC5", "RADCAR", "CAPNLUN"}
    pose, joints = hand(2.0, 20.0, wrist)
    wide = {
        n: ((100 + 1.2 * (x - 100), 190 + 1.2 * (y - 190)), h) for n, ((x, y), h) in joints.items()
    }  # a broad carpus
    found = FoundLimb(Limb.HAND, 0.9, pose, {}, wide, (0, 0, 200, 200), log_size=0.0)
    assert better_pose(found).mm_per_px == pytest.approx(0.5, rel=0.05)
    everywhere = {n: (at, 0.9) for n, (at, _) in wide.items()}
    whole = FoundLimb(Limb.HAND, 0.9, pose, {}, everywhere, (0, 0, 200, 200), log_size=0.0)
    assert better_pose(whole).mm_per_px == pytest.approx(0.5 / 1.2, rel=0.05)
