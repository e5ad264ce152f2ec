import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from core.__main__ import app
from core.checkpoint import WeightsError
from core.model_reader import ModelReader

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "pages" / "sample_case"


def run(arguments: Sequence[str | Path], threads: int = 1) -> subprocess.CompletedProcess[str]:
    """The command in this process, so that the networks are opened once.

    An exception that escapes it fails the test.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    finally:
        torch.set_num_threads(before)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess([], done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("sample")
    return out, run(["score", SAMPLE, "--out", out])


def test_the_sample_is_scored_with_every_site(sample: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, done = sample
    assert done.returncode == 0, done.stderr
    whole = json.loads((out / "readings.json").read_text())
    assert len(whole["films"]) == 4 and {f["status"] for f in whole["films"]} == {"scored"}
    assert {(f["limb"], f["side"]) for f in whole["films"]} == {(k, s) for k in ("HAND", "FOOT") for s in "LR"}
    visit = whole["visits"][0]
    assert visit["patient"] == "P0042" and visit["missing"] == []
    assert visit["total"] == visit["erosion"] + visit["jsn"] == sum(f["erosion"] + f["jsn"] for f in whole["films"]) > 0
    for film in whole["films"]:
        for cell in film["cells"]:
            assert cell["low"] <= cell["points"] <= cell["high"]
        for part in film["parts"]:
            x0, y0, x1, y1 = part["box"]
            assert 0 <= x0 < x1 <= film["width"] and 0 <= y0 < y1 <= film["height"]
    assert len(list(out.glob("*.overlay.png"))) == 4
    assert (out / "readings.csv").read_text().count("\n") == 2


def test_bad_files_are_refused_in_words_and_the_good_one_is_scored(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    shutil.copy(SAMPLE / "P0042-LH.jpg", films / "P0042-LH.jpg")
    shutil.copy(SAMPLE / "P0042-LH.jpg", films / "P0042-RH.jpg")  # the same film twice, under another name
    (films / "empty").write_bytes(b"")
    (films / "letter.jpg").write_bytes(b"Dear colleague, " * 40)
    noise = np.random.default_rng(0).integers(0, 255, (600, 500), np.uint8)
    Image.fromarray(noise).save(films / "noise.png")
    done = run(["score", films, "--out", tmp_path / "out"])
    assert done.returncode == 0 and "Traceback" not in done.stderr + done.stdout
    rows = {f["file"]: f for f in json.loads((tmp_path / "out" / "readings.json").read_text())["films"]}
    assert len(rows) == 5
    assert rows["P0042-LH.jpg"]["status"] == "scored" and rows["P0042-RH.jpg"]["code"] == "duplicate"
    for name in ("empty", "letter.jpg", "noise.png"):
        assert rows[name]["status"] == "refused" and len(rows[name]["reason"]) > 20 and not rows[name]["cells"]


def test_a_missing_path_and_a_folder_that_takes_no_results_end_with_a_sentence_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    for arguments, words in (
        ([SAMPLE, tmp_path / "not there", "--out", tmp_path / "out"], "there is no"),
        ([SAMPLE, "--out", tmp_path / "a file"], "is a file"),
        ([SAMPLE, "--out", tmp_path / "a file" / "inner"], "is a file"),
        ([SAMPLE, "--out", "/proc/svh"], "nothing can be written"),
    ):
        done = run(["score", *arguments])
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "out" / "readings.json").exists()


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    for what in ("missing", "damaged"):
        folder = tmp_path / what
        shutil.copytree(ROOT / "weights", folder)
        file = folder / "compact_hand_parts.safetensors"
        if what == "missing":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:-1000] + bytes(1000))
        with pytest.raises(WeightsError) as caught:
            ModelReader.open(folder=folder)
        assert caught.value.code == f"weights_{what}"


def test_every_command_explains_itself() -> None:
    for command in ("score", "train", "evaluate", "phantom", "benchmark", "agree"):
        done = run([command, "--help"])
        assert done.returncode == 0 and len(done.stdout) > 300
