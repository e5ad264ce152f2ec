"""A joint that a person placed, and a limb that is left out."""

from pathlib import Path

import numpy as np
import pytest

from core.anatomy.parts import JOINTS
from core.cases import Cases
from core.joint_scoring.scorer import SiteScore
from core.model_reader.case import Case
from core.model_reader.codes import FlagCode
from core.model_reader.placed import place_joint, with_placed
from core.svh import SITE_BY_SUFFIX, SITES, Limb
from tests.core.cases.test_cases import film

EROSION, OTHER = SITE_BY_SUFFIX["mcp_E__2"], SITE_BY_SUFFIX["pip_J__2"]


class Scorer:
    """Gives every site of a joint that it is shown 3 points, and remembers where it was shown them."""

    def score(self, limbs):
        self.seen = dict(limbs[0].joints)
        return [{site: SiteScore(3.0, 2.0, 4.0, 3) for site in SITES[limbs[0].limb] if site.joint in self.seen}]


def test_a_moved_joint_and_its_neighbour_are_scored_where_the_person_put_it() -> None:
    found, scorer = film("left.png").found, Scorer()
    placed = place_joint(scorer, np.zeros((40, 30), np.float32), found, "MCP2", (11.0, 21.0))
    assert scorer.seen["MCP2"] == (11.0, 21.0) and set(scorer.seen) <= set(JOINTS[Limb.HAND])
    assert {cell.site.joint for cell in placed.cells} == {"MCP2", "PIP2"}
    after = with_placed(found, {"MCP2": placed})
    assert [(j.x, j.y) for j in after.joints if j.name == "MCP2"] == [(11.0, 21.0)]
    points = {cell.site: cell.points for cell in after.cells}
    assert (points[EROSION], points[OTHER], points[SITE_BY_SUFFIX["mcp_E__3"]]) == (3, 3, 1)
    assert [flag.code for flag in after.flags] == [FlagCode.JOINT_PLACED] and "MCP 2" in after.flags[0].text


def test_of_the_wrist_only_the_joint_itself_is_scored_again() -> None:
    placed = place_joint(Scorer(), np.zeros((40, 30), np.float32), film("left.png").found, "LUN", (15.0, 33.0))
    assert {cell.site.joint for cell in placed.cells} == {"LUN"}


@pytest.mark.parametrize(("joint", "at"), [("KNEE", (5, 5)), ("MTP1", (5, 5)), ("MCP2", (-1, 5)), ("MCP2", (30, 5))])
def test_what_is_no_joint_or_no_place_is_refused(joint: str, at: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"no joint|not on the film"):
        place_joint(Scorer(), np.zeros((40, 30), np.float32), film("left.png").found, joint, at)


def test_placing_can_be_undone_leaves_a_persons_points_and_is_kept_with_the_case(tmp_path: Path) -> None:
    cases, case = Cases(tmp_path / "cases", "secret"), Case("P", [film("left.png")])
    key = case.films[0].key
    case.set_points(key, OTHER, 4)
    case.place(
        key, "MCP2", place_joint(Scorer(), np.zeros((40, 30), np.float32), case.films[0].found, "MCP2", (11, 21))
    )
    assert case.model_points(key, EROSION) == 3
    assert {c.site: c.points for c in case.edited(case.films[0]).cells}[OTHER] == 4
    cases.keep(case)
    assert cases.open(case.id).visit() == case.visit()
    assert f"placed {key} MCP2" in cases.log(case.id)[-1]["what"]
    case.undo()
    assert case.model_points(key, EROSION) == 1


def test_a_limb_that_is_left_out_counts_nowhere_and_can_be_taken_in_again(tmp_path: Path) -> None:
    cases, case = Cases(tmp_path / "cases", "secret"), Case("P", [film("left.png"), film("unnamed.png")])
    key = case.films[1].key
    assert [each.key for each in case.open_sides] == [key]
    case.leave_out(key, True)
    assert case.open_sides == [] and len(case.visit().films) == 1
    cases.keep(case)
    assert cases.open(case.id).changes.dropped == {key}
    case.leave_out(key, False)
    assert len(case.visit().films) == 2
