"""Totals: maxima, intervals and what is missing, worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.svh import SITE_BY_SUFFIX, SITES, Cell, Limb, Side, TotalKind, points_words, total_of, totals_of
from core.svh.totals import CellPoints, half_widths

ALL: list[Cell] = [(side, site) for limb in Limb for side in Side for site in SITES[limb]]
EROSION, JSN = SITE_BY_SUFFIX["mcp_E__2"], SITE_BY_SUFFIX["mcp_J__2"]
DASH = "\N{EN DASH}"


def test_the_maxima_are_the_published_ones() -> None:
    assert [kind.maximum for kind in TotalKind] == [448, 280, 168, 280, 168, 86]
    assert [len(kind.cells) for kind in TotalKind] == [86, 44, 42, 62, 24, 86]


@pytest.mark.parametrize("scores", [{}, {cell: CellPoints(None) for cell in ALL}])
def test_nothing_scored_is_no_zero(scores: dict[Cell, CellPoints]) -> None:
    for kind, total in totals_of(scores).items():
        assert (total.points, total.low, total.high, total.missing) == (None, None, None, len(kind.cells))
        assert total.incomplete and total.points_words == DASH
    assert totals_of(scores)[TotalKind.SVH].words == f"{DASH} of 448, incomplete: 86 of 86 sites without points"


def test_a_scored_zero_is_a_zero() -> None:
    totals = totals_of({cell: CellPoints(0, 0.0, 0.0) for cell in ALL})
    assert totals[TotalKind.SVH].words == "0 of 448" and totals[TotalKind.SENS].words == "0 of 86"


def test_the_interval_of_a_sum_grows_with_the_root_of_the_sites() -> None:
    # 44 erosions of 1 point and half width 1: the root of 44 is 6.6, so 44 - 7 and 44 + 7.
    totals = totals_of({cell: CellPoints(1, 0.0, 2.0) for cell in ALL})
    assert totals[TotalKind.EROSION].words == f"44 of 280 (37{DASH}51)"
    assert totals[TotalKind.SENS].words == "86 of 86"


def test_uneven_half_widths_and_the_ends_of_the_scale() -> None:
    scores = {(Side.L, EROSION): CellPoints(5, 1.0, 5.0), (Side.L, JSN): CellPoints(4, 1.0, 4.0)}
    assert half_widths(scores.values()) == (5.0, 0.0)  # the root of 4 * 4 + 3 * 3
    assert half_widths([CellPoints(5, 5.0, 7.0), CellPoints(2, 3.0, 1.0)]) == (0.0, 2.0)  # never below zero
    total = total_of(TotalKind.HANDS, scores)
    assert (total.points, total.low, total.high, total.missing) == (9, 4, 9, 60)
    full = total_of(TotalKind.SVH, {cell: CellPoints(cell[1].maximum, 0.0, 99.0) for cell in ALL})
    assert (full.points, full.high) == (448, 448)


def test_a_site_without_interval_adds_no_width() -> None:
    assert total_of(TotalKind.HANDS, {(Side.L, EROSION): CellPoints(3)}).range_words == ""


@pytest.mark.parametrize(("missing", "incomplete"), [(8, False), (9, True), (12, True)])
def test_more_than_a_tenth_missing_is_incomplete(missing: int, incomplete: bool) -> None:
    total = total_of(TotalKind.SVH, {cell: CellPoints(1) for cell in ALL[missing:]})
    assert (total.missing, total.incomplete) == (missing, incomplete)
    assert total.words == f"{86 - missing} of 448" + (
        f", incomplete: {missing} of 86 sites without points" * incomplete
    )


@given(st.dictionaries(st.sampled_from(ALL), st.none() | st.integers(0, 4)))
def test_parts_sum_to_the_whole_and_points_lie_in_their_interval(points: dict[Cell, int | None]) -> None:
    scores = {
        c: CellPoints(p, None if p is None else p - 0.7, None if p is None else p + 0.4) for c, p in points.items()
    }
    totals = totals_of(scores)
    for pair in ((TotalKind.EROSION, TotalKind.JSN), (TotalKind.HANDS, TotalKind.FEET)):
        assert sum(totals[kind].points or 0 for kind in pair) == (totals[TotalKind.SVH].points or 0)
        assert sum(totals[kind].missing for kind in pair) == totals[TotalKind.SVH].missing
    for total in totals.values():
        if total.points is not None and total.low is not None and total.high is not None:
            assert 0 <= total.low <= total.points <= total.high <= total.maximum


def test_points_as_words() -> None:
    assert (points_words(None), points_words(0)) == (DASH, "0")
