"""Two visits, limb against limb: which films are compared, and in which order the changes are told."""

from dataclasses import replace

import numpy as np

from core.measure import JointChange, JointWidth, Unmeasured, Unregistered
from core.model_reader import FilmReading, FilmStatus
from core.model_reader.space_changes import ReadRadiograph, SpaceChange, told, visit_changes
from core.radiograph import Radiograph
from core.svh import Limb, Side

BENT = JointWidth("MCP2", Unmeasured.FLEXED)


def film(side: Side, limb: Limb = Limb.HAND, *, joints: tuple[str, ...] = ("MCP2",)) -> ReadRadiograph:
    shot = Radiograph(np.zeros((9, 9), np.float32), "a", "0" * 64, spacing_mm=0.1)
    reading = FilmReading("a", "0" * 64, FilmStatus.SCORED, None, "", 9, 9, limb, side)
    return ReadRadiograph(replace(reading, widths=tuple(replace(BENT, joint=j) for j in joints)), shot)


def test_limbs_are_compared_with_themselves_and_joints_of_both_films_only() -> None:
    first = [film(Side.L, joints=("MCP2", "MCP3")), film(Side.R), film(Side.L, Limb.FOOT, joints=("MTP1",))]
    later = [film(Side.L), film(Side.L, Limb.FOOT, joints=("MTP1",))]
    found = visit_changes(first, later)
    assert [(c.side, c.limb, c.change.joint) for c in found] == [
        (Side.L, Limb.HAND, "MCP2"), (Side.L, Limb.FOOT, "MTP1"),
    ]  # fmt: skip
    assert {c.change.unregistered for c in found} == {Unregistered.NOT_MEASURED}


def test_a_refused_film_and_a_second_one_of_a_limb_are_left_out() -> None:
    refused = film(Side.L)
    refused = ReadRadiograph(replace(refused.reading, status=FilmStatus.REFUSED), refused.radiograph)
    second = film(Side.L, joints=("MCP2", "MCP3"))
    assert visit_changes([refused], [film(Side.L)]) == ()
    assert len(visit_changes([film(Side.L), second], [second])) == 1


def test_the_largest_narrowing_is_told_first_and_what_has_no_change_is_not() -> None:
    changes = [
        SpaceChange(Side.L, Limb.HAND, JointChange(f"MCP{n}", change_mm=mm)) for n, mm in enumerate((0.1, None, -0.4))
    ]
    assert [c.change.change_mm for c in told(changes)] == [-0.4, 0.1]
