"""The session's case: changes, undo and redo, totals."""

import hashlib

import numpy as np
import pytest

from core.model_reader.case import Case
from core.radiograph import Radiograph
from core.svh import SITE_BY_SUFFIX, Limb, Side, TotalKind
from pages.widgets.score.film_viewer import take_actions
from pages.widgets.shared.case_steps import case_films
from tests.pages.stub_reader import StubReader

EROSION, NARROWING = SITE_BY_SUFFIX["mcp_E__2"], SITE_BY_SUFFIX["mcp_J__2"]


def radiograph(name: str, limb: Limb | None, side: Side | None) -> Radiograph:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Radiograph(np.zeros((40, 30), np.float32), name, digest, limb_name=limb, side_name=side)


@pytest.fixture
def case() -> Case:
    films = tuple(radiograph(f"{limb}-{side}", limb, side) for limb in Limb for side in Side)
    return Case("P1", case_films(films, StubReader().read_visit(films, patient="P1").films))


def test_totals_of_the_stub_are_those_worked_by_hand(case: Case) -> None:
    totals = case.visit().totals
    # Erosion 1 and narrowing 2 everywhere: 2 (16 + 6) = 44 and 2 * 2 (15 + 6) = 84.
    assert [totals[kind].points for kind in (TotalKind.EROSION, TotalKind.JSN, TotalKind.SVH)] == [44, 84, 128]
    assert [totals[kind].points for kind in (TotalKind.HANDS, TotalKind.FEET)] == [2 * (16 + 30), 2 * (6 + 12)]
    assert (totals[TotalKind.SENS].points, totals[TotalKind.SVH].missing) == (86, 0)


def test_undo_and_redo_walk_back_and_forth(case: Case) -> None:
    key = case.films[0].key
    case.set_points(key, EROSION, 5)
    case.set_points(key, NARROWING, 0)
    assert case.visit().reading.svh == 128 + 4 - 2
    case.undo()
    assert case.visit().reading.svh == 132
    case.undo()
    assert case.visit().reading.svh == 128
    case.redo()
    case.redo()
    assert case.visit().reading.svh == 130
    case.redo()  # nothing left
    assert case.visit().reading.svh == 130


def test_a_new_change_ends_what_could_be_redone(case: Case) -> None:
    key = case.films[0].key
    case.set_points(key, EROSION, 5)
    case.undo()
    case.set_points(key, NARROWING, 4)
    assert case.future == []


def test_not_scorable_leaves_the_sum_and_is_counted(case: Case) -> None:
    case.set_points(case.films[0].key, EROSION, None)
    totals = case.visit().totals
    assert (totals[TotalKind.SVH].points, totals[TotalKind.SVH].missing, totals[TotalKind.SENS].points) == (127, 1, 85)


def test_the_models_own_points_are_no_change(case: Case) -> None:
    key = case.films[0].key
    case.set_points(key, EROSION, 3)
    assert case.is_edited(key, EROSION)
    case.set_points(key, EROSION, 1)
    assert not case.is_edited(key, EROSION)


@pytest.mark.parametrize(("site", "value"), [(EROSION, 6), (NARROWING, 5), (SITE_BY_SUFFIX["mtp_E__1"], 3)])
def test_points_beyond_the_site_are_refused(case: Case, site: object, value: int) -> None:
    with pytest.raises(ValueError, match=r"points from 0 to|no site"):
        case.set_points(case.films[0].key, site, value)


def test_a_second_film_of_one_limb_and_side_is_not_counted_until_its_side_changes() -> None:
    films = (radiograph("a", Limb.HAND, Side.L), radiograph("b", Limb.HAND, Side.L))
    case = Case("P", case_films(films, StubReader().read_visit(films, patient="P").films))
    assert len(case.counted_keys()) == 1
    assert case.visit().totals[TotalKind.SVH].missing == 86 - 31  # of 86 sites a hand has 31
    case.set_side(case.films[1].key, Side.R)
    assert len(case.counted_keys()) == 2


def test_the_side_of_one_of_two_hands_on_a_film_settles_the_other() -> None:
    film = radiograph("both", None, None)
    case = Case("P", case_films((film,), StubReader().read_visit((film,), patient="P").films))
    left, right = case.films
    assert case.open_sides == [left, right]
    case.set_side(left.key, Side.R)  # the film is mirrored
    assert [case.edited(each).side for each in case.films] == [Side.R, Side.L]
    assert case.open_sides == []


def test_the_viewer_says_a_side_only_where_it_is_open() -> None:
    films = (radiograph("unnamed", Limb.HAND, None), radiograph("R", Limb.HAND, Side.R))
    case = Case("P", case_films(films, StubReader().read_visit(films, patient="P").films))
    unnamed, named = (next(f.key for f in case.films if f.radiograph is film) for film in films)
    take_actions(case, [{"n": 1, "do": "side", "film": named, "side": "L"}], 0)
    take_actions(case, [{"n": 1, "do": "side", "film": unnamed, "side": ["L"]}], 0)
    assert [film.key for film in case.open_sides] == [unnamed]
    take_actions(case, [{"n": 1, "do": "side", "film": unnamed, "side": "L"}], 0)
    assert case.open_sides == [] and case.edited(case.film(unnamed)).flags == ()
    assert case.edited(case.film(named)).side is Side.R


def test_viewer_actions_are_done_once_and_in_order(case: Case) -> None:
    key = case.films[0].key
    outbox = [
        {"n": 1, "do": "select", "film": key, "joint": "MCP2", "damage": "E"},
        {"n": 2, "do": "points", "film": key, "joint": "MCP2", "damage": "E", "value": 4},
    ]
    assert take_actions(case, outbox, 0) == 2
    assert take_actions(case, outbox, 2) == 2
    assert (case.joint, case.visit().reading.svh, len(case.past)) == ("MCP2", 131, 1)


@pytest.mark.parametrize(
    "action",
    [
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "E", "value": 99},
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "E", "value": "4"},
        {"n": 1, "do": "points", "joint": "KNEE", "damage": "E", "value": 1},
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "Z", "value": 1},
        {"n": 1, "do": "explode", "joint": "MCP2", "damage": "E"},
        {"n": "1"},
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "E", "value": True},
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "E", "value": float("inf")},
        {"n": 1, "do": "points", "joint": "MCP2", "damage": "E", "value": 3.5},
        {"n": 1, "do": "points", "joint": ["MCP2"], "damage": ["E"], "value": 1},
        {"n": True, "do": "not scorable", "joint": "MCP2", "damage": "E"},
        {"n": float("inf"), "do": "not scorable", "joint": "MCP2", "damage": "E"},
        {"n": float("nan"), "do": "not scorable", "joint": "MCP2", "damage": "E"},
    ],
)
def test_what_a_browser_makes_up_changes_nothing(case: Case, action: dict[str, object]) -> None:
    take_actions(case, [{"film": case.films[0].key, **action}, {"n": 2, "film": "other"}], 0)
    assert case.visit().reading.svh == 128
