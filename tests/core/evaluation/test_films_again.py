"""Phantoms that are filmed again: what was done to them is what their films show."""

import numpy as np
import pytest

from core.evaluation.films_again import NARROWED_MM, film_again, filmed_again
from core.svh import Limb


def test_a_foot_filmed_again_is_the_same_foot_and_a_narrowed_one_is_narrower() -> None:
    first, again = film_again((1, 2), Limb.FOOT, 0), film_again((1, 2), Limb.FOOT, 1)
    assert again.film.spacing_mm != first.film.spacing_mm
    assert first.truth["MTP3"] == pytest.approx(again.truth["MTP3"], abs=0.15)  # it lies a little differently
    less = film_again((1, 2), Limb.FOOT, 1, NARROWED_MM)
    assert again.truth["MTP3"] - less.truth["MTP3"] == pytest.approx(NARROWED_MM, abs=0.01)
    errors = [first.found[j].mean_mm - first.truth[j] for j in first.found if first.found[j].measured]
    assert len(errors) >= 2 and abs(float(np.median(errors))) < 0.2


def test_the_bones_tell_a_narrowing_of_a_phantom_nearer_than_two_widths() -> None:
    """Other machine, other pixels, a little other lie; 0.3 mm less at every joint."""
    first, narrowed = film_again((1, 5), Limb.FOOT, 0), film_again((1, 5), Limb.FOOT, 1, 0.3)
    rows = filmed_again(first, narrowed, narrowed)
    changes = [row.by_bones[1].change_mm for row in rows if row.by_bones[1].change_mm is not None]
    assert len(changes) >= 3 and float(np.median(changes)) == pytest.approx(-0.3, abs=0.1)
