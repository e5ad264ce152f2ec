"""DeepRA's networks at the paper's sizes: each is built once, in eval, on one crop."""

import numpy as np
import pytest
import torch

from core.detection.network import PAPER_PARTS
from core.joint_scoring.crops import part_frames
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import DENSENET_SETTINGS, PAPER_SETTINGS, ScoringNetwork, ScoringSettings
from core.joint_scoring.scorer import Calibration, JointScorer, LimbJoints
from core.joint_scoring.table import ROWS
from core.svh import SITES, Limb
from tests.core.anatomy.poses import pose_at
from tests.core.toy_set import assert_learns, stripes

# backbone, outputs, attention map, millions of parameters with the attention head (the paper prints none)
TABLE_2 = {
    "erosion_fingers": ("tf_efficientnet_b3", 2, 8, 10.7),
    "jsn_toes": ("tf_efficientnet_b4", 1, 8, 17.4),
    "jsn_wrist": ("tf_efficientnet_b5", 6, 10, 28.0),
}


def test_the_table_of_settings_is_the_papers() -> None:
    assert [s.backbone[-2:] for s in PAPER_SETTINGS.values()] == ["b3", "b3", "b4", "b4", "b5", "b5"]
    assert [s.crop_px for s in PAPER_SETTINGS.values()] == [256, 256, 256, 256, 300, 300]
    assert not any(s.close_up for s in (*PAPER_SETTINGS.values(), DENSENET_SETTINGS))
    assert DENSENET_SETTINGS.backbone == "densenet169" and DENSENET_SETTINGS.rows == tuple(PAPER_SETTINGS)


@pytest.mark.parametrize("row", list(TABLE_2))
def test_sizes_of_the_efficientnets_with_attention(row: str) -> None:
    backbone, outputs, cells, millions = TABLE_2[row]
    settings = PAPER_SETTINGS[row]
    network = ScoringNetwork(settings).eval()
    with torch.no_grad():
        values, attention = network(torch.rand(1, 1, settings.crop_px, settings.crop_px))[row]
    assert settings.backbone == backbone and network.truth_map is None
    assert values.shape == (1, outputs, 3) and attention.shape == (1, 1, cells, cells)
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, rel=0.01)


def test_densenet_with_attention_gives_every_row_from_one_backbone() -> None:
    with torch.no_grad():
        found = ScoringNetwork(DENSENET_SETTINGS).eval()(torch.rand(1, 1, 256, 256))
    assert set(found) == {row.name for row in ROWS}
    assert {attention.shape for _, attention in found.values()} == {(1, 1, 8, 8)}


def small(row: str, backbone: str = "tf_efficientnet_lite0") -> ScoringNetwork:
    torch.manual_seed(0)
    return ScoringNetwork(
        ScoringSettings(backbone, 4, 64, (row,), close_up=False, hidden=16, dropout=0, truth_map=False)
    )


@pytest.mark.parametrize("backbone", ["tf_efficientnet_b3", "densenet169"])
def test_every_parameter_gets_a_gradient(backbone: str) -> None:
    network = small("jsn_fingers", backbone).train()
    network(torch.rand(2, 1, 64, 64))["jsn_fingers"][0].square().sum().backward()
    assert not [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]


@pytest.fixture(scope="module")
def film_network() -> FilmNetwork:
    torch.manual_seed(0)
    return FilmNetwork(FilmSettings(side_px=64))


