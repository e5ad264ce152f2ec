"""Films of a visit are read one after the other: what is held, told and flagged."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.study import as_radiograph
from core.joint_scoring.scorer import JointScorer, LimbJoints
from core.model_reader import ModelReader
from core.phantom import phantom_visit
from core.radiograph import Radiograph
from core.svh import Limb, Side


@pytest.fixture(scope="module")
def reader() -> ModelReader:
    return ModelReader.open("compact", "cpu")


@pytest.fixture(scope="module")
def films() -> list[Radiograph]:
    return [as_radiograph(film) for film in phantom_visit(4_000_001).values()]


def test_a_film_is_scored_before_the_next_one_is_opened(reader: ModelReader, films: list[Radiograph]) -> None:
    opened = []

    def one_by_one() -> Iterator[Radiograph]:
        for film in films:
            opened.append(film.name)
            yield film

    for number, readings in enumerate(reader.read_films(one_by_one()), 1):
        assert len(opened) == number and readings[0].scored
    assert number == 4


def test_the_networks_never_see_more_than_one_film_of_a_visit(
    reader: ModelReader, films: list[Radiograph], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    score = JointScorer.score

    def counted(self: JointScorer, limbs: list[LimbJoints]) -> list:
        seen.append(len({id(limb.pixels) for limb in limbs}))
        return score(self, limbs)

    monkeypatch.setattr(JointScorer, "score", counted)
    reader.read_visit(films, patient="P1")
    assert seen == [1, 1, 1, 1]


def test_the_same_file_is_read_once_and_a_second_film_of_a_limb_is_flagged(
    reader: ModelReader, films: list[Radiograph]
) -> None:
    again = replace(films[0], name="again.png")
    other = replace(films[0], name="other.png", sha256=hashlib.sha256(b"other").hexdigest())
    shares: list[float] = []
    visit = reader.read_visit(
        [films[0], again, other], patient="P1", progress=lambda stage, share: shares.append(share)
    )
    first, second, third = visit.films
    assert (second.code, second.reason) == ("duplicate", f"This is the same file as {first.file}; it was read once.")
    assert "same limb and side as an earlier film" in third.flags[-1].text and first.file not in third.flags[-1].text
    assert first.flags == third.flags[:-1] and visit.counted == (first,)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_two_hands_and_two_feet_on_one_picture_are_four_limbs(reader: ModelReader) -> None:
    hands, feet = [], []
    for (limb, _), film in phantom_visit(5, mm_per_px=0.4).items():
        (hands if limb is Limb.HAND else feet).append(film.pixels)

    def beside(pictures: list[np.ndarray], wide: int = 0) -> np.ndarray:
        high = max(len(each) for each in pictures)
        row = np.hstack([np.pad(each, ((high - len(each), 0), (0, 0))) for each in pictures])
        return np.pad(row, ((0, 0), (0, max(0, wide - row.shape[1]))))

    wide = max(beside(hands).shape[1], beside(feet).shape[1])
    picture = np.vstack([beside(hands, wide), beside(feet, wide)]).astype(np.float32)
    found = reader.read_film(Radiograph(picture, "all.png", "a" * 64))
    assert all(film.scored for film in found)
    assert {(film.limb, film.side) for film in found} == {(limb, side) for limb in Limb for side in Side}
