import pytest

from core.anatomy.parts import JOINTS, PARTS, part_boxes
from core.svh import SITES, Limb


def test_every_scored_joint_lies_in_one_part() -> None:
    for limb in Limb:
        assert len(JOINTS[limb]) == len(set(JOINTS[limb]))
        assert {site.joint for site in SITES[limb]} <= set(JOINTS[limb])


def test_a_finger_box_worked_by_hand() -> None:
    # 100 px long: 40 px beyond each end, 35 px to each side.
    boxes = part_boxes(Limb.HAND, {"MCP2": (200, 300), "PIP2": (200, 200)})
    assert boxes == {"finger1": pytest.approx((165, 160, 235, 340))}


def test_a_slanting_thumb_box_worked_by_hand() -> None:
    # Along (30, 40), across (-40, 30): ends (-12, -16) and (42, 56), each moved by 0.35 of across: (-+14, +-10.5).
    boxes = part_boxes(Limb.HAND, {"MCP1": (0, 0), "IP1": (30, 40)})
    assert boxes == {"thumb": pytest.approx((-26, -26.5, 56, 66.5))}


def test_the_wrist_box_worked_by_hand() -> None:
    points = {"RAD": (100.0, 200.0), "ULN": (180.0, 190.0), "CMC1": (90.0, 120.0), "CMC3": (140.0, 100.0)}
    assert part_boxes(Limb.HAND, points) == {}
    # Bounds 90..190 and 100..200, widened by 30 and by 25.
    boxes = part_boxes(Limb.HAND, {**points, "CMC5": (190.0, 110.0)})
    assert boxes == {"wrist": pytest.approx((60, 75, 220, 225))}


def test_the_great_toe_box_worked_by_hand() -> None:
    boxes = part_boxes(Limb.FOOT, {"MTP1": (0, 100), "IP1": (0, 0)})
    assert boxes == {"toe": pytest.approx((-45, -45, 45, 145))}


def test_small_toe_boxes_worked_by_hand() -> None:
    points = {f"MTP{k}": (40.0 * k, 100.0) for k in range(1, 6)}  # d = 160 / 4 = 40
    points |= {f"PIP{k}": (40.0 * k, 70.0) for k in range(2, 5)}  # v = straight up
    boxes = part_boxes(Limb.FOOT, points)
    assert boxes["finger1"] == pytest.approx((80 - 32, 40, 80 + 32, 160))
    assert boxes["finger4"] == pytest.approx((200 - 32, 40, 200 + 32, 160))
    assert tuple(boxes) == PARTS[Limb.FOOT][1:]
