import numpy as np

from core.phantom.worsening import misread, worsened
from core.svh import SITES, Limb, Side

CLEAN = {(side, site): 0 for limb in Limb for side in Side for site in SITES[limb]}


def test_damage_grows_by_the_points_asked_for_and_never_heals() -> None:
    after = worsened(np.random.default_rng(1), CLEAN, points=30)
    more = worsened(np.random.default_rng(2), after, points=20)
    assert sum(after.values()) == 30 and sum(more.values()) == 50
    assert all(more[cell] >= after[cell] for cell in CLEAN)
    assert all(points <= cell[1].maximum for cell, points in more.items())


def test_damage_ends_at_448() -> None:
    full = {cell: cell[1].maximum for cell in CLEAN}
    assert worsened(np.random.default_rng(1), full, points=5) == full and sum(full.values()) == 448


def test_a_reader_is_off_by_one_point_at_most_and_within_the_limits() -> None:
    truth = worsened(np.random.default_rng(1), CLEAN, points=60)
    read = misread(np.random.default_rng(3), truth, share=0.5)
    assert max(abs(read[cell] - truth[cell]) for cell in truth) == 1
    assert all(0 <= points <= cell[1].maximum for cell, points in read.items())
    assert misread(np.random.default_rng(3), truth, share=0.0) == truth
