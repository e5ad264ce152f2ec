"""What a system of the papers learns from beside phantoms, how its points are fitted, how a lent machine is used."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.phantom.study_cohort import study_cohort
from core.svh import Limb
from core.training import parallel, score_hands
from core.training.film_cache import smaller, store_film
from core.training.prepare import phantom_film, real_films_folder, small_films_folder
from core.training.run_study import train_system
from core.training.score_parts import draw_crops
from core.training.study_data import Data
from core.training.study_films import HandPictures
from core.training.systems import SYSTEMS, shortened
from core.whole_hand import WholeHandNetwork, WholeHandSettings


def test_small_plates_are_a_third_source(tmp_path: Path) -> None:
    film = phantom_film(5, Limb.HAND, skewed=False)
    small = replace(smaller(film, 0.3), grades=dict.fromkeys(film.grades, 0), film_id="plate")
    for folder, made in ((real_films_folder(tmp_path, "train"), film), (small_films_folder(tmp_path), small)):
        store_film(folder, made)
    (tmp_path / "study-train").mkdir()
    data = Data(tmp_path, 1, real=True)
    for limb in ("LH", "RH", "LF", "RF"):
        store_film(tmp_path / "study-train", replace(film, film_id=f"{study_cohort('train')[0].patient_id}-{limb}"))
    sources = data.crops(["erosion_wrist"], 32, "train")
    assert [len(crops.pixels) for crops in sources] == [2, 1, 1] and not np.nan_to_num(sources[2].targets).any()
    views, targets = draw_crops(np.random.default_rng(0), sources, 100)
    assert views.shape == (100, 32, 32) and targets.shape == (100, 6)
    assert (tmp_path / "small-films-train" / "erosion_wrist-32.npz").exists()
    assert Data(tmp_path, 1, real=False).small_films([Limb.HAND]) == []


def test_the_line_from_z_scores_to_points_is_fitted_on_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    network = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, mean_points=60.0, sd_points=70.0))
    z, truth = np.linspace(-1, 2, 20, dtype=np.float32), np.linspace(10, 160, 20, dtype=np.float32)
    answers = [z]
    real_z = np.full(20, 1.0, np.float32)

    def predict(net: WholeHandNetwork, pictures: np.ndarray) -> np.ndarray:
        found = np.concatenate([answers[0], real_z])[: len(pictures)]
        return found * net.settings.sd_points + net.settings.mean_points

    monkeypatch.setattr(score_hands, "predict", predict)
    phantoms = HandPictures(np.zeros((20, 64, 64), np.uint8), np.zeros((20, 1, 2), np.float32), truth[:, None])
    nothing = HandPictures(*(getattr(phantoms, f.name)[:0] for f in fields(phantoms)))
    calibration = score_hands.fit_calibration(network, phantoms, nothing)
    assert (network.settings.mean_points, network.settings.sd_points) == (60.0, 50.0)
    assert calibration["base"] == pytest.approx(0, abs=0.01)
    answers[0] = -z  # falls where the truth rises: the line stays
    score_hands.fit_calibration(network, phantoms, nothing)
    assert network.settings.sd_points == 50.0
    answers[0] = z
    undamaged = replace(phantoms, points=np.zeros((20, 1), np.float32))  # of real films: given 110 points, have none
    wide = score_hands.fit_calibration(network, phantoms, undamaged)
    assert (network.settings.mean_points, network.settings.sd_points) == (60.0, 50.0)
    assert wide["base"] * (1 + 110 / 40) == pytest.approx(110, rel=0.01)


def test_minutes_keep_the_papers_batches_and_go_without_torchrun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = shortened(SYSTEMS["paper_erosion_wrist"], None, 7.5)
    assert (lent.loop.minutes, lent.batch, lent.loop.schedule) == (7.5, SYSTEMS["paper_erosion_wrist"].batch, "cosine")
    monkeypatch.setattr(parallel, "start", lambda: torch.device("cpu"))
    monkeypatch.setattr(parallel, "world", lambda: 2)
    with pytest.raises(ValueError, match="without torchrun"):
        train_system("x", lent, cache=tmp_path, folder=tmp_path)
