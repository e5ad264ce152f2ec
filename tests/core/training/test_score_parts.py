"""Crops of parts for DeepRA's networks: as many as in the paper, damaged and undamaged alike, from both sources."""

import numpy as np
import pytest

from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.svh import Limb
from core.training.score_parts import PartCrops, crop_cells, crop_losses, draw_crops, parts_of_rows, random_part


# Joint images of DeepRA's Table 2 with 367 training patients.
@pytest.mark.parametrize(
    ("row", "images"),
    [("erosion_fingers", 4404), ("jsn_fingers", 3670), ("jsn_toes", 3670), ("erosion_toes", 2936),
     ("erosion_wrist", 734), ("jsn_wrist", 734)],
)  # fmt: skip
def test_crops_are_as_many_as_in_table_2(row: str, images: int) -> None:
    parts = parts_of_rows([row])
    if row == "jsn_fingers":  # the thumb's IP has no JSN: its MCP alone is scored, in the row of the toes
        assert (Limb.HAND, "thumb") not in {(limb, part) for limb, part, _ in parts}
    assert 367 * 2 * len(parts) == images


def test_as_many_damaged_as_undamaged_crops_are_drawn() -> None:
    targets = np.array([[0.0, np.nan]] * 9 + [[np.nan, 0.4]], np.float32)
    crops = PartCrops(np.zeros((10, 4, 4), np.uint8), targets, np.ones((10, 2), np.float32))
    drawn = crops.balanced(np.random.default_rng(0), 200)
    assert (drawn == 9).sum() == 100 and set(drawn[drawn != 9]) == set(range(9))


def test_a_varied_part_keeps_its_size_and_may_be_mirrored() -> None:
    crop = np.zeros((40, 40), np.uint8)
    crop[:, :16] = 200
    views = [random_part(np.random.default_rng(seed), crop) for seed in range(30)]
    assert {v.shape for v in views} == {(40, 40)}
    assert 5 < sum(bool(v[:, :10].mean() < v[:, -10:].mean()) for v in views) < 25


def test_crops_come_from_both_sources_in_their_shares() -> None:
    seen: list[int] = []

    class Watched(PartCrops):
        def balanced(self, rng: np.random.Generator, count: int) -> np.ndarray:
            seen.append(count)
            return super().balanced(rng, count)

    targets = np.array([[0.0, 0.4]] * 4, np.float32)
    crops = Watched(np.zeros((4, 64, 64), np.uint8), targets, np.full((4, 2), 5, np.float32))
    settings = ScoringSettings("tf_efficientnet_lite0", 4, 64, ("jsn_fingers",), False, 16, 0.0, False)
    network = ScoringNetwork(settings)
    assert crop_losses(network, network, draw_crops(np.random.default_rng(0), [crops, crops], 16))["score"].item() > 0
    assert seen == [10, 6]
    rows = crop_cells(network, crops)
    assert [row[0] for row in rows[:2]] == ["jsn_fingers/MCP", "jsn_fingers/PIP"] and len(rows) == 8
    assert [row[2] for row in rows[:2]] == [0.0, pytest.approx(2.0)]


def test_a_part_of_the_crops_has_every_kind_of_part() -> None:
    kinds = np.tile(np.arange(6, dtype=np.float32), 100)[:, None]  # thumb to wrist, film by film
    crops = PartCrops(np.zeros((600, 2, 2), np.uint8), kinds, np.ones_like(kinds))
    assert len(crops.some(150).targets) == 150 and set(crops.some(150).targets[:, 0]) == set(range(6))
    assert len(crops.some(900).targets) == 600
