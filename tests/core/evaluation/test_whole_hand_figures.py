"""The whole-hand network on real hands: points for undamaged ones, and how it follows painted damage."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from core.cohort.labelled_film import LabelledFilm
from core.evaluation.study import whole_hand_figures
from core.model_reader import ModelReader
from core.svh import SITES, Limb, Side
from core.whole_hand import TotalScore

SITE = SITES[Limb.HAND][0]


def film(name: str, points: int = 0, limb: Limb = Limb.HAND) -> LabelledFilm:
    return LabelledFilm(np.zeros((4, 4), np.float32), limb, Side.L, {}, {SITE: points}, name, "made")


class Reader:
    """Gives the points that the name of the film says, five more or less; none to a film that is refused."""

    def read_visit(self, films: list[Any], *, patient: str) -> SimpleNamespace:
        if patient == "refused":
            return SimpleNamespace(whole_hand=None)
        estimate = float(patient)
        return SimpleNamespace(whole_hand=TotalScore(estimate, max(0.0, estimate - 5), estimate + 5, 1))


def test_undamaged_and_painted_hands_are_told_apart() -> None:
    reader = cast(ModelReader, Reader())
    large = [film("2"), film("8"), film("refused"), film("30", limb=Limb.FOOT)]
    painted = [film("1", 2), film("6", 3), film("14", 4), film("90", 1, Limb.FOOT)]
    figures = whole_hand_figures(reader, large, [film("0")], painted)
    assert (figures["large_mean"], figures["large_worst"], figures["large_hands"]) == (5.0, 8.0, 2)
    assert figures["large_interval_holds_0"] == 0.5 and figures["small_interval_holds_0"] == 1.0
    assert figures["painted_hands"] == 3 and figures["painted_r"] == pytest.approx(0.991, abs=0.001)
    assert figures["painted_rmse"] == pytest.approx(((1 + 9 + 100) / 3) ** 0.5, abs=0.05)
    assert figures["painted_interval_holds_truth"] == pytest.approx(2 / 3, abs=0.001)


def test_nothing_is_said_of_no_films() -> None:
    assert whole_hand_figures(cast(ModelReader, Reader()), [replace(film("refused"))], [], []) == {}
