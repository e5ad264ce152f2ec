import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from core.checkpoint import WeightCard, WeightsError, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.model_reader import FilmReading, FilmStatus, ModelReader, ScoredCell, VisitReading
from core.model_reader.whole_hand import NETWORK, disagreement, hand_films, open_whole_hand
from core.radiograph import Radiograph
from core.report import readings_json
from core.report.told import told
from core.svh import SITES, Limb, Side
from core.whole_hand import TotalScore, WholeHandNetwork, WholeHandSettings

CPU = torch.device("cpu")


def hand(side: Side, digest: str = "1" * 64, *, half_width: float = 0.0, **more: object) -> FilmReading:
    cells = tuple(ScoredCell(site, 1, 1 - half_width, 1 + half_width, 1.0) for site in SITES[Limb.HAND])
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


def test_the_reader_scores_the_hands_that_count(weights: Path) -> None:
    reader = ModelReader.open("compact", "cpu", folder=weights)
    assert reader.cards[-1].name == NETWORK and reader.whole_hand is not None
    film = np.random.default_rng(0).random((80, 50)).astype(np.float32)
    visit = VisitReading("P1", (hand(Side.L, "a" * 64), hand(Side.R, "b" * 64)))
    pixels = {"a" * 64: film, "b" * 64: film[:, ::-1]}
    assert reader.score_hands(visit, pixels) == reader.whole_hand.score([(film, film[:, ::-1])])[0]
    one = reader.score_hands(VisitReading("P1", visit.films[:1]), pixels)
    assert one is not None and one.hands == 1
    assert reader.score_hands(VisitReading("P1", ()), pixels) is None
    grey = Radiograph(
        np.linspace(0, 1, 90_000, dtype=np.float32).reshape(300, 300), "g.png", hashlib.sha256().hexdigest()
    )
    assert reader.read_visit([grey], patient="P1").whole_hand is None  # no hand on it


def test_a_hand_is_cut_out_and_turned_fingers_up() -> None:
    pixels = np.arange(16, dtype=np.float32).reshape(4, 4)
    turned = hand(
        Side.L, turned_deg=88.0, region=(2.0, 0.0, 4.0, 4.0)
    )  # fingers point right: a quarter back, anticlockwise
    left, right = hand_films(VisitReading("P1", (turned, hand(Side.L))), {"1" * 64: pixels})
    assert right is None and left is not None
    np.testing.assert_array_equal(left, [[3, 7, 11, 15], [2, 6, 10, 14]])


def visit_with(estimate: float, half: float, half_width: float) -> VisitReading:
    score = TotalScore(estimate, estimate - half, estimate + half, 1)
    return VisitReading("P1", (hand(Side.L, half_width=half_width),), score)  # 31 sites of 1 point


def test_scores_disagree_beyond_their_joint_spread() -> None:
    width = 4 / 31**0.5  # 31 sites: sqrt(31) * width = 4; with 3 of the network the joint spread is 5
    assert disagreement(visit_with(31 + 4.9, 3, width)) == ""
    assert "36 points, the joints sum to 31" in disagreement(visit_with(31 + 5.1, 3, width))
    assert disagreement(visit_with(31 - 4.9, 3, width)) == "" != disagreement(visit_with(31 - 5.1, 3, width))
    assert disagreement(VisitReading("P1", ())) == ""


def test_the_json_has_the_whole_hand_only_where_it_was_scored() -> None:
    row = json.loads(readings_json([visit_with(40.04, 3, 0.1)], {}))["visits"][0]
    flag = row["whole_hand"].pop("flag")
    assert row["whole_hand"] == {"estimate": 40.0, "low": 37.0, "high": 43.0, "hands": 1} and "9 apart" in flag
    assert "whole_hand" not in json.loads(readings_json([VisitReading("P1", (hand(Side.L),))], {}))["visits"][0]


def test_the_command_line_says_both_scores_and_the_flag() -> None:
    lines = list(told([visit_with(60, 3, 0.0), VisitReading("P2", (hand(Side.R),))], []))
    assert lines[1] == "  whole-hand network: hands 60 (57-63), sum over joints 31" and "29 apart" in lines[2]
    assert lines[3].startswith("P2: SvH 31 of 448") and len(lines) == 4
