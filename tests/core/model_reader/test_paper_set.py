"""The paper set as a reader: six scoring networks behind the compact detectors."""

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from core.anatomy.pose import fit_pose
from core.checkpoint import WeightsError, read_card, write_card
from core.detection.detector import NEAR_MM
from core.evaluation.study import as_radiograph
from core.joint_scoring.scorer import LimbJoints
from core.joint_scoring.table import ROWS, SITE_ROWS
from core.model_reader import ModelReader, VisitReading
from core.model_reader.explanation import explain_site, site_view, stored_prior
from core.model_reader.opening import open_detector
from core.model_reader.weight_sets import complete_sets, networks_of
from core.phantom import phantom_visit
from core.radiograph import Radiograph
from core.report import VisitReport, readings_json, report_zip, visits_pdf
from core.saliency import Method
from core.store import Store
from core.svh import SITE_BY_SUFFIX, SITES, Limb, Side
from tests.core.model_reader.paper_weights import write_paper_set

COMPACT = ("compact_limb_finder", "compact_hand_parts", "compact_foot_parts")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_paper_set(folder)
    return folder


@pytest.fixture(scope="module")
def reader(folder: Path) -> ModelReader:
    return ModelReader.open("paper", "cpu", folder=folder)


@pytest.fixture(scope="module")
def films() -> dict[tuple[Limb, Side], Radiograph]:
    labelled = phantom_visit(5_100_000, mm_per_px=0.3)
    return {key: as_radiograph(labelled[key]) for key in ((Limb.HAND, Side.L), (Limb.FOOT, Side.R))}


@pytest.fixture(scope="module")
def visit(reader: ModelReader, films: dict[tuple[Limb, Side], Radiograph]) -> VisitReading:
    return reader.read_visit(list(films.values()), patient="P1")


def test_the_set_is_the_six_networks_behind_the_compact_detectors(reader: ModelReader, folder: Path) -> None:
    assert complete_sets(folder) == ("compact", "paper")
    names = [card.name for card in reader.cards]
    assert names == [*COMPACT, *(f"paper_{row.name}" for row in ROWS)] and reader.weights == "paper"
    assert len(set(reader.scorer.networks.values())) == 6


def test_every_site_of_a_visit_is_scored(visit: VisitReading) -> None:
    assert [film.status for film in visit.films] == ["scored", "scored"]
    for film in visit.films:
        assert film.limb is not None and tuple(cell.site for cell in film.cells) == SITES[film.limb]
        for cell in film.cells:
            assert cell.points is not None and cell.low is not None and cell.high is not None
            assert 0 <= cell.low <= cell.points <= cell.high <= cell.site.maximum


def test_each_network_keeps_its_own_calibration(reader: ModelReader) -> None:
    for n, row in enumerate(ROWS):
        kind = f"{row.name}/{row.outputs[-1]}"
        assert reader.scorer.calibration.zero_cut[kind] == pytest.approx(0.5 + n / 10)
        assert reader.scorer.calibration.widen[kind] == pytest.approx((0.1 * n, 0.2 * n))


@pytest.mark.parametrize("suffix", ["pip_J__3", "wrist_E__lunate", "mtp_E__3", "mtp_J__ip"])
def test_a_site_is_explained_by_the_crop_and_network_that_scored_it(
    reader: ModelReader, films: dict[tuple[Limb, Side], Radiograph], visit: VisitReading, suffix: str
) -> None:
    site = SITE_BY_SUFFIX[suffix]
    film = next(film for film in visit.films if film.limb is site.limb)
    joints = {joint.name: (joint.x, joint.y) for joint in film.joints}
    pixels = next(shot.pixels for shot in films.values() if shot.sha256 == film.sha256)
    view = site_view(reader.scorer, pixels, site.limb, joints, site)
    assert view.view.shape == (64, 64) and view.names == SITE_ROWS[site][0].outputs
    assert view.network.network is reader.scorer.networks[SITE_ROWS[site][0].name]
    raw = float(view.score(view.view[None])[0])
    placed = LimbJoints(pixels, site.limb, joints, fit_pose(site.limb, joints))
    assert 0 < raw < 1 and raw * site.maximum == pytest.approx(reader.scorer.estimate([placed])[0][site], abs=1e-3)
    x, y = (round(v) for v in view.place)
    assert view.box[y, x] and 0 < view.box.mean() < 0.25  # smaller than in a close-up: the crop is the whole part
    found = explain_site(view, (Method.ATTENTION, Method.GRAD_CAM), attention_prior=stored_prior(reader.cards, site))
    assert list(found.maps) == ["Attention", "Grad-CAM"]
    assert ("mean attention of other crops" in found.controls) == (SITE_ROWS[site][1] == 0)


