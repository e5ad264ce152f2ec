"""Printed numbers of the papers, independent implementations, and what the coefficients do when scores change."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from core.agreement.coefficients import (
    icc,
    pair,
    quadratic_kappa,
    smallest_change,
    table_kappa,
    weighted_kappa,
)

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
grades = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=60)
scores = st.lists(st.tuples(st.integers(0, 448), st.integers(0, 448)), min_size=3, max_size=60)


def columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.array(rows).T
    return first, second


def test_the_six_intraclass_correlations_of_shrout_and_fleiss_1979() -> None:
    found = {name: round(value, 2) for name, value in icc(SHROUT_FLEISS).items()}
    assert found == {"icc_1": 0.17, "icc_a1": 0.29, "icc_c1": 0.71, "icc_1k": 0.44, "icc_ak": 0.62, "icc_ck": 0.91}


def test_the_peak_flow_meters_of_bland_and_altman_1986() -> None:
    found = pair(WRIGHT, MINI)
    assert round(found["bias"], 1) == -2.1 and round(found["sd_difference"], 1) == 38.8
    # The paper takes 2 SD, not 1.96.
    assert round(found["bias"] - 2 * found["sd_difference"], 1) == pytest.approx(-79.7, abs=0.11)
    assert round(found["bias"] + 2 * found["sd_difference"], 1) == pytest.approx(75.5, abs=0.11)
    assert found["upper_limit"] - found["lower_limit"] == pytest.approx(2 * 1.96 * found["sd_difference"])
    assert round(found["pearson"], 2) == 0.94


def test_the_weighted_kappa_of_cohen_1968() -> None:
    shares = [[0.44, 0.07, 0.09], [0.05, 0.20, 0.05], [0.01, 0.03, 0.06]]
    assert round(table_kappa(shares, [[0, 1, 3], [1, 0, 6], [3, 6, 0]]), 3) == 0.348
    assert round(table_kappa(shares, 1 - np.eye(3)), 3) == 0.492


def test_lin_is_pearson_times_his_bias_correction() -> None:
    # Lin 1989 computed a second way, r times C_b; the printed examples of the paper are not used.
    a, b = np.array(WRIGHT, float), np.array(MINI, float)
    shift, scale = (a.mean() - b.mean()) / math.sqrt(a.std() * b.std()), a.std() / b.std()
    c_b = 2 / (scale + 1 / scale + shift**2)
    assert pair(a, b)["lin"] == pytest.approx(np.corrcoef(a, b)[0, 1] * c_b, rel=1e-12)


def test_everything_by_hand_on_three_patients() -> None:
    # d = 1, 2, -3: mean 0, SD sqrt(14/2) = 2.6458
    found = pair([11, 22, 27], [10, 20, 30])
    assert found["bias"] == 0 and found["mae"] == 2
    assert found["rmse"] == pytest.approx(math.sqrt(14 / 3)) and found["sem"] == pytest.approx(math.sqrt(3.5))
    # slope: 2 (saa - sbb) / (saa + sbb + 2 sab) = 2 (134 - 200) / (134 + 200 + 320)
    assert found["slope"] == pytest.approx(2 * (134 - 200) / (134 + 200 + 320))
    assert (found["mean_first"], found["mean_second"], found["sd_second"]) == (20, 20, 10)


def test_the_slope_is_the_regression_of_the_difference_on_the_mean() -> None:
    a, b = np.array(WRIGHT, float), np.array(MINI, float)
    assert pair(a, b)["slope"] == pytest.approx(stats.linregress((a + b) / 2, a - b).slope)


def test_the_forms_of_the_smallest_difference_and_change() -> None:
    sd = np.asarray(10.0)
    assert {k: round(float(v), 3) for k, v in smallest_change(sd, change=False).items()} == {
        "sdd_one": 19.6,
        "sdd_mean": 13.859,
    }
    assert {k: round(float(v), 3) for k, v in smallest_change(sd, change=True).items()} == {
        "sdc_one": 13.859,
        "sdc_mean": 9.8,
    }


@settings(deadline=None)
@given(grades, st.sampled_from([1, 2]))
def test_kappa_is_that_of_scikit_learn(rows: list[tuple[int, int]], power: int) -> None:
    a, b = columns(rows)
    assume(len(set(a)) > 1 or len(set(b)) > 1)
    theirs = cohen_kappa_score(a, b, labels=list(range(6)), weights="linear" if power == 1 else "quadratic")
    assert weighted_kappa(a, b, grades=6, power=power) == pytest.approx(theirs, abs=1e-9)
    if power == 2:
        assert quadratic_kappa(a.astype(float), b) == pytest.approx(theirs, abs=1e-9)


@settings(deadline=None)
@given(scores)
def test_pearson_spearman_and_the_t_test_are_those_of_scipy(rows: list[tuple[int, int]]) -> None:
    a, b = columns(rows)
    assume(np.ptp(a) > 0 and np.ptp(b) > 0 and np.ptp(a - b) > 0)
    found = pair(a, b)
    assert found["pearson"] == pytest.approx(stats.pearsonr(a, b).statistic, abs=1e-7)
    assert found["spearman"] == pytest.approx(stats.spearmanr(a, b).statistic)
    assert found["t_test_p"] == pytest.approx(stats.ttest_rel(a, b).pvalue)


@settings(deadline=None)
@given(scores)
def test_the_anova_has_the_mean_squares_of_its_definition(rows: list[tuple[int, int]]) -> None:
    x = np.array(rows, float)
    n, k = x.shape
    subjects = k * ((x.mean(1) - x.mean()) ** 2).sum() / (n - 1)
    readers = n * ((x.mean(0) - x.mean()) ** 2).sum() / (k - 1)
    rest = ((x - x.mean(1, keepdims=True) - x.mean(0) + x.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    below = subjects + (k - 1) * rest + k * (readers - rest) / n
    assume(below > 1e-6 * (subjects + rest))
    assert icc(x)["icc_a1"] == pytest.approx((subjects - rest) / below, rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(scores)
def test_readers_swapped_turn_the_signs_and_nothing_else(rows: list[tuple[int, int]]) -> None:
    a, b = columns(rows)
    there, back = pair(a, b), pair(b, a)
    for name in ("bias", "slope"):
        assert there[name] == pytest.approx(-back[name], nan_ok=True)
    assert there["lower_limit"] == pytest.approx(-back["upper_limit"])
    for name in ("sem", "pearson", "lin", "mae", "rmse", "spearman", "t_test_p"):
        assert there[name] == pytest.approx(back[name], nan_ok=True)
    assert there["mean_first"] == back["mean_second"] and there["sd_first"] == back["sd_second"]
    ours, theirs = icc(np.stack([a, b], 1)), icc(np.stack([b, a], 1))
    assert ours == pytest.approx(theirs, nan_ok=True, abs=1e-9)


@settings(deadline=None)
@given(scores, st.integers(1, 200))
def test_a_shift_of_one_reader_moves_bias_and_absolute_agreement_alone(rows: list[tuple[int, int]], by: int) -> None:
    a, b = columns(rows)
    before, after = pair(a, b), pair(a + by, b)
    assert after["bias"] == pytest.approx(before["bias"] + by)
    for name in ("sd_difference", "pearson", "spearman", "slope"):
        assert after[name] == pytest.approx(before[name], nan_ok=True, rel=1e-8, abs=1e-9)
    ours, shifted = icc(np.stack([a, b], 1)), icc(np.stack([a + by, b], 1))
    assert shifted["icc_c1"] == pytest.approx(ours["icc_c1"], nan_ok=True, abs=1e-9)


@settings(deadline=None)
@given(scores, st.integers(2, 9))
def test_a_scale_of_both_readers_scales_the_errors_and_keeps_the_coefficients(
    rows: list[tuple[int, int]], by: int
) -> None:
    a, b = columns(rows)
    before, after = pair(a, b), pair(by * a, by * b)
    for name in ("bias", "sd_difference", "sem", "mae", "rmse", "lower_limit"):
        assert after[name] == pytest.approx(by * before[name])
    for name in ("pearson", "lin", "slope", "spearman"):
        assert after[name] == pytest.approx(before[name], nan_ok=True, rel=1e-8, abs=1e-9)
    assert icc(by * np.stack([a, b], 1)) == pytest.approx(icc(np.stack([a, b], 1)), nan_ok=True, rel=1e-8, abs=1e-9)


@settings(deadline=None)
@given(scores)
def test_equal_readers_agree_fully(rows: list[tuple[int, int]]) -> None:
    a, _ = columns(rows)
    found = pair(a, a)
    assert found["bias"] == found["sd_difference"] == found["rmse"] == found["mae"] == 0
    if np.ptp(a) > 0:
        assert found["pearson"] == found["lin"] == 1
        assert icc(np.stack([a, a], 1))["icc_a1"] == pytest.approx(1)


def test_nothing_is_made_up_where_nothing_varies() -> None:
    found = pair([3, 3, 3], [3, 3, 3])
    assert all(math.isnan(found[name]) for name in ("pearson", "spearman", "lin", "slope", "t_test_p"))
    assert all(math.isnan(value) for value in icc([[2, 2], [2, 2]]).values())
    assert math.isnan(weighted_kappa([0, 0], [0, 0], grades=6, power=2))
    assert math.isnan(quadratic_kappa([], []))


def test_one_pair_has_a_difference_and_no_spread_and_none_has_nothing() -> None:
    one, none = pair([3], [5]), pair([], [])
    assert (one["bias"], one["mae"], one["rmse"]) == (-2, 2, 2)
    assert all(math.isnan(one[name]) for name in ("sd_difference", "sem", "pearson", "spearman", "t_test_p"))
    assert all(math.isnan(value) for value in none.values())


def test_two_grades_are_enough_for_a_rank_and_a_test() -> None:
    a, b = [0, 1, 1, 0, 1], [0, 1, 0, 0, 0]
    found = pair(a, b)
    assert found["spearman"] == pytest.approx(stats.spearmanr(a, b).statistic)
    assert found["t_test_p"] == pytest.approx(stats.ttest_rel(a, b).pvalue)
    assert math.isnan(pair([0, 1], [1, 0])["spearman"])
    assert math.isnan(pair([1, 2, 4], [2, 3, 5])["t_test_p"])  # every difference is the same
