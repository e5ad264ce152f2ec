"""Figures of joint spaces: their arithmetic by hand, and that phantoms give what was done to them."""

import numpy as np
import pytest

from core.cohort.labelled_film import LabelledFilm
from core.evaluation.films_again import Again, Take
from core.evaluation.measures import change_figures, repeat_figures, width_figures
from core.measure import JointChange, JointWidth, Unmeasured, Unregistered
from core.svh import Limb, Side

FILM = LabelledFilm(np.zeros((4, 4), np.float32), Limb.HAND, Side.L, {}, {}, "a", "phantom")


def take(truth: float, found: float | None) -> Take:
    if found is None:
        return Take(FILM, {"MCP2": truth}, {"MCP2": JointWidth("MCP2", Unmeasured.FLEXED)})
    return Take(FILM, {"MCP2": truth}, {"MCP2": JointWidth("MCP2", None, 10.0, found, found - 0.1, found + 0.1)})


def test_bias_spread_share_and_how_often_the_interval_holds() -> None:
    row = width_figures([take(1.0, 1.05), take(1.0, 1.25), take(2.0, None), take(2.0, 2.0)])["MCP hand"]
    # errors .05, .25, 0: mean .1, SD .132; the interval of .1 holds two of three; three of four are measured
    assert (row["measured"], row["share of undamaged"], row["bias"], row["median"]) == (3, 0.75, 0.1, 0.05)
    assert (row["SD"], row["interval holds"]) == (0.132, 0.667)


def test_films_taken_again_give_the_smallest_detectable_change_and_the_area() -> None:
    figures = change_figures([0.0, 0.1, -0.1], [-0.2, -0.1, 0.1])
    # changes 0, .1, -.1 (SD .1, SDC .196) against -.2, -.1, .1: 5 pairs lie the right way, 2 are equal
    assert (figures["joints"], figures["SD"], figures["SDC"]) == (3, 0.1, 0.196)
    assert figures["AUC"] == pytest.approx((5 + 2 / 2) / 9, abs=0.001)
    assert change_figures([], []) == {"joints": 0}


def test_changes_by_the_bones_are_counted_by_kind_with_the_share_that_is_told() -> None:
    told = JointChange("MCP2", None, 0.04, -0.06, 0.14, 0.12)
    off = JointChange("MCP3", None, 0.2, 0.1, 0.3, 0.12)
    less = JointChange("MCP2", None, -0.1, -0.2, 0.0, 0.12)
    none = JointChange("MCP4", Unregistered.OTHER_LIE)
    rows = [Again("MCP2", (0.1, -0.2), (told, less)), Again("MCP3", (0.3, 0.1), (off, less))]
    rows.append(Again("MCP4", (0.0, 0.0), (none, none)))
    figures = repeat_figures(rows)
    assert figures["by two widths"]["joints"] == 3
    for way in ("by the bones", "by the bones, MCP"):
        assert figures[way]["joints"] == 2 and figures[way]["share told"] == 0.667
        assert figures[way]["interval holds"] == 0.5 and figures[way]["mean change"] == 0.12
    assert figures["by the bones, PIP"] == {"joints": 0}
