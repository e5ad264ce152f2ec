"""Cuts and interval widths are fitted on both kinds of films."""

import numpy as np
import pytest

from core.joint_scoring.network import ScoringNetwork
from core.training import calibrate
from core.training.score_parts import PartCrops


def test_few_real_crops_count_as_much_as_many_phantoms(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []

    def cells(_: object, crops: PartCrops) -> list[tuple[str, float, float, float, float, float]]:
        given.append(len(crops.pixels))
        miss = float(crops.pixels[0, 0, 0])  # real crops miss their interval by a point
        return [("jsn_wrist/CMC3", 4.0, 2.0 + miss, 2.0, 1.0, 2.0)] * len(crops.pixels)

    monkeypatch.setattr(calibrate, "crop_cells", cells)
    phantom, real = (
        PartCrops(np.full((n, 8, 8), value, np.uint8), np.zeros((n, 1), np.float32), np.ones((n, 1), np.float32))
        for n, value in ((90, 0), (9, 1))
    )
    found = calibrate.part_calibration(ScoringNetwork.__new__(ScoringNetwork), [phantom, real])
    assert given == [90] + 10 * [9]
    assert found["widen"]["J"] == (
        0.0,
        1.0,
    )  # nine real crops beside ninety phantoms alone would leave the ninth decile at 0
