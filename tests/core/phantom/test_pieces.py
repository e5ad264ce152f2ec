"""Pieces of limbs, collages, growth plates."""

from functools import cache

import numpy as np
import pytest

from core.cohort.labelled_film import LabelledFilm
from core.phantom import foot_film, hand_film
from core.phantom.growth_plates import can_grow, paint_growth_plates
from core.phantom.pieces import MIN_JOINTS, collage, cut_film, inside, joints_on
from core.svh import SITES, Limb, Side


@cache
def film(limb: Limb) -> LabelledFilm:
    make = hand_film if limb is Limb.HAND else foot_film
    return make(np.random.default_rng(1), dict.fromkeys(SITES[limb], 0), side=Side.R, mm_per_px=0.6)


@pytest.mark.parametrize("limb", list(Limb))
def test_a_piece_shows_some_joints_and_keeps_the_truth_of_all(limb: Limb) -> None:
    sizes = set()
    for seed in range(20):
        piece = cut_film(np.random.default_rng(seed), film(limb))
        assert set(piece.points) == set(film(limb).points)
        assert len(joints_on(piece)) >= MIN_JOINTS
        sizes.add(len(joints_on(piece)))
    assert len(sizes) > 3  # pieces differ


def test_points_move_with_the_pixels() -> None:
    whole = film(Limb.HAND)
    marked = LabelledFilm(np.zeros_like(whole.pixels), whole.limb, whole.side, whole.points, {}, "m", "phantom")
    for x, y in marked.points.values():
        marked.pixels[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = 1
    piece = cut_film(np.random.default_rng(3), marked, longest_px=2000)
    for name in joints_on(piece):
        x, y = piece.points[name]
        assert piece.pixels[min(int(y), piece.pixels.shape[0] - 1), min(int(x), piece.pixels.shape[1] - 1)] > 0.5


def test_a_collage_says_which_points_show() -> None:
    films = [film(Limb.HAND), cut_film(np.random.default_rng(2), film(Limb.HAND)), film(Limb.FOOT)]
    picture, placed = collage(np.random.default_rng(0), films, side_px=256)
    assert picture.shape == (256, 256) and len(placed) == 3
    for one, source in zip(placed, films, strict=True):
        assert one.shown == {n for n in source.points if inside(source, source.points[n])} - (
            {n for n in source.points} - one.shown
        )
        assert all(0 <= one.film.points[n][0] < 256 and 0 <= one.film.points[n][1] < 256 for n in one.shown)


@pytest.mark.parametrize("limb", list(Limb))
def test_growth_plates_change_bones_near_their_ends_and_nothing_far_off(limb: Limb) -> None:
    assert can_grow(film(limb))
    before, after = film(limb).pixels, paint_growth_plates(np.random.default_rng(0), film(limb)).pixels
    changed = np.abs(after - before) > 0.05
    assert 0.001 < changed.mean() < 0.2
    assert not changed[:5].any()
