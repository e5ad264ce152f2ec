import numpy as np
import pytest
import torch

from core.whole_hand import TotalCalibration, WholeHandNetwork, WholeHandScorer, WholeHandSettings
from core.whole_hand.picture import both_hands


def film(seed: int, height: int = 80, width: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width)).astype(np.float32)


def test_the_left_hand_lies_on_the_left_and_a_film_keeps_its_shape() -> None:
    left = np.zeros((100, 40), np.float32)
    left[:, 30:] = 1  # the thumb's side of a left hand
    picture = both_hands(left, np.zeros((100, 40), np.float32), 200)
    assert picture.shape == (200, 200) and picture[:, 100:].max() == 0
    rows, columns = np.nonzero(picture > 0.5)
    assert columns.max() < 100
    assert np.ptp(rows) + 1 == 192 and np.ptp(columns) + 1 == pytest.approx(10 * 1.92, abs=1)


def test_a_missing_hand_is_the_mirror_of_the_other() -> None:
    one = both_hands(film(1), None, 96)
    np.testing.assert_allclose(one[:, :48], one[:, 48:][:, ::-1], atol=1e-6)
    np.testing.assert_array_equal(one[:, :48], both_hands(film(1), film(2), 96)[:, :48])
    with pytest.raises(ValueError, match="at least one hand"):
        both_hands(None, None, 96)


def test_two_plates_of_different_brightness_are_made_even() -> None:
    picture = both_hands(film(1) * 0.2, film(1)[:, ::-1] * 0.9 + 0.1, 96)
    np.testing.assert_allclose(picture[:, :48], picture[:, 48:][:, ::-1], atol=0.03)


@pytest.fixture(scope="module")
def scorer() -> WholeHandScorer:
    torch.manual_seed(0)
    network = WholeHandNetwork(WholeHandSettings("mobilenet_v2", 64, mean_points=60.0, sd_points=30.0))
    return WholeHandScorer(network, TotalCalibration(4.0, 0.1), device=torch.device("cpu"))


def test_scores_in_points_with_their_interval(scorer: WholeHandScorer) -> None:
    both, one = scorer.score([(film(1), film(2)), (None, film(2))])
    with torch.no_grad():
        z = float(scorer.network(scorer.pictures([(film(1), film(2))]))[0])
    assert both.hands == 2 and both.estimate == pytest.approx(np.clip(60 + 30 * z, 0, 280), abs=1e-3)
    assert both.high - both.estimate == pytest.approx(4 + 0.1 * both.estimate)
    assert one.hands == 1 and 0 <= one.low <= one.estimate <= one.high <= 140
    assert scorer.score([]) == []


def test_the_lock_is_free_again_after_a_score(scorer: WholeHandScorer) -> None:
    scorer.score([(film(3), None)])
    assert scorer.lock.acquire(blocking=False)
    scorer.lock.release()


def test_one_hand_is_half_of_two_and_points_stay_in_range() -> None:
    calibration = TotalCalibration(4.0, 0.1)
    two, one = calibration.score(100, 2), calibration.score(100, 1)
    assert (two.estimate, two.low, two.high) == (100, 86, 114)
    assert (one.estimate, one.low, one.high) == (50, 43, 57)
    assert calibration.score(-7, 2).low == calibration.score(-7, 2).estimate == 0
    assert calibration.score(400, 2).high == 280


def test_the_fitted_interval_holds_nine_of_ten() -> None:
    rng = np.random.default_rng(0)
    truths = rng.exponential(50, 400)
    estimates = truths + rng.normal(0, 3 + truths / 12)
    fitted = TotalCalibration.fit(estimates[:200], truths[:200])
    inside = [
        s.low <= t <= s.high for s, t in zip((fitted.score(e, 2) for e in estimates[200:]), truths[200:], strict=True)
    ]
    assert 0.84 < np.mean(inside) < 0.97
    # ten errors of 1 .. 10 at estimate 0: the ceil(0.9 * 11) = 10th is 10 points wide
    assert TotalCalibration.fit(np.zeros(10), np.arange(1.0, 11.0)) == TotalCalibration(10.0, 0.25)


def test_a_card_without_spread_is_refused() -> None:
    assert TotalCalibration.from_card({"base": 3, "share": 0.2}) == TotalCalibration(3.0, 0.2)
    with pytest.raises(ValueError, match="no spread"):
        TotalCalibration.from_card({})
