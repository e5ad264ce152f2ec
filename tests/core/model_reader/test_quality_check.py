"""What may be scored: every threshold of the quality check from both of its sides."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from core.anatomy.parts import JOINTS
from core.anatomy.pose import Pose
from core.detection.found import FoundLimb
from core.model_reader.codes import FlagCode, Refusal
from core.model_reader.quality_check import NOTHING_FOUND, QualityCheck, misfit_mm
from core.radiograph.film import FilmNote, NoteKind
from core.svh import Limb, Side
from tests.core.model_reader.test_sides import film, found

CHECK = QualityCheck(
    clear_height=0.5, clear_joints=3, clear_share=0.5, misfit_mm=10, other_kind=0.3, growing=2, seen=0.4
)
NAMES = JOINTS[Limb.HAND]


def hand(mm_per_px: float = 0.25) -> FoundLimb:
    """A hand drawn from the template at any size."""
    limb = found(Side.R)
    grown = mm_per_px / limb.pose.mm_per_px
    pose = Pose(Limb.HAND, np.column_stack([limb.pose.matrix[:, :2] * grown, limb.pose.matrix[:, 2]]), 0.0)
    joints = {name: ((x / grown, y / grown), height) for name, ((x, y), height) in limb.joints.items()}
    return replace(limb, pose=pose, joints=joints)


def clear(count: int, *, of: int = len(NAMES)) -> FoundLimb:
    """A hand of which the first `of` joints should be on the film, and `count` of them are clear."""
    limb = hand()
    joints = {name: (limb.joints[name][0], 0.5 if n < count else 0.49) for n, name in enumerate(NAMES)}
    return replace(limb, joints=joints, off_film=frozenset(NAMES[of:]))


def test_half_of_the_joints_have_to_be_clear_and_a_quarter_to_be_a_limb() -> None:
    half, quarter = -(-len(NAMES) // 2), -(-len(NAMES) // 4)
    assert CHECK.judge(clear(half), film()).code is None
    refused = CHECK.judge(clear(half - 1), film())
    assert refused.code is Refusal.PART_OF_LIMB
    assert f"Only {half - 1} of the {len(NAMES)} joints of a hand that this film should show" in refused.reason
    assert CHECK.judge(clear(quarter), film()).code is Refusal.PART_OF_LIMB
    verdict = CHECK.judge(clear(quarter - 1), film())
    assert (verdict.code, verdict.reason) == (Refusal.NO_LIMB, NOTHING_FOUND)


def test_joints_off_the_film_are_not_expected_but_three_have_to_be_clear() -> None:
    part = CHECK.judge(clear(3, of=4), film())
    assert part.code is None and [flag.code for flag in part.flags] == [FlagCode.PART_OF_LIMB]
    words = f"Only part of the hand is on this film: {len(NAMES) - 4} of its {len(NAMES)} joints lie off it"
    assert words in part.flags[0].text
    assert CHECK.judge(clear(2, of=2), film()).code is Refusal.NO_LIMB
    assert CHECK.judge(clear(0, of=0), film()).code is Refusal.NO_LIMB
    assert CHECK.judge(clear(3, of=12), film()).code is Refusal.PART_OF_LIMB  # a quarter is a limb


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"confidence": 0.4}, None),
        ({"confidence": 0.39}, Refusal.NO_LIMB),
        ({"other_kind": 0.3}, None),
        ({"other_kind": 0.31}, Refusal.HAND_OR_FOOT),
        ({"growing": 2.0}, None),
        ({"growing": 2.1}, Refusal.GROWING),
    ],
)
def test_a_threshold_itself_passes_and_beyond_it_nothing(change: dict[str, float], code: Refusal | None) -> None:
    verdict = CHECK.judge(replace(hand(), **change), film())
    assert verdict.code is code and bool(verdict.reason) == (code is not None) and verdict.flags == ()


def test_a_note_of_a_child_refuses_and_another_note_does_not() -> None:
    for kind, code in ((NoteKind.CHILD, Refusal.GROWING), (NoteKind.DAMAGE, None)):
        assert CHECK.judge(hand(), film(notes=(FilmNote(kind, "said"),))).code is code


def shifted(mm: float, height: float = 0.9, names: int = len(NAMES)) -> FoundLimb:
    """A hand whose joints all lie `mm` towards distal of their places, and that are clear only up to `names`."""
    limb = hand()
    joints = {
        n: ((x, y - 4 * mm), height if k < names else 0.1) for k, (n, ((x, y), _)) in enumerate(limb.joints.items())
    }
    return replace(limb, joints=joints)


def test_a_misfit_is_a_distance_in_mm_of_the_average_limb() -> None:
    assert misfit_mm(shifted(0)) == pytest.approx(0, abs=1e-6) and misfit_mm(shifted(4)) == pytest.approx(4)
    assert CHECK.judge(shifted(9.9), film()).code is None
    assert CHECK.judge(shifted(10.1), film()).code is Refusal.UNUSUAL_VIEW
    assert replace(CHECK, misfit_mm=misfit_mm(shifted(4))).judge(shifted(4), film()).code is None
    assert misfit_mm(shifted(4, names=3)) == pytest.approx(4) and misfit_mm(shifted(4, names=2)) == float("inf")
    assert misfit_mm(shifted(4, height=0.26)) == pytest.approx(4) and misfit_mm(shifted(4, height=0.25)) == float("inf")


@pytest.mark.parametrize(("mm_per_px", "small"), [(0.44, False), (0.46, True)])
def test_a_limb_on_few_pixels_is_doubted(mm_per_px: float, small: bool) -> None:
    flags = CHECK.judge(hand(mm_per_px), film()).flags
    assert [flag.code for flag in flags] == ([FlagCode.SMALL_LIMB] if small else [])


def test_a_file_that_says_another_limb_is_doubted() -> None:
    for said in ({"limb_tag": Limb.FOOT}, {"limb_name": Limb.FOOT}):
        (flag,) = CHECK.judge(hand(), film(**said)).flags
        assert flag.code is FlagCode.LIMB_IN_DOUBT
        assert flag.text == "The file says foot, the picture shows a hand."
    both = {"limb_tag": Limb.FOOT, "limb_name": Limb.HAND}
    assert CHECK.judge(hand(), film(**both)).flags == CHECK.judge(hand(), film()).flags == ()


def test_a_card_gives_thresholds_and_the_defaults_the_rest() -> None:
    quality = QualityCheck.from_card({"seen": 0.7, "clear_joints": "5", "nothing of the check": 1})
    assert (quality.seen, quality.clear_joints, quality.misfit_mm) == (0.7, 5.0, QualityCheck().misfit_mm)
    with pytest.raises(FrozenInstanceError):
        quality.seen = 0.1  # type: ignore[misc]
    defaults = QualityCheck()
    assert (defaults.seen, defaults.clear_height, defaults.clear_joints, defaults.clear_share) == (0.4, 0.22, 3, 0.5)
    assert (defaults.misfit_mm, defaults.joint_height, defaults.other_kind) == (14.0, 0.15, 0.3)
    assert (defaults.growing, defaults.inverted) == (2.0, 0.0)
