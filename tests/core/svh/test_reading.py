from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.svh import SITE_BY_SUFFIX, SITES, Cell, Limb, Reading, Side

CELLS: list[Cell] = [(side, site) for limb in Limb for side in Side for site in SITES[limb]]
MCP2 = SITE_BY_SUFFIX["mcp_J__2"]
MTP1 = SITE_BY_SUFFIX["mtp_E__1"]


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    chosen = draw(st.lists(st.sampled_from(CELLS), unique=True))
    return Reading({cell: draw(st.none() | st.integers(0, cell[1].maximum)) for cell in chosen})


def test_full_damage_gives_the_published_totals() -> None:
    full = Reading({cell: cell[1].maximum for cell in CELLS})
    assert (full.hands, full.feet, full.erosion, full.jsn, full.svh, full.sens) == (280, 168, 280, 168, 448, 86)
    assert full.missing() == []


def test_totals_worked_by_hand() -> None:
    reading = Reading({(Side.L, MCP2): 3, (Side.R, MCP2): None, (Side.R, MTP1): 7, (Side.L, MTP1): 0})
    assert (reading.svh, reading.erosion, reading.jsn) == (10, 7, 3)
    assert (reading.hands, reading.feet, reading.sens) == (3, 7, 2)
    assert len(reading.missing()) == 83
    assert (Side.R, MCP2) in reading.missing(limb=Limb.HAND, side=Side.R)


def test_no_film_lacks_every_site() -> None:
    assert len(Reading({}).missing()) == 86
    assert len(Reading({}).missing(limb=Limb.FOOT)) == 24


def test_what_is_missing_can_be_asked_of_a_limb_and_a_side() -> None:
    reading = Reading({(Side.L, MTP1): 0, (Side.R, MTP1): None})
    for limb in (None, *Limb):
        for side in (None, *Side):
            wanted = [c for c in CELLS if limb in (None, c[1].limb) and side in (None, c[0]) and c != (Side.L, MTP1)]
            assert reading.missing(limb=limb, side=side) == wanted


@pytest.mark.parametrize("value", [-1, 5, 2.0, True, "2"])
def test_what_is_no_score_is_refused_by_name(value: Any) -> None:
    with pytest.raises(ValueError, match=r"L_mcp_J__2 takes whole points from 0 to 4"):
        Reading({(Side.L, MCP2): value})


def test_a_change_of_its_source_leaves_a_reading_as_it_was() -> None:
    source = {(Side.L, MCP2): 1}
    first = Reading(source)
    source[(Side.L, MCP2)] = 4
    assert first.svh == 1
    with pytest.raises(TypeError):
        first.points[(Side.L, MCP2)] = 2  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        first.points = {}  # type: ignore[misc]


@given(readings())
def test_the_parts_sum_to_the_total(reading: Reading) -> None:
    def some(*totals: int | None) -> int | None:
        have = [total for total in totals if total is not None]
        return sum(have) if have else None

    assert some(reading.erosion, reading.jsn) == some(reading.hands, reading.feet) == reading.svh


@given(readings())
def test_scored_and_missing_sites_are_all_sites(reading: Reading) -> None:
    scored = [value for value in reading.points.values() if value is not None]
    assert len(scored) + len(reading.missing()) == 86
    assert (reading.svh is None) is (reading.sens is None) is (not scored)
    assert (reading.sens or 0) <= min(reading.svh or 0, 86)


def test_sens_counts_a_site_from_its_first_point() -> None:
    assert Reading({(Side.L, MCP2): 1, (Side.R, MCP2): 0, (Side.L, MTP1): 10, (Side.R, MTP1): None}).sens == 2
