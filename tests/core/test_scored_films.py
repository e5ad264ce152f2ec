"""What the command line gives to whole films.

The same bytes again, one count for one hand, the same points however it lies.
"""

import json
from pathlib import Path

from PIL import Image

from tests.core.test_command_line import SAMPLE, run


def test_the_same_films_give_the_same_bytes_with_one_and_two_threads(tmp_path: Path) -> None:
    for threads in (1, 2):
        assert run(["score", SAMPLE, "--out", tmp_path / str(threads)], threads=threads).returncode == 0
    one, two = ((tmp_path / threads / "readings.json").read_bytes() for threads in "12")
    assert one == two


def test_five_films_of_one_hand_count_once(tmp_path: Path) -> None:
    films = tmp_path / "P7"
    films.mkdir()
    picture = Image.open(SAMPLE / "P0042-LH.jpg")
    for n in range(5):
        picture.point(lambda v, n=n: max(0, v - 3 * n)).save(films / f"{n}.png")
    assert run(["score", films, "--out", tmp_path / "out"]).returncode == 0
    whole = json.loads((tmp_path / "out" / "readings.json").read_text())
    first = whole["films"][0]
    assert whole["visits"][0]["total"] == first["erosion"] + first["jsn"]
    assert all(any("only that one counts" in flag for flag in f["flags"]) for f in whole["films"][1:])


def test_turned_and_mirrored_films_keep_their_score(tmp_path: Path) -> None:
    films = tmp_path / "P8"
    films.mkdir()
    picture = Image.open(SAMPLE / "P0042-RH.jpg")
    for n, turned in enumerate((picture, picture.rotate(180), picture.rotate(90, expand=True), picture.transpose(0))):
        turned.save(films / f"turn{n}.png")
    assert run(["score", films, "--out", tmp_path / "out"]).returncode == 0
    rows = json.loads((tmp_path / "out" / "readings.json").read_text())["films"]
    assert [r["status"] for r in rows] == ["scored"] * 4 and [r["limb"] for r in rows] == ["HAND"] * 4
    assert [r["side"] for r in rows] == ["R", "R", "R", "L"]
    totals = [r["erosion"] + r["jsn"] for r in rows]
    assert max(totals) - min(totals) <= max(4, 0.25 * totals[0])
