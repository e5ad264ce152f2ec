"""Whole-hand networks on real hands: points for undamaged ones, and how they follow painted damage."""

from typing import Any, cast

import numpy as np
import pytest

from core.cohort.labelled_film import LabelledFilm
from core.evaluation.study import Pair, whole_hand_figures
from core.model_reader import FilmReading, FilmStatus, ModelReader, VisitReading
from core.svh import SITES, Limb, Side
from core.whole_hand import TotalScore, WholeHandScorer

SITE = SITES[Limb.HAND][0]


def film(estimate: float, points: int = 0, limb: Limb = Limb.HAND) -> LabelledFilm:
    pixels = np.full((4, 4), estimate / 280, np.float32)
    return LabelledFilm(pixels, limb, Side.L, {}, {SITE: points}, "refused" if not estimate else str(estimate), "made")


class Reader:
    """Finds a left hand on every film but the refused ones."""

    def read_visit(self, films: list[Any], *, patient: str) -> VisitReading:
        status = FilmStatus.REFUSED if patient == "refused" else FilmStatus.SCORED
        reading = FilmReading(patient, films[0].sha256, status, None, "", 4, 4, Limb.HAND, Side.L)
        return VisitReading(patient, (reading,))


class Network:
    """Gives the points that the brightness of the film says, `spread` more or less."""

    def __init__(self, spread: float) -> None:
        self.spread = spread

    def score(self, pairs: list[Pair]) -> list[TotalScore]:
        ((left, right),) = pairs
        assert left is not None and right is None
        estimate = float(left.mean()) * 280
        return [TotalScore(estimate, max(0.0, estimate - self.spread), estimate + self.spread, 1)]


def figures(large: list[LabelledFilm], small: list[LabelledFilm], painted: list[LabelledFilm]) -> dict[str, Any]:
    networks = {"narrow": Network(5), "wide": Network(50)}
    found = whole_hand_figures(
        cast(ModelReader, Reader()), cast(dict[str, WholeHandScorer], networks), large, small, painted
    )
    assert list(found) == ["narrow", "wide"]
    return found


def test_undamaged_and_painted_hands_are_told_apart() -> None:
    large = [film(2), film(8), film(0), film(30, limb=Limb.FOOT)]
    painted = [film(1, 2), film(6, 3), film(14, 4), film(90, 1, Limb.FOOT)]
    found = figures(large, [film(1)], painted)
    narrow = found["narrow"]
    assert (narrow["large_mean"], narrow["large_worst"], narrow["large_hands"]) == (5.0, 8.0, 2)
    assert narrow["large_interval_holds_0"] == 0.5 and narrow["small_interval_holds_0"] == 1.0
    assert narrow["painted_hands"] == 3 and narrow["painted_r"] == pytest.approx(0.991, abs=0.001)
    assert narrow["painted_rmse"] == pytest.approx(((1 + 9 + 100) / 3) ** 0.5, abs=0.05)
    assert narrow["painted_interval_holds_truth"] == pytest.approx(2 / 3, abs=0.001)
    assert found["wide"]["painted_interval_holds_truth"] == found["wide"]["large_interval_holds_0"] == 1.0


def test_nothing_is_said_of_no_films() -> None:
    assert figures([film(0)], [], []) == {"narrow": {}, "wide": {}}


def test_a_network_that_gives_every_hand_the_same_has_no_correlation() -> None:
    found = figures([], [], [film(4, 2), film(4, 3), film(4, 9)])
    assert found["narrow"]["painted_r"] is None and found["narrow"]["painted_hands"] == 3
