import numpy as np

from core.anatomy.parts import JOINTS
from core.anatomy.pose import fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.detection.found import FoundLimb
from core.model_reader.codes import FlagCode, Refusal
from core.model_reader.quality_check import QualityCheck, misfit_mm
from core.model_reader.sides import propose_side
from core.radiograph.film import Radiograph
from core.svh import Limb, Side


def found(side: Side, *, height: float = 0.9, spoil_mm: float = 0.0, confidence: float = 0.9) -> FoundLimb:
    """A hand drawn from the template at 2 px per mm."""
    rng = np.random.default_rng(0)
    sign = 1 if side is Side.R else -1
    points = {n: (300 + 2 * sign * x, 300 + 2 * y) for n, (x, y) in TEMPLATE_MM[Limb.HAND].items()}
    pose = fit_pose(Limb.HAND, points)
    moved = {n: (x + 2 * rng.normal(0, spoil_mm), y + 2 * rng.normal(0, spoil_mm)) for n, (x, y) in points.items()}
    joints = {n: (moved[n], height) for n in JOINTS[Limb.HAND]}
    return FoundLimb(Limb.HAND, confidence, pose, {}, joints, (0, 0, 600, 600))


def film(**hints: object) -> Radiograph:
    return Radiograph(np.zeros((600, 600), np.float32), "film", "0" * 64, **hints)  # type: ignore[arg-type]


def test_without_any_label_the_anatomy_speaks() -> None:
    for side in Side:
        proposal = propose_side(film(), found(side), None, alone=True)
        assert (proposal.side, proposal.source, proposal.question) == (side, "anatomy", "")
        assert [flag.code for flag in proposal.flags] == [FlagCode.SIDE_NOT_CONFIRMED]


def test_a_label_or_a_word_of_the_user_confirms_the_side() -> None:
    for label in ({"side_tag": Side.R}, {"side_name": Side.R}):
        assert propose_side(film(**label), found(Side.R), None, alone=True).flags == ()
    assert propose_side(film(), found(Side.L), (Limb.HAND, Side.R), alone=True).flags == ()


def test_who_names_the_limb_alone_has_not_said_the_side() -> None:
    proposal = propose_side(film(), found(Side.L), (Limb.HAND, None), alone=True)
    assert (proposal.side, proposal.source) == (Side.L, "anatomy")
    assert [flag.code for flag in proposal.flags] == [FlagCode.SIDE_NOT_CONFIRMED]


def test_a_disagreement_is_asked_about_and_the_label_is_kept() -> None:
    proposal = propose_side(film(side_tag=Side.L, side_name=Side.L), found(Side.R), None, alone=True)
    assert proposal.side is Side.L and proposal.source == "tag"
    assert "tag says left" in proposal.question and "anatomy shows right" in proposal.question
    assert [flag.code for flag in proposal.flags] == [FlagCode.SIDE_IN_DOUBT]


def test_the_user_settles_it() -> None:
    proposal = propose_side(film(side_tag=Side.L), found(Side.L), (Limb.HAND, Side.R), alone=True)
    assert proposal.side is Side.R and proposal.source == "user" and not proposal.question


def test_on_a_film_with_two_hands_the_file_speaks_for_neither() -> None:
    proposal = propose_side(film(side_name=Side.L), found(Side.R), None, alone=False)
    assert proposal.side is Side.R and not proposal.question


def test_the_quality_check_names_its_reasons() -> None:
    quality = QualityCheck()
    assert quality.judge(found(Side.R), film()).code is None
    assert quality.judge(found(Side.R, confidence=0.05), film()).code is Refusal.NO_LIMB
    assert quality.judge(found(Side.R, height=0.05), film()).code is Refusal.NO_LIMB
    curled = found(Side.R, spoil_mm=25)
    assert misfit_mm(curled) > quality.misfit_mm
    assert quality.judge(curled, film()).code is Refusal.UNUSUAL_VIEW
    doubts = quality.judge(found(Side.R), film(limb_name=Limb.FOOT)).flags
    assert [flag.code for flag in doubts] == [FlagCode.SMALL_LIMB, FlagCode.LIMB_IN_DOUBT]
