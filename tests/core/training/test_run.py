"""The networks that everybody runs: each learns two steps on toy films, the command's own way, and goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.checkpoint import open_weights, read_card
from core.cohort.labelled_film import LabelledFilm
from core.detection.network import FinderSettings, LimbFinder, PartsNetwork, PartsSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.model_reader.opening import settings_of
from core.svh import Limb
from core.training import run, tasks
from core.training.calibrate import calibrate
from core.training.film_cache import film_crops, smaller, store_film
from core.training.prepare import phantom_film, simulated_films

KINDS: dict[str, tuple[Any, Any]] = {
    "LimbFinder": (LimbFinder, FinderSettings),
    "PartsNetwork": (PartsNetwork, PartsSettings),
    "ScoringNetwork": (ScoringNetwork, ScoringSettings),
}


@pytest.fixture(scope="module")
def films() -> dict[Limb, LabelledFilm]:
    return {limb: phantom_film(5 + n, limb, skewed=True) for n, limb in enumerate(Limb)}


@pytest.fixture
def cache(tmp_path: Path, films: dict[Limb, LabelledFilm], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The films of a training, one of each kind, without a folder of real films and without ImageNet starts."""
    small = {limb: smaller(film, 0.3) for limb, film in films.items()}
    for limb, film in films.items():
        for split in ("train", "validation"):
            store_film(tmp_path / f"films-{split}", smaller(film, 0.5))
            film_crops([film]).save(tmp_path / f"{split}-{limb.value.lower()}-00000.npz")
            real = film_crops(simulated_films(film, 1, seed=3))
            real.save(tmp_path / f"real-{split}-{limb.value.lower()}-x.npz")
    film_crops(small.values()).save(tmp_path / "small-train.npz")
    monkeypatch.setattr(tasks, "load_start", lambda body, name: None)
    monkeypatch.setattr(tasks, "real_for_detection", lambda folder, split: list(small.values()))
    monkeypatch.setattr(tasks, "found_films", lambda folder: list(small.values()))
    grey = np.random.default_rng(0).integers(0, 255, (300, 200)).astype(np.uint8)
    monkeypatch.setattr(tasks, "other_films", lambda folder, held_out: [grey])
    monkeypatch.setattr(tasks, "BATCH", dict.fromkeys(tasks.BATCH, 4))
    monkeypatch.setattr(tasks, "CHECKED_VIEWS", 4)
    monkeypatch.setattr(run, "LOOPS", {name: replace(loop, log_steps=1) for name, loop in run.LOOPS.items()})
    return tmp_path


@pytest.mark.parametrize("name", run.NETWORKS)
def test_a_network_learns_is_written_and_goes_on(cache: Path, name: str) -> None:
    weights = cache / "weights"
    train: Callable[..., None] = run.train
    train(name, cache=cache, films_folder=cache, threads=1, steps=2, folder=weights)
    first = read_card(f"compact_{name}", folder=weights)
    assert first.training["steps_taken"] == 2 and first.training["curve"][-1]["step"] == 2
    kind, settings = KINDS[first.architecture]
    open_weights(kind(settings(**settings_of(first))), first, folder=weights)
    for path in (cache / name).iterdir():
        path.unlink()
    train(name, cache=cache, films_folder=cache, threads=1, steps=1, further=True, folder=weights)
    then = read_card(f"compact_{name}", folder=weights)
    assert then.training["before"]["steps_taken"] == 2 and "curve" not in then.training["before"]
    assert then.sha256 != first.sha256
    if name == "joint_scorer":
        found = calibrate(cache, folder=weights)
        assert read_card("compact_joint_scorer", folder=weights).calibration["zero_cut"] == found["zero_cut"]


def test_a_network_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no network knee; there are limb_finder"):
        run.train("knee", cache=tmp_path, films_folder=tmp_path)
