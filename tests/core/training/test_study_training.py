"""Every family learns on two small patients through the one loop; the sizes are toys, the way is the real one."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.checkpoint import open_weights, read_card, write_card
from core.detection.network import PAPER_PARTS, PartsNetwork, PartsSettings, smaller_view
from core.joint_scoring.film_network import FilmNetwork, FilmSettings
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.svh import Limb
from core.training.engine import run_loop
from core.training.film_cache import smaller, store_film
from core.training.learning_curve import learning_curve
from core.training.prepare import phantom_film, real_films_folder, simulated_films
from core.training.run_study import calibrate_system, train_system, with_size
from core.training.schedule import LoopSettings
from core.training.study_data import Data
from core.training.study_films import real_hands
from core.training.systems import SYSTEMS, WHOLE_HAND, System, shortened, until_it_stops
from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandSettings
from core.whole_hand.network import ARCHITECTURES

LOOP = LoopSettings(steps=3, warm_up=0, validate_steps=3, log_steps=1, average=0.0, optimiser="sgd", schedule="plateau")
TOY: dict[str, System] = {
    "mobilenet_v2_maps": System(WholeHandSettings("mobilenet_v2", 64), LOOP, 2, maps=True),
    "mobilenet_v2_finetuned": System(WholeHandSettings("mobilenet_v2", 64), LOOP, 2, start="mobilenet_v2_maps"),
    "paper_jsn_fingers": System(
        ScoringSettings("tf_efficientnet_lite0", 4, 64, ("jsn_fingers",), False, 16, 0.0, False), LOOP, 4
    ),
    "densenet_films": System(FilmSettings("densenet121", 64), LOOP, 2),
    "paper_foot_parts": System(replace(smaller_view(PAPER_PARTS[Limb.FOOT], 128), fpn_width=16), LOOP, 2, Limb.FOOT),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("cache")
    for name, system in TOY.items():
        train_system(name, system, cache=cache, folder=cache / "weights", limit=2, mm_per_px=0.5, threads=1)
    return cache


@pytest.mark.parametrize("name", list(TOY))
def test_weights_and_card_are_written_and_open_again(trained: Path, name: str) -> None:
    card = read_card(name, folder=trained / "weights")
    kinds = {
        "WholeHandNetwork": (WholeHandNetwork, WholeHandSettings),
        "FilmNetwork": (FilmNetwork, FilmSettings),
        "PartsNetwork": (PartsNetwork, PartsSettings),
    }
    network, settings = kinds.get(card.architecture, (ScoringNetwork, ScoringSettings))

    def tuples(value: object) -> object:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    values = {key: tuples(v) for key, v in card.settings.items()}
    open_weights(network(settings(**values)), card, folder=trained / "weights")
    assert (
        card.input_px == {"paper_foot_parts": (88, 128)}.get(name, (64, 64))
        and "2 digital phantom patients" in card.trained_on
    )
    assert [line["step"] for line in card.training["curve"]] == [1, 2, 3, 3]
    assert card.training["parameters"] > 1e6 and card.training["seconds_per_epoch"] >= 0


def test_a_whole_hand_card_states_spread_and_z_score(trained: Path) -> None:
    card = read_card("mobilenet_v2_finetuned", folder=trained / "weights")
    assert TotalCalibration.from_card(card.calibration).base > 0
    assert card.settings["sd_points"] > 0 and card.training["start"] == "mobilenet_v2_maps"


def test_a_finished_training_resumes_at_its_end(trained: Path) -> None:
    lines = (trained / "densenet_films" / "log.jsonl").read_text()
    train_system("densenet_films", TOY["densenet_films"], cache=trained, folder=trained / "again", limit=2, threads=1)
    assert (trained / "densenet_films" / "log.jsonl").read_text() == lines


def test_a_scorer_is_calibrated_again_without_training(trained: Path) -> None:
    before = read_card("paper_jsn_fingers", folder=trained / "weights")
    kept = {"zero_cut": {}, "widen": {}, "attention_prior": {"jsn_fingers/MCP": [[0.5]]}}
    write_card(before.model_copy(update={"calibration": kept}), folder=trained / "weights")
    found = calibrate_system(
        "paper_jsn_fingers", cache=trained, films_folder=None, folder=trained / "weights", limit=2, threads=1
    )
    after = read_card("paper_jsn_fingers", folder=trained / "weights")
    assert found["zero_cut"].keys() == {"jsn_fingers/MCP", "jsn_fingers/PIP"} == before.calibration["zero_cut"].keys()
    assert after.calibration["attention_prior"] == kept["attention_prior"] and after.sha256 == before.sha256
    assert after.calibration["widen"].keys() == {"J"}


def test_two_processes_train_together_and_one_writes(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "from pathlib import Path\nfrom core.training.run_study import train_system\n"
        "from tests.core.training.test_study_training import TOY\n"
        f"here = Path({str(tmp_path)!r})\n"
        "train_system('mobilenet_v2_maps', TOY['mobilenet_v2_maps'], cache=here,"
        " folder=here, limit=2, mm_per_px=0.8, threads=1)\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(root)}, cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"validation_rmse"') == 1  # process 0 alone writes
    assert read_card("mobilenet_v2_maps", folder=tmp_path).training["batch"] == 2


@pytest.mark.parametrize(
    ("able", "mixed"), [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx2": True}, False)]
)
def test_a_cpu_with_instructions_for_bfloat16_uses_them(
    able: dict[str, bool], mixed: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    network, kinds = torch.nn.Linear(4, 1), set()
    x = torch.rand(16, 4)

    def loss(step: int) -> dict[str, torch.Tensor]:
        found = network(x)
        kinds.add(found.dtype)
        return {"square": (found.float() - x.sum(1, keepdim=True)).square().mean()}

    run_loop(network, loss, settings=LoopSettings(steps=3, log_steps=1), folder=tmp_path)
    assert kinds == {torch.bfloat16 if mixed else torch.float32}
    assert all(p.dtype == torch.float32 for p in network.parameters())


def test_a_start_that_was_not_trained_is_named(trained: Path) -> None:
    system = replace(TOY["mobilenet_v2_finetuned"], start="resnet50_maps")
    with pytest.raises(FileNotFoundError, match="train resnet50_maps first"):
        train_system("x", system, cache=trained, folder=trained, limit=2, threads=1)


def test_the_systems_are_those_of_the_papers() -> None:
    assert len([n for n in SYSTEMS if n.startswith("paper_")]) == 8  # six scorers, two detectors
    assert set(SYSTEMS) >= {"densenet_parts", "densenet_films", "paper_hand_parts", "paper_foot_parts"}
    assert SYSTEMS["resnet_dwise50"].settings.side_px == 1024  # type: ignore[union-attr]
    assert SYSTEMS["resnet50_finetuned"].start == "resnet50_maps"
    maps = [system for name, system in SYSTEMS.items() if name.endswith("_maps")]
    assert {s.settings.architecture for s in maps} == {*ARCHITECTURES}  # type: ignore[union-attr]
    ladder = [SYSTEMS[f"{name}_maps"] for name in ("resnet50_baseline", "resnet50_separable", "resnet_dwise50")]
    assert len({replace(s, settings=replace(s.settings, architecture="")) for s in ladder}) == 1  # type: ignore[type-var]
    names = list(SYSTEMS)
    starts = {name: system.start for name, system in SYSTEMS.items() if system.start in SYSTEMS}
    assert len(starts) == 5 and all(names.index(start) < names.index(name) for name, start in starts.items() if start)
    loop = SYSTEMS["resnet_dwise50"].loop
    assert (loop.optimiser, loop.learning_rate, loop.weight_decay, loop.momentum) == ("sgd", 1e-3, 1e-3, 0.9)
    assert with_size(SYSTEMS["resnet_dwise50"], 384).settings.side_px == 384  # type: ignore[union-attr]
    small = with_size(SYSTEMS["paper_hand_parts"], 720).settings
    assert (small.width_px, small.height_px, round(small.mm_per_px, 3)) == (512, 720, 0.369)  # type: ignore[union-attr]
    assert with_size(SYSTEMS["paper_jsn_wrist"], 160).settings.crop_px == 160  # type: ignore[union-attr]


def test_a_long_log_is_thinned(tmp_path: Path) -> None:
    rows = [{"step": n, "loss": 1.0} | ({"validation_score": 0.1} if n % 10 == 0 else {}) for n in range(1, 1001)]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    curve = learning_curve(tmp_path / "log.jsonl")
    assert len(curve) <= 120 and curve[0]["step"] == 1 and curve[-1]["step"] == 1000
    assert [c["step"] for c in curve] == sorted(c["step"] for c in curve)


def test_real_films_are_stored_with_their_grades_and_drawn_by_split(tmp_path: Path) -> None:
    films = {
        split: simulated_films(phantom_film(seed, Limb.HAND, skewed=False), 1, seed=seed)
        for seed, split in enumerate(("train", "validation"))
    }
    for split, made in films.items():
        for n, film in enumerate(made):
            store_film(real_films_folder(tmp_path, split), replace(smaller(film, 0.4), film_id=f"{split}-{n}"))
    data = Data(tmp_path, 0, real=True)
    for split, made in films.items():
        stored = data.real_films(split, Limb.HAND)
        assert [f.film_id for f in stored] == [f"{split}-0", f"{split}-1"]
        assert [f.grades for f in stored] == [f.grades for f in made]
    hands = real_hands(data.real_films("train", Limb.HAND), 64, 5)
    assert hands.pixels.shape == (5, 64, 64) and hands.pixels.any(axis=(1, 2)).all()
    totals = [sum(f.grades.values()) for f in films["train"]]
    assert set(hands.totals) <= {a + b for a in totals for b in totals}
    wrists = hands.places[:, [len(hands.places[0]) // 2 - 1, -1]]  # the last joint of each hand
    assert (wrists[:, 0, 0] < 32).all() and (wrists[:, 1, 0] > 32).all() and (wrists[..., 1] > 0).all()
    assert len(hands.and_also(hands).pixels) == 10
    assert real_hands([], 64, 5).pixels.shape == (0, 64, 64)


def test_a_shortened_training_ends_in_a_cosine() -> None:
    short = shortened(SYSTEMS["resnet_dwise50"], 90)
    assert (short.loop.steps, short.loop.schedule, short.loop.optimiser, short.batch) == (90, "cosine", "adamw", 4)
    assert short.settings == SYSTEMS["resnet_dwise50"].settings
    rates = {name: shortened(SYSTEMS[name], 90).loop.learning_rate for name in SYSTEMS if "dwise" in name}
    scratch, maps = (f"resnet_dwise50{more}" for more in ("", "_maps"))
    assert (rates[scratch], rates[maps], rates["resnet_dwise50_finetuned"]) == (1e-3, 2e-3, 3e-4)


def test_one_protocol_trains_whole_hands_until_they_stop_improving() -> None:
    loops = {name: until_it_stops(SYSTEMS[name], 200) for name in (*WHOLE_HAND, "resnet_dwise50_seed1")}
    assert len({system.loop for system in loops.values()}) == 1
    assert {system.batch for system in loops.values()} == {32}
    loop = loops["resnet50"].loop
    assert (loop.steps, loop.validate_steps, loop.patience, loop.stop_after) == (2400, 24, 5, 15)
    assert loops["resnet_dwise50_seed1"].seed == 1 and loops["resnet_dwise50"].seed == 0
    with pytest.raises(ValueError, match="whole hands"):
        until_it_stops(SYSTEMS["paper_jsn_wrist"], 200)
