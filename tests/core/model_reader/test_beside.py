"""Two visits side by side: the film of the same limb, and how it lies over the other."""

from dataclasses import replace
from math import cos, radians, sin

import pytest

from core.model_reader.beside import laid_over, same_limb
from core.model_reader.case import Case
from core.model_reader.evidence import FilmReading, FoundJoint
from core.svh import Limb, Side
from pages.widgets.shared.case_steps import case_films
from tests.core.model_reader.test_case import radiograph
from tests.pages.stub_reader import StubReader

PLACES = {"MCP2": (100.0, 200.0), "MCP5": (180.0, 210.0), "PIP3": (130.0, 120.0), "ULN": (170.0, 330.0)}


def visit(*limbs: tuple[Limb, Side]) -> Case:
    films = tuple(radiograph(f"{limb}-{side}", limb, side) for limb, side in limbs)
    return Case("P1", case_films(films, StubReader().read_visit(films, patient="P1").films))


def with_joints(reading: FilmReading, places: dict[str, tuple[float, float]]) -> FilmReading:
    return replace(reading, joints=tuple(FoundJoint(name, x, y, 0.9) for name, (x, y) in places.items()))


def test_the_film_of_the_same_limb_and_side_is_found_unless_it_is_left_out() -> None:
    now, then = visit((Limb.HAND, Side.L)), visit((Limb.HAND, Side.R), (Limb.FOOT, Side.L), (Limb.HAND, Side.L))
    reading = now.edited(now.films[0])
    assert reading is not None
    found = same_limb(then, reading)
    assert found is not None and (found.radiograph.limb_name, found.radiograph.side_name) == (Limb.HAND, Side.L)
    then.leave_out(found.key, out=True)
    assert same_limb(then, reading) is None
    # A side that a person corrected counts, not the one that the file told.
    right = next(film for film in then.films if film.radiograph.limb_name is Limb.HAND and film.key != found.key)
    then.set_side(right.key, Side.L)
    assert same_limb(then, reading) == right


@pytest.mark.parametrize(("turn", "scale", "shift"), [(0.0, 1.0, (0.0, 0.0)), (-25.0, 1.4, (30.0, -12.0))])
def test_a_film_that_was_turned_scaled_and_shifted_lies_on_the_other_joint_by_joint(
    turn: float, scale: float, shift: tuple[float, float]
) -> None:
    reading = visit((Limb.HAND, Side.L)).films[0].found
    assert reading is not None
    c, s = scale * cos(radians(turn)), scale * sin(radians(turn))
    moved = {name: (c * x - s * y + shift[0], s * x + c * y + shift[1]) for name, (x, y) in PLACES.items()}
    matrix = laid_over(with_joints(reading, PLACES), with_joints(reading, {**moved, "MCP3": (1.0, 1.0)}))
    assert matrix == pytest.approx((c, s, -s, c, *shift))


def test_too_few_joints_or_all_in_one_place_lie_over_nothing() -> None:
    reading = visit((Limb.HAND, Side.L)).films[0].found
    assert reading is not None
    full = with_joints(reading, PLACES)
    assert laid_over(full, with_joints(reading, dict(list(PLACES.items())[:2]))) is None
    assert laid_over(with_joints(reading, dict.fromkeys(PLACES, (5.0, 5.0))), full) is None