def test_densenet_on_whole_films(film_network: FilmNetwork) -> None:
    films = torch.rand(2, 1, 64, 64)
    for limb in Limb:
        shares = film_network.train()(films, limb)
        assert shares.shape == (2, len(SITES[limb]))
        shares.square().sum().backward()
    assert not [n for n, p in film_network.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert sum(p.numel() for p in film_network.parameters()) / 1e6 == pytest.approx(12.6, rel=0.01)
    points = film_network.points(torch.full((1, 12), 2.0), Limb.FOOT)[0]
    assert points.tolist() == [site.maximum for site in SITES[Limb.FOOT]]


def test_densenet_on_whole_films_learns_a_toy_set(film_network: FilmNetwork) -> None:
    films = stripes(4, 64)
    target = torch.tensor([1.0, 1, 0, 0])[:, None].expand(4, 12)
    assert_learns(film_network, lambda: (film_network(films, Limb.FOOT) - target).square().mean(), steps=80)


@pytest.mark.parametrize("backbone", ["tf_efficientnet_b3", "tf_efficientnet_b4", "tf_efficientnet_b5", "densenet169"])
def test_a_network_with_attention_learns_a_toy_set(backbone: str) -> None:
    network, crops = small("jsn_fingers", backbone), stripes(4, 64)
    target = torch.tensor([1.0, 1, 0, 0])[:, None].expand(4, 2)

    def loss() -> torch.Tensor:
        return (network(crops)["jsn_fingers"][0][:, :, 0] - target).square().mean()

    assert_learns(network, loss, steps=80)


PLAIN = Calibration({}, {})
UPRIGHT = pose_at(Limb.HAND, mm_per_px=0.2)
FINGER = {"MCP2": (100.0, 200.0), "PIP2": (100.0, 100.0)}


def test_the_crop_of_a_finger_holds_its_whole_box() -> None:
    frame = part_frames(Limb.HAND, FINGER, UPRIGHT, side_px=180)["finger1"]
    # the box runs from 60 to 240 px: 40 % of the 100 px beyond either end
    np.testing.assert_allclose(frame.to_view(np.array([[100.0, 150.0]])), [[89.5, 89.5]])
    assert frame.scale == pytest.approx(1.0)


def test_a_turned_or_mirrored_film_gives_the_same_crop() -> None:
    turned = {name: (500 - y, x) for name, (x, y) in FINGER.items()}  # a quarter turn clockwise
    upright = part_frames(Limb.HAND, FINGER, UPRIGHT, side_px=64)["finger1"]
    frame = part_frames(Limb.HAND, turned, pose_at(Limb.HAND, mm_per_px=0.2, up_deg=90.0), side_px=64)["finger1"]
    for name, point in FINGER.items():
        np.testing.assert_allclose(
            frame.to_view(np.array([turned[name]])), upright.to_view(np.array([point])), atol=1e-6
        )
    mirrored = part_frames(Limb.HAND, FINGER, pose_at(Limb.HAND, mm_per_px=0.2, mirrored=True), side_px=64)["finger1"]
    assert mirrored.mirrored and mirrored.scale == pytest.approx(upright.scale)
    assert part_frames(Limb.HAND, {}, UPRIGHT, side_px=64) == {}


def test_six_networks_score_every_site_of_the_parts_that_are_there() -> None:
    scorer = JointScorer([small(row.name) for row in ROWS], PLAIN, device=torch.device("cpu"))
    pixels = np.random.default_rng(0).random((300, 200)).astype(np.float32)
    limbs = [
        LimbJoints(pixels, Limb.HAND, FINGER, UPRIGHT),
        LimbJoints(pixels, Limb.FOOT, {"MTP1": (100.0, 200.0), "IP1": (100.0, 100.0)}, UPRIGHT),
    ]
    finger, toe = scorer.estimate(limbs)
    assert {site.suffix for site in finger} == {"mcp_E__2", "pip_E__2", "mcp_J__2", "pip_J__2"}
    assert {site.suffix for site in toe} == {"mtp_E__1", "mtp_E__ip", "mtp_J__1", "mtp_J__ip"}
    for raw, scored in zip((finger, toe), scorer.score(limbs), strict=True):
        assert {site: score.estimate for site, score in scored.items()} == pytest.approx(raw)
        assert all(0 <= points <= site.maximum for site, points in raw.items())


def test_a_part_is_looked_at_once_by_each_network() -> None:
    networks = [small(row.name) for row in ROWS]
    seen: dict[str, int] = {}
    for network in networks:
        row, features = network.settings.rows[0], network.features
        network.features = lambda crops, row=row, features=features: (  # type: ignore[method-assign]
            seen.update({row: seen.get(row, 0) + len(crops)}) or features(crops)
        )
    pixels = np.random.default_rng(0).random((300, 200)).astype(np.float32)
    JointScorer(networks, PLAIN, device=torch.device("cpu")).score([LimbJoints(pixels, Limb.HAND, FINGER, UPRIGHT)])
    assert seen == {"erosion_fingers": 1, "jsn_fingers": 1}


def test_one_network_of_all_rows_scores_whole_parts_too() -> None:
    torch.manual_seed(0)
    shared = ScoringNetwork(ScoringSettings("densenet121", 4, 64, close_up=False, hidden=16, truth_map=False))
    scorer = JointScorer([shared], PLAIN, device=torch.device("cpu"))
    pixels = np.random.default_rng(0).random((300, 200)).astype(np.float32)
    (found,) = scorer.score([LimbJoints(pixels, Limb.HAND, FINGER, UPRIGHT)])
    assert {site.suffix for site in found} == {"mcp_E__2", "pip_E__2", "mcp_J__2", "pip_J__2"}
    assert set(scorer.networks.values()) == {shared}


def test_rows_without_a_network_or_with_two_are_refused() -> None:
    for networks in ([small("jsn_toes")], [small(row.name) for row in (*ROWS, ROWS[0])]):
        with pytest.raises(ValueError, match="one network for each"):
            JointScorer(networks, PLAIN, device=torch.device("cpu"))


def test_the_detectors_of_the_paper_keep_its_bounds() -> None:
    for limb, settings in PAPER_PARTS.items():
        assert (settings.limb, settings.backbone, settings.fpn_width) == (limb.value, "resnet50", 256)
        assert (settings.width_px, settings.height_px) == (1000, 1400)
