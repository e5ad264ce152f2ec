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


def cells_of(rows: list[tuple[float, float]], kind: str = "erosion_wrist/NAV") -> calibrate.Cells:
    """Cells of truth and estimate, with intervals that hold it."""
    return calibrate.Cells([(kind, 5.0, truth, value, 0.0, 5.0) for truth, value in rows])


def test_the_cut_of_a_damage_sees_as_much_as_the_budget_of_false_points_allows() -> None:
    early = cells_of([(1.0, 0.65), (1.0, 0.9), (3.0, 3.0)])
    at_zero = [(0.0, 0.1)] * 9 + [(0.0, 0.7)]  # one in ten undamaged sites looks damaged: 0.1 points on average
    painted = cells_of([*at_zero, (2.0, 2.0), (1.0, 0.9)])
    found = calibrate.fit_calibration(early, painted)["zero_cut"]
    assert found["erosion_wrist/NAV"] <= 0.65  # within 0.20: the early erosion gets its point
    many = cells_of([(0.0, 0.7)] * 5 + [(0.0, 0.1)] * 5 + [(2.0, 2.0), (1.0, 0.9)])
    assert (
        calibrate.fit_calibration(early, many)["zero_cut"]["erosion_wrist/NAV"] > 0.7
    )  # half of them would be too many


def test_all_kinds_of_site_of_a_damage_share_a_cut() -> None:
    both = calibrate.Cells([
        ("erosion_wrist/NAV", 5.0, 1.0, 0.5, 0.0, 5.0), ("erosion_fingers/PIP", 5.0, 1.0, 1.2, 0.0, 5.0),
        ("jsn_wrist/CMC3", 4.0, 1.0, 1.0, 0.0, 4.0),
    ])  # fmt: skip
    cuts = calibrate.fit_calibration(both, both)["zero_cut"]
    assert cuts["erosion_wrist/NAV"] == cuts["erosion_fingers/PIP"]
