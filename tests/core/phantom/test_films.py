import numpy as np
import pytest

from core.anatomy.parts import JOINTS, PARTS, part_boxes
from core.anatomy.pose import fit_pose
from core.phantom import foot_film, hand_film
from core.svh import SITE_BY_SUFFIX, Limb, Side

MAKERS = {Limb.HAND: hand_film, Limb.FOOT: foot_film}


@pytest.mark.parametrize("limb", list(Limb))
@pytest.mark.parametrize("side", list(Side))
def test_an_undamaged_film_has_every_joint_every_box_and_no_erosion(limb: Limb, side: Side) -> None:
    film = MAKERS[limb](np.random.default_rng(1), {}, side=side)
    height, width = film.pixels.shape

    assert film.pixels.dtype == np.float32 and 0 <= film.pixels.min() < film.pixels.max() <= 1
    assert set(JOINTS[limb]) <= set(film.points)
    assert all(0 <= x < width and 0 <= y < height for name, (x, y) in film.points.items() if name in JOINTS[limb])
    assert set(part_boxes(limb, film.points)) == set(PARTS[limb])
    assert set(film.grades.values()) == {0}
    assert film.damage_mask is not None and not (film.damage_mask == 1).any() and (film.damage_mask == 2).any()
    assert fit_pose(limb, film.points).side is side


def test_the_same_seed_gives_the_same_film() -> None:
    a, b = (hand_film(np.random.default_rng(5), {}, side=Side.L) for _ in range(2))
    assert np.array_equal(a.pixels, b.pixels) and a.points == b.points


@pytest.mark.parametrize(
    ("limb", "suffix", "joint"), [(Limb.HAND, "mcp_J__3", "MCP3"), (Limb.FOOT, "mtp_J__2", "MTP2")]
)
def test_a_narrower_grade_leaves_less_of_the_gap(limb: Limb, suffix: str, joint: str) -> None:
    site = SITE_BY_SUFFIX[suffix]
    gaps = [
        np.mean([MAKERS[limb](np.random.default_rng(s), {site: grade}, side=Side.R).gap_mm[joint] for s in range(6)])
        for grade in (0, 2, 3)
    ]
    assert gaps[0] > 1.2 > 0.5 * gaps[0] > gaps[2] and gaps[0] > gaps[1] > gaps[2]


def test_a_higher_erosion_grade_eats_more_bone_at_its_own_joint() -> None:
    site = SITE_BY_SUFFIX["mcp_E__2"]
    eaten = []
    for grade in (1, 3, 5):
        films = [hand_film(np.random.default_rng(s), {site: grade}, side=Side.R) for s in range(4)]
        eaten.append(np.mean([f.eroded_mm3.get(site.suffix, 0.0) for f in films]))
        for film in films:
            assert film.damage_mask is not None
            ys, xs = np.nonzero(film.damage_mask == 1)
            x, y = film.points["MCP2"]
            assert np.hypot(xs - x, ys - y).max() * 0.2 < 15  # mm
    assert 0 < eaten[0] < eaten[1] < eaten[2]
