"""The score of a study: mean, adjudicated, missing visits, and what describes it. All numbers by hand."""

import numpy as np
import pytest

from core.agreement.study_score import (
    Adjudicator,
    MissingVisit,
    adjudicated_score,
    adjudicator_of,
    described,
    mean_score,
    pool_score,
    reader_score,
    score_changes,
    score_words,
    with_missing,
)
from tests.core.agreement.studies import totals_study

TRIAL = {"A": [[10, 12], [20, 40], [5, None]], "B": [[12, 16], [20, 22], [7, 9]], "C": [[9, 9], [21, 26], [6, 6]]}


def test_the_mean_of_two_counts_where_both_do_and_a_pool_where_anybody_does() -> None:
    study = totals_study(TRIAL)
    assert mean_score(study, ("A", "B")).totals[0].tolist() == [11, 14]
    assert np.isnan(mean_score(study, ("A", "B")).totals[2, 1])
    assert pool_score(study, ("A", "B")).totals[2].tolist() == [6, 9]


@pytest.mark.parametrize(
    ("how", "second"),
    [(Adjudicator.THIRD, [21, 26]), (Adjudicator.CONSENSUS, [21, 26]), (Adjudicator.NEAREST_TWO, [20, 24])],
)
def test_an_adjudicated_score_takes_what_is_chosen_where_changes_lie_apart(
    how: Adjudicator, second: list[float]
) -> None:
    score = adjudicated_score(totals_study(TRIAL), ("A", "B"), "C", how)
    assert score.totals[0].tolist() == [11, 14]  # changes 2 and 4
    assert score.totals[1].tolist() == second  # changes 20 and 2; at V1 20, 20, 21 and at V2 40, 22, 26
    assert how.value in score.name and "C" in score.name
    with pytest.raises(ValueError, match="A is one of the two"):
        adjudicated_score(totals_study(TRIAL), ("A", "B"), "A", how)


def test_the_rule_of_adjudication_is_known_by_its_first_word() -> None:
    assert adjudicator_of("third") is Adjudicator.THIRD and adjudicator_of(" Nearest two ") is Adjudicator.NEAREST_TWO
    with pytest.raises(ValueError, match="by third reader, nearest two and consensus, not by 'dice'"):
        adjudicator_of("dice")


def test_a_score_is_told_by_visit_with_those_who_have_one() -> None:
    study = totals_study(TRIAL)
    assert score_words(study, mean_score(study, ("A", "B"))) == "V1 12.33 (3 patients), V2 22.50 (2 patients)"


def test_missing_visits_by_three_rules() -> None:
    values: list[list[float | None]] = [[10, 13, None], [4, None, 10], [8, None, None], [1, 2, 3]]
    study = totals_study({"A": values, "B": values}, visits=["BL", "M6", "M18"])
    score = mean_score(study, ("A", "B"))
    line = with_missing(study, score, MissingVisit.EXTRAPOLATION)
    assert (
        line.totals[0, 2] == pytest.approx(10 + 3 * 3)
        and line.totals[1, 1] == pytest.approx(6)
        and np.isnan(line.totals[2, 2])
    )
    assert line.filled.sum() == 2 and "linear extrapolation" in line.name
    carried = with_missing(study, score, MissingVisit.LOCF)
    assert carried.totals[:3].tolist() == [[10, 13, 13], [4, 4, 10], [8, 8, 8]]
    complete = with_missing(study, score, MissingVisit.COMPLETERS)
    assert np.isfinite(complete.totals).all(axis=1).tolist() == [False, False, False, True]
    assert np.isnan(with_missing(study, score, MissingVisit.OBSERVED).totals[0, 2])


def test_extrapolation_needs_time_and_stays_within_the_score() -> None:
    unknown = totals_study({"A": [[1, 2, None]], "B": [[1, 2, 3]]})
    with pytest.raises(ValueError, match="needs visits whose names tell the time"):
        with_missing(unknown, reader_score(unknown, "A"), MissingVisit.EXTRAPOLATION)
    steep = totals_study({"A": [[300, 440, None], [9, 2, None]], "B": [[1, 2, 3]] * 2}, visits=["BL", "M6", "M12"])
    assert with_missing(steep, reader_score(steep, "A"), MissingVisit.EXTRAPOLATION).totals[:, 2].tolist() == [448, 0]


def test_changes_have_their_years_and_rows_their_moments() -> None:
    study = totals_study({"A": [[0, 4], [2, 10]], "B": [[0, 4], [2, 10]]}, visits=["2024-01-01", "2025-01-01"])
    score = reader_score(study, "A")
    assert [(c.change, c.years) for c in score_changes(study, score)] == [(4, 1), (8, 1)]
    first, last = described(study, [score])
    assert (first["n"], first["mean"], first["median"], first["group"]) == (2, 1, 1, "all")
    assert (last["change mean"], last["change Q1"], last["change n"]) == (6, 5, 2) and last[
        "change SD"
    ] == pytest.approx(8**0.5)
