import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from core.checkpoint import WeightCard, WeightsError, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.model_reader import FilmReading, FilmStatus, ModelReader, ScoredCell, VisitReading
from core.model_reader.whole_hand import NETWORK, hand_films, open_whole_hand
from core.report import readings_json
from core.svh import SITES, Limb, Side
from core.whole_hand import WholeHandNetwork, WholeHandSettings

CPU = torch.device("cpu")


def hand(side: Side, digest: str = "1" * 64, **more: object) -> FilmReading:
    cells = tuple(ScoredCell(site, 1, 1.0, 1.0, 1.0) for site in SITES[Limb.HAND])
    return FilmReading("x.png", digest, FilmStatus.SCORED, None, "", 4, 4, Limb.HAND, side, cells=cells, **more)  # type: ignore[arg-type]


def write_network(folder: Path, name: str, **calibration: float) -> None:
    torch.manual_seed(0)
    settings = {"architecture": "mobilenet_v2", "side_px": 64, "mean_points": 60.0, "sd_points": 30.0}
    digest = save_weights(WholeHandNetwork(WholeHandSettings(**settings)), name, folder=folder)  # type: ignore[arg-type]
    card = WeightCard(
        name=name, architecture="WholeHandNetwork", settings=settings, input_px=(64, 64), trained_on="nothing",
        training={}, code_revision="0", sha256=digest, calibration=calibration,
    )  # fmt: skip
    write_card(card, folder=folder)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """The compact set and an untrained whole-hand network."""
    for path in FOLDER.glob("compact_*"):
        shutil.copy(path, tmp_path)
    write_network(tmp_path, NETWORK, base=4.0, share=0.1)
    return tmp_path


def test_without_its_weights_there_is_none_and_a_card_without_spread_is_refused(tmp_path: Path) -> None:
    assert open_whole_hand(CPU, folder=tmp_path) is None
    write_network(tmp_path, NETWORK)
    with pytest.raises(WeightsError, match="holds no spread"):
        open_whole_hand(CPU, folder=tmp_path)


def test_the_network_is_there_to_be_explained_and_gives_no_score(weights: Path) -> None:
    reader = ModelReader.open("compact", "cpu", folder=weights)
    assert reader.cards[-1].name == NETWORK and reader.whole_hand is not None
    assert "whole_hand" not in json.loads(readings_json([VisitReading("P1", (hand(Side.L),))], {}))["visits"][0]


def test_a_hand_is_cut_out_and_turned_fingers_up() -> None:
    pixels = np.arange(16, dtype=np.float32).reshape(4, 4)
    turned = hand(
        Side.L, turned_deg=88.0, region=(2.0, 0.0, 4.0, 4.0)
    )  # fingers point right: a quarter back, anticlockwise
    left, right = hand_films(VisitReading("P1", (turned, hand(Side.L))), {"1" * 64: pixels})
    assert right is None and left is not None
    np.testing.assert_array_equal(left, [[3, 7, 11, 15], [2, 6, 10, 14]])
