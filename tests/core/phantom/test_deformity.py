"""Phantoms of mutilating disease."""

import numpy as np
import pytest

from core.phantom import foot_film, hand_film
from core.phantom.deformity import raised
from core.svh import FOOT_JSN, HAND_JSN, SITES, Limb, Side


def points_of(limb: Limb, deformity: float) -> dict[str, tuple[float, float]]:
    rng = np.random.default_rng(4)
    film = (hand_film if limb is Limb.HAND else foot_film)(
        rng, dict.fromkeys(SITES[limb], 0), side=Side.L, mm_per_px=0.8, deformity=deformity
    )
    return dict(film.points)


def test_without_deformity_the_film_is_as_it_was() -> None:
    assert points_of(Limb.HAND, 0.0) == points_of(Limb.HAND, 0.0)


def drift_deg(points: dict[str, tuple[float, float]]) -> float:
    """Angle between metacarpal 3 and its finger."""
    a = np.subtract(points["MCP3"], points["CMC3"])
    b = np.subtract(points["PIP3"], points["MCP3"])
    return float(np.rad2deg(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))))


def test_fingers_drift_and_joints_that_luxate_score_at_least_three() -> None:
    drifts, narrowed = [], 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        film = hand_film(rng, dict.fromkeys(SITES[Limb.HAND], 0), side=Side.L, mm_per_px=0.8, deformity=1.0)
        drifts.append(drift_deg(dict(film.points)))
        narrowed += sum(film.grades[site] >= 3 for site in HAND_JSN)
        assert all(film.grades[site] in (0, 3, 4) for site in HAND_JSN)
    assert max(drifts) > 20 and narrowed > 3


def test_the_great_toe_turns_to_the_lesser_ones() -> None:
    straight, bent = points_of(Limb.FOOT, 0.0), points_of(Limb.FOOT, 1.0)

    def angle(p: dict[str, tuple[float, float]]) -> float:
        a, b = np.subtract(p["MTP1"], p["TMT1"]), np.subtract(p["IP1"], p["MTP1"])
        return float(np.rad2deg(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))))

    assert angle(bent) > angle(straight) + 5


def test_grades_are_raised_never_lowered_and_none_appears() -> None:
    first, second, third = FOOT_JSN[:3]
    least = {first.joint: 3, second.joint: 3, third.joint: 4}
    assert raised({first: 0, second: 4}, FOOT_JSN, least) == {first: 3, second: 4}


@pytest.mark.parametrize("limb", list(Limb))
def test_severe_phantoms_are_finite_pictures(limb: Limb) -> None:
    rng = np.random.default_rng(9)
    grades = {s: s.maximum for s in SITES[limb]}
    film = (hand_film if limb is Limb.HAND else foot_film)(rng, grades, side=Side.R, mm_per_px=0.8, deformity=1.0)
    assert np.isfinite(film.pixels).all() and film.pixels.min() >= 0 and film.pixels.max() <= 1
    assert np.isfinite(np.array(list(film.points.values()))).all()
