import numpy as np
import pytest

from core.evaluation.weighted_errors import severity_weights, weighted_mae, weighted_rmse


def test_weighted_errors_worked_by_hand() -> None:
    truth, estimate, weights = np.array([0.0, 4, 10]), np.array([1.0, 2, 10]), np.array([1.0, 3, 9])
    assert weighted_mae(truth, estimate, weights) == pytest.approx((1 * 1 + 3 * 2) / 3)
    assert weighted_rmse(truth, estimate, weights) == pytest.approx(((1 * 1 + 3 * 4) / 3) ** 0.5)


def test_our_weights_have_mean_1_and_grow_with_damage() -> None:
    assert severity_weights(np.array([0.0, 2, 4])).tolist() == [0.5, 1.0, 1.5]
    assert severity_weights(np.zeros(3)).tolist() == [1, 1, 1]


def test_equal_weights_are_the_plain_errors() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random(50), rng.random(50)
    assert weighted_mae(a, b, np.ones(50)) == pytest.approx(np.abs(a - b).mean())
    assert weighted_rmse(a, b, np.ones(50)) == pytest.approx(((a - b) ** 2).mean() ** 0.5)


@pytest.mark.parametrize(("truth", "weights"), [([], []), ([1.0], [-1.0]), ([1.0], [1.0, 1.0]), ([1.0], [np.nan])])
def test_arrays_that_do_not_fit_are_refused(truth: list[float], weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        weighted_mae(np.array(truth), np.array(truth), np.array(weights))
