"""Pictures that a whole-hand network learns from: variations that take the joints along, and maps of their points."""

from dataclasses import fields

import numpy as np
import pytest
import torch

from core.training.score_hands import Variations, batch_losses, draw_chances, draw_pictures, points_map, vary
from core.training.score_parts import REAL_SHARE
from core.training.study_films import HandPictures
from core.whole_hand import WholeHandNetwork, WholeHandSettings


def test_a_varied_picture_keeps_its_size_and_its_content() -> None:
    picture = np.zeros((60, 60), np.uint8)
    picture[:30, 10:20] = 200
    pixels, forty = torch.from_numpy(picture)[None], np.zeros(40, np.int64)
    views = vary(np.random.default_rng(0), forty, 60).of(pixels)[:, 0].numpy()
    assert views.shape == (40, 60, 60) and views.dtype == np.float32
    bright = {
        (bool(v[:30].mean() > v[30:].mean() + 0.02), bool(v[:, :30].mean() > v[:, 30:].mean() + 0.02)) for v in views
    }
    assert len(bright) == 4  # all four corners: turned and mirrored
    assert all(0.55 < float(v.max()) < 1.0 for v in views)
    np.testing.assert_array_equal(views, vary(np.random.default_rng(0), forty, 60).of(pixels)[:, 0].numpy())


def test_the_places_go_along_with_the_picture() -> None:
    picture = np.zeros((96, 96), np.uint8)
    picture[30:33, 60:63] = 255  # its middle is x 61, y 31
    places = np.array([[61, 31], [np.nan, np.nan]], np.float32)
    varied = vary(np.random.default_rng(3), np.zeros(40, np.int64), 96)
    for n, view in enumerate(varied.of(torch.from_numpy(picture)[None])[:, 0].numpy()):
        moved = varied.moved(n, places, 96)
        rows, columns = np.mgrid[:96, :96]
        light = view - view.min()
        seen = [float((axis * light).sum() / light.sum()) for axis in (columns, rows)]
        np.testing.assert_allclose(moved[0], seen, atol=0.6)
        assert np.isnan(moved[1]).all()


def test_points_lie_in_the_cells_about_a_joint() -> None:
    middle, corner = (15.5, 15.5), (47.5, 23.5)  # of the first cell; a quarter from the second column into the next row
    places = np.array([middle, corner, (-20.0, 95.0), (np.nan, 3.0)], np.float32)
    found = points_map(places, np.array([4, 8, 2, 100], np.float32), 96)
    np.testing.assert_allclose(found, [[4, 6, 0], [0, 2, 0], [2, 0, 0]], atol=1e-6)
    assert points_map(places, np.ones(4, np.float32), 20).tolist() == [[3.0]]


def test_with_maps_patients_with_damage_come_more_often() -> None:
    points = np.array([[0.0], [0.0], [0.0], [80.0]], np.float32)
    hands = HandPictures(np.zeros((4, 64, 64), np.uint8), np.full((4, 1, 2), 31.5, np.float32), points)
    nothing, undamaged = (HandPictures(*(getattr(hands, f.name)[:n] for f in fields(hands))) for n in (0, 2))
    alike = draw_chances(hands, nothing, maps=False)
    np.testing.assert_allclose(alike, 0.25)
    chances = draw_chances(hands, nothing, maps=True)
    np.testing.assert_allclose(chances, np.array([1, 1, 1, 9]) / 12)
    with_real = draw_chances(hands, undamaged, maps=True)
    many = HandPictures(
        np.zeros((401, 8, 8), np.uint8), np.zeros((401, 1, 2), np.float32), np.arange(401, dtype=np.float32)[:, None]
    )
    assert len(np.random.default_rng(0).choice(401 + 4, size=3, p=draw_chances(many, hands, maps=True))) == 3
    assert with_real[:4].sum() == pytest.approx(1 - REAL_SHARE) and with_real[4] == with_real[5] == REAL_SHARE / 2
    _, even, none = draw_pictures(np.random.default_rng(0), hands, alike, 400, maps=False)
    pictures, totals, maps = draw_pictures(np.random.default_rng(0), hands, chances, 400, maps=True)
    assert none is None and 0.2 < (even > 0).mean() < 0.3 and (totals > 0).mean() > 0.7
    assert maps is not None and maps.shape == (400, 2, 2) and pictures.chosen.shape == (400,)
    np.testing.assert_allclose(maps.sum((1, 2)), totals)


def test_the_cells_of_a_network_are_its_total_and_learn_the_map() -> None:
    torch.manual_seed(0)
    network = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, mean_points=20.0, sd_points=10.0)).eval()
    pictures = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)
    shown = torch.from_numpy(pictures)[:, None]
    with torch.no_grad():
        cells, total = network(shown, cells=True), network(shown)
        each = (network.points(cells) / 4).numpy()
    assert cells.shape == (3, 2, 2)
    torch.testing.assert_close(cells.mean((1, 2)), total, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(each.sum((1, 2)), network.points(total).numpy(), rtol=1e-4)
    totals, as_they_are = np.zeros(3, np.float32), np.tile(np.eye(2, 3, dtype=np.float32), (3, 1, 1))
    shows = Variations(np.arange(3), as_they_are, np.ones(3, np.float32), np.ones(3, np.float32))
    stored = torch.from_numpy(np.rint(pictures * 255).astype(np.uint8))
    torch.testing.assert_close(shows.of(stored), torch.round(shown * 255) / 255, atol=1e-5, rtol=1e-5)
    for off, loss in ((0, 0), (2, 4)):
        found = batch_losses(network, network, stored, (shows, totals, each + off))["map"]
        assert found.item() == pytest.approx(loss, rel=0.02, abs=1e-3)
