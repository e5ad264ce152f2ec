"""What file names and free words say about limb, side and patient."""

import pytest

from core.radiograph import NameHints, name_hints
from core.radiograph.name_hints import word_hints
from core.svh import Limb, Side


@pytest.mark.parametrize(
    ("name", "patient", "limb", "side"),
    [
        ("UAB003-LH.jpg", "UAB003", "HAND", "L"),
        ("study/UAB003-rf.DCM", "UAB003", "FOOT", "R"),
        ("a\\P 7_RH", "P 7", "HAND", "R"),
        ("left_hand.png", None, "HAND", "L"),
        ("HandRight.tif", None, "HAND", "R"),
        ("pied gauche.png", None, "FOOT", "L"),
        ("Fuß links.png", None, "FOOT", "L"),
        ("RF.png", None, "FOOT", "R"),
        ("hands both.png", None, "HAND", None),
        ("hand_foot_l.png", None, None, "L"),
        ("IM00001", None, None, None),
        ("", None, None, None),
    ],
)
def test_names(name: str, patient: str | None, limb: str | None, side: str | None) -> None:
    assert name_hints(name) == NameHints(patient, Limb[limb] if limb else None, Side[side] if side else None)


def test_words_that_contradict_say_nothing() -> None:
    assert word_hints("left right hand") == (Limb.HAND, None)
    assert word_hints("hand and foot, left") == (None, Side.L)