def test_damage_of_another_joint_of_the_part_is_not_the_sites(
    reader: ModelReader, films: dict[tuple[Limb, Side], Radiograph], visit: VisitReading
) -> None:
    film = next(film for film in visit.films if film.limb is Limb.HAND)
    joints = {joint.name: (joint.x, joint.y) for joint in film.joints}
    mask = np.zeros((film.height, film.width), np.uint8)
    x, y = (round(v) for v in joints["MCP3"])
    mask[y - 6 : y + 7, x - 6 : x + 7] = 1
    view, other = (
        site_view(reader.scorer, films[Limb.HAND, Side.L].pixels, Limb.HAND, joints, SITE_BY_SUFFIX[suffix])
        for suffix in ("mcp_E__3", "pip_E__3")
    )
    assert view.damage(mask).any() and not other.damage(mask).any()
    assert not view.damage(2 * mask).any()  # narrowing is no erosion


def test_reports_and_store_state_all_scorer_cards(
    reader: ModelReader, films: dict[tuple[Limb, Side], Radiograph], visit: VisitReading, tmp_path: Path
) -> None:
    used = {"set": reader.weights, "files": {card.name: card.sha256 for card in reader.cards}}
    stated = json.loads(readings_json([visit], used))["weights"]
    assert stated["set"] == "paper" and sum(name.startswith("paper_") for name in stated["files"]) == 6
    pixels = {film.sha256: film.pixels for film in films.values()}
    report = VisitReport(visit, date(2026, 3, 2), pixels, used)
    assert report.weights_line.startswith("paper ")
    assert visits_pdf([report]).startswith(b"%PDF") and len(report_zip(report)) > 1000
    store = Store(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    name = store.record_model(store.add_visit("P1", "day 1"), visit.reading, cards=used["files"])
    other = {**used["files"], "paper_jsn_toes": "0" * 64}  # another file of one row is another reader
    assert store.record_model(store.add_visit("P1", "day 1"), visit.reading, cards=other) != name


def test_the_papers_detector_is_taken_only_with_card_and_file(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "w")
    card = read_card("compact_foot_parts", folder=tmp_path / "w")
    write_card(card.model_copy(update={"name": "paper_foot_parts"}), folder=tmp_path / "w")
    assert [c.name for c in open_detector("paper", folder=tmp_path / "w")[1]] == list(COMPACT)
    assert complete_sets(tmp_path / "w") == ("compact", "paper")
    shutil.copy(tmp_path / "w" / "compact_foot_parts.safetensors", tmp_path / "w" / "paper_foot_parts.safetensors")
    detector, cards = open_detector("paper", folder=tmp_path / "w")
    assert [c.name for c in cards] == [*COMPACT, "paper_foot_parts"]
    assert set(detector.last) == {Limb.FOOT}
    assert networks_of("paper", tmp_path / "w")[:4] == tuple(c.name for c in cards)


def test_the_papers_detector_looks_once_at_what_passed_the_gate_and_keeps_joints_that_it_does_not_see(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "w")
    shutil.copy(tmp_path / "w" / "compact_foot_parts.safetensors", tmp_path / "w" / "paper_foot_parts.safetensors")
    card = read_card("compact_foot_parts", folder=tmp_path / "w")
    write_card(card.model_copy(update={"name": "paper_foot_parts"}), folder=tmp_path / "w")
    detector, _ = open_detector("paper", folder=tmp_path / "w")
    last = detector.last[Limb.FOOT]
    looks: list[str] = []
    last.register_forward_hook(lambda *_: looks.append("last"))
    film = phantom_visit(3)[(Limb.FOOT, Side.R)].pixels
    found = detector.find(film, detector.see(film).limbs[0])
    assert not looks
    again = detector.refine(film, found)
    assert looks == ["last"] and again.joints.keys() == found.joints.keys()
    for name, ((x, y), height) in found.joints.items():
        if height > last.settings.seen:
            assert (
                np.hypot(again.joints[name][0][0] - x, again.joints[name][0][1] - y) * found.pose.mm_per_px
                < NEAR_MM + 1
            )
    nn.init.constant_(last.joints[-2].bias, -50.0)
    missed = detector.refine(film, found)
    for name, (point, height) in found.joints.items():
        if height > last.settings.seen:
            assert missed.joints[name] == (point, height)
        else:
            assert missed.joints[name][1] < last.settings.seen


def test_a_card_without_its_file_leaves_the_set_incomplete(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "w")
    (tmp_path / "w" / "paper_jsn_wrist.safetensors").unlink()
    assert complete_sets(tmp_path / "w") == ("compact",)
    with pytest.raises(WeightsError, match="paper_jsn_wrist"):
        ModelReader.open("paper", "cpu", folder=tmp_path / "w")
    assert len(ModelReader.open("compact", "cpu", folder=tmp_path / "w").cards) == 4


def test_a_card_of_another_row_is_damage(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "w")
    card = read_card("paper_erosion_toes", folder=tmp_path / "w")
    for ending in ("json", "safetensors"):
        shutil.copy(tmp_path / "w" / f"paper_erosion_toes.{ending}", tmp_path / "w" / f"paper_jsn_toes.{ending}")
    write_card(card.model_copy(update={"name": "paper_jsn_toes"}), folder=tmp_path / "w")
    with pytest.raises(WeightsError, match="do not fit"):
        ModelReader.open("paper", "cpu", folder=tmp_path / "w")
