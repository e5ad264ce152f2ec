import numpy as np
import pytest

from core.svh import Damage, Limb
from core.teaching import Difficulty, make_case
from core.teaching.pictures import close_up, whole_film


def test_the_same_seed_gives_the_same_case_and_another_seed_another() -> None:
    a, b, c = (make_case(seed, Difficulty.MIDDLE, Limb.FOOT) for seed in (5, 5, 6))
    assert np.array_equal(a.film.pixels, b.film.pixels) and a.film.grades == b.film.grades and a.order == b.order
    assert a.film.grades != c.film.grades


@pytest.mark.parametrize("limb", list(Limb))
def test_difficulties_hold_the_grades_they_promise(limb: Limb) -> None:
    for difficulty, jsn in (
        (Difficulty.EASY, {0, 3, 4}),
        (Difficulty.MIDDLE, {0, 1, 2, 3, 4}),
        (Difficulty.HARD, {0, 1}),
    ):
        case = make_case(3, difficulty, limb)
        assert {v for s, v in case.film.grades.items() if s.damage is Damage.JSN} <= jsn
        assert any(case.film.grades.values()) and not all(case.film.grades.values())
        assert set(case.order) == {site.joint for site in case.film.grades}


def test_a_joint_is_asked_for_narrowing_first_and_its_gap_stands_beside_the_normal() -> None:
    case = make_case(3, Difficulty.EASY, Limb.HAND)
    assert [site.suffix for site in case.sites("MCP2")] == ["mcp_J__2", "mcp_E__2"]
    assert case.gap_mm("LUN") is None
    ratios: dict[bool, list[float]] = {True: [], False: []}
    for joint in case.order:
        if gap := case.gap_mm(joint):
            ratios[case.truth(joint)[case.sites(joint)[0]] > 0].append(gap[0] / gap[1])
    assert np.mean(ratios[True]) < 0.5 < 0.7 < np.mean(ratios[False])


def test_damage_is_outlined_in_its_colours_only_when_asked_for() -> None:
    case = make_case(3, Difficulty.EASY, Limb.HAND)
    plain, drawn = (close_up(case, "MCP2", outlined=o) for o in (False, True))
    assert plain.shape == drawn.shape == (640, 640, 3)
    assert (plain[..., 0] == plain[..., 2]).all()
    assert (drawn == (86, 180, 233)).all(-1).any()
    assert (whole_film(case, outlined=True) == (230, 159, 0)).all(-1).any()


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 999999"):
        make_case(1_000_000, Difficulty.EASY, Limb.HAND)
