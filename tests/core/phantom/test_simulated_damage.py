import numpy as np
import pytest

from core.cohort import LabelledFilm
from core.phantom import hand_film, simulate_damage
from core.svh import SITE_BY_SUFFIX, Side


@pytest.fixture(scope="module")
def film() -> LabelledFilm:
    return hand_film(np.random.default_rng(8), {}, side=Side.R)


def around(film: LabelledFilm, joint: str, mm: float) -> np.ndarray:
    x, y = film.points[joint]
    ys, xs = np.indices(film.pixels.shape)
    return np.hypot(xs - x, ys - y) * 0.2 < mm


def test_only_the_neighbourhood_of_the_joint_changes(film: LabelledFilm) -> None:
    site = SITE_BY_SUFFIX["mcp_E__2"]
    damaged = simulate_damage(np.random.default_rng(0), film, {site: 3})
    changed = np.abs(damaged.pixels - film.pixels) > 1e-6
    assert changed.any() and not changed[~around(film, "MCP2", 14)].any()
    assert damaged.grades[site] == 3 and damaged.damage_mask is not None and (damaged.damage_mask == 1).any()


def test_an_erosion_takes_brightness_away(film: LabelledFilm) -> None:
    lost = []
    for grade in (1, 3, 5):
        films = [simulate_damage(np.random.default_rng(s), film, {SITE_BY_SUFFIX["mcp_E__3"]: grade}) for s in range(5)]
        lost.append(np.mean([(film.pixels - f.pixels).sum() for f in films]))
    assert 0 < lost[0] < lost[1] < lost[2]


def test_narrowing_leaves_less_gap_the_higher_the_grade(film: LabelledFilm) -> None:
    site = SITE_BY_SUFFIX["mcp_J__3"]
    left = {}
    for grade in (0, 2, 3):
        values = [simulate_damage(np.random.default_rng(s), film, {site: grade}).gap_mm.get("MCP3") for s in range(8)]
        left[grade] = np.mean([v for v in values if v is not None])
    assert left[0] > left[2] > left[3]


def test_sites_that_are_not_healthy_are_left_alone(film: LabelledFilm) -> None:
    site = SITE_BY_SUFFIX["mcp_E__2"]
    without = LabelledFilm(film.pixels, film.limb, film.side, film.points, {}, "x", "real")
    same = simulate_damage(np.random.default_rng(0), without, {site: 5})
    assert np.array_equal(same.pixels, film.pixels) and not same.grades
