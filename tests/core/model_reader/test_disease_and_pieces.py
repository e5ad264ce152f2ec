"""The compact weights on what used to be refused: pieces of hands, real wrists with arthritis, films light for dark."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.anatomy.parts import WRIST_JOINTS
from core.model_reader import ModelReader, Unscored, as_read
from core.model_reader.codes import FlagCode, Refusal
from core.radiograph import open_film
from core.radiograph.film import TURNED_ROUND, NoteKind, Radiograph
from core.svh import Limb, Side

ROOT = Path(__file__).parents[3]
WRISTS = ROOT.parent / "shared" / "films" / "ra_wrist"


@cache
def reader() -> ModelReader:
    return ModelReader.open("compact", "cpu")


def sample(name: str) -> Radiograph:
    path = ROOT / "pages" / "sample_case" / name
    return open_film(path.read_bytes(), path.name)


def cut(film: Radiograph, rows: slice, name: str) -> Radiograph:
    return Radiograph(np.ascontiguousarray(film.pixels[rows]), name, "0" * 64)


def test_a_film_light_for_dark_is_noticed_turned_round_and_said() -> None:
    film = sample("P0042-LH.jpg")
    (upright,) = reader().read_film(film)
    wrong = Radiograph(np.float32(1) - film.pixels, "film", film.sha256)
    (turned,) = reader().read_film(wrong)
    assert TURNED_ROUND in [str(note) for note in turned.notes if note.kind is NoteKind.POLARITY]
    assert not [note for note in upright.notes if note.kind is NoteKind.POLARITY]
    assert [c.points for c in turned.cells] == [c.points for c in upright.cells]
    np.testing.assert_allclose(as_read(wrong, (turned,)).pixels, film.pixels, atol=1e-6)
    assert as_read(film, (upright,)) is film


def test_of_half_a_hand_the_sites_that_show_are_scored_and_the_rest_is_not_on_the_film() -> None:
    film = sample("P0042-LH.jpg")
    (whole,) = reader().read_film(film)
    row = int(min(j.y for j in whole.joints if j.name in ("CMC3", "CMC4", "CMC5"))) - 60
    (half,) = reader().read_film(cut(film, slice(row, None), "wrist"))
    assert half.scored and half.limb is Limb.HAND and half.side is Side.L
    scored = {c.site.joint for c in half.cells if c.scorable}
    assert len(scored) >= 10 and scored <= {*WRIST_JOINTS, "MCP1"}
    gone = {c.why_unscored for c in half.cells if c.site.joint.startswith("PIP")}
    assert gone == {Unscored.NOT_ON_FILM}
    assert FlagCode.PART_OF_LIMB in [flag.code for flag in half.flags]


def test_two_hands_on_one_picture_are_two_limbs() -> None:
    left, right = sample("P0042-LH.jpg"), sample("P0042-RH.jpg")
    height = min(left.height_px, right.height_px)
    both = np.hstack([left.pixels[:height], right.pixels[:height]])
    readings = reader().read_film(Radiograph(np.ascontiguousarray(both), "both", "1" * 64))
    assert sorted((r.limb, r.side) for r in readings if r.scored) == [(Limb.HAND, Side.L), (Limb.HAND, Side.R)]


def test_a_film_without_a_limb_is_refused_also_when_it_is_to_be_scored_anyway() -> None:
    rng = np.random.default_rng(0)
    noise = Radiograph(rng.random((600, 500), np.float32), "noise", "2" * 64)
    for force in (False, True):
        (reading,) = reader().read_film(noise, force=force)
        assert not reading.scored and reading.code is Refusal.NO_LIMB and not reading.cells


@pytest.mark.skipif(not WRISTS.is_dir(), reason="the wrists of RAM-W600 are not beside the project")
@pytest.mark.parametrize("name", ["0143_0006_R.bmp", "0185_0001_L.bmp", "0219_0001_L.bmp"])
def test_a_real_wrist_with_arthritis_is_a_hand_with_its_side(name: str) -> None:
    film = open_film((WRISTS / name).read_bytes(), "film.bmp")
    (reading,) = reader().read_film(film)
    assert reading.scored and reading.limb is Limb.HAND and reading.side is Side(name[-5])
    assert {c.site.joint for c in reading.cells if c.scorable} >= set(WRIST_JOINTS) - {"CMC1"}
