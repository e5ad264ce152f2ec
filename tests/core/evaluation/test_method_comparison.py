import numpy as np
import pytest
from scipy.stats import ttest_rel

from core.evaluation.method_comparison import intervals, total_comparison


def test_limits_of_agreement_worked_by_hand() -> None:
    # differences 1, 2, 3: mean 2, standard deviation 1
    found = total_comparison(np.array([0.0, 0, 0]), np.array([1.0, 2, 3]))
    assert (found["bias"], found["limits"]) == (2, [0.04, 3.96])


def test_a_comparison_worked_by_hand() -> None:
    found = total_comparison(np.array([0.0, 10, 20, 30]), np.array([3.0, 9, 21, 27]))
    assert found["mae"] == 2 and found["rmse"] == pytest.approx(5**0.5, abs=1e-3) and found["bias"] == 0
    assert found["p"] == round(float(ttest_rel([3.0, 9, 21, 27], [0.0, 10, 20, 30]).pvalue), 4) == 1


def test_a_difference_that_is_not_shown_is_no_agreement() -> None:
    rng = np.random.default_rng(0)
    truth = rng.exponential(40, 60)
    found = total_comparison(truth, truth + 30 * np.where(np.arange(60) % 2, 1, -1))
    assert found["p"] > 0.05 and found["limits"][1] - found["limits"][0] > 110


def test_intervals_hold_the_figure_and_come_again() -> None:
    rng = np.random.default_rng(1)
    a = rng.random(80)
    b = a + rng.normal(0, 0.2, 80)
    low, high = intervals(a, b)["rmse"]
    assert low < np.sqrt(np.mean((a - b) ** 2)) < high < 0.3 and [low, high] == intervals(a, b)["rmse"]
    chosen = np.random.default_rng(0).integers(80, size=(1000, 80))
    drawn = [np.corrcoef(a[c], b[c])[0, 1] for c in chosen]
    assert intervals(a, b)["pearson"] == pytest.approx(np.percentile(drawn, (2.5, 97.5)))


def test_what_is_not_defined_is_none_and_what_cannot_be_compared_is_refused() -> None:
    flat = total_comparison(np.array([1.0, 2, 3]), np.array([2.3, 2.3, 2.3]))
    assert flat["rho"] is None and flat["rho_interval"] == [None, None]
    assert total_comparison(np.array([1.0, 2, 3]), np.array([2.0, 3, 4]))["p"] is None
    for pair in (([1.0], [1.0]), ([1.0, 2, 3], [1.0, 2])):
        with pytest.raises(ValueError, match="three patients"):
            total_comparison(np.array(pair[0]), np.array(pair[1]))
