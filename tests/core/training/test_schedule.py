import math
from dataclasses import replace

import pytest

from core.training.schedule import LoopSettings, Progress, rate_at

LOOP = LoopSettings(steps=10, warm_up=0, schedule="plateau", patience=2, stop_after=5, learning_rate=1.0)


def test_a_plateau_lowers_the_rate_after_its_patience_and_many_end_the_training() -> None:
    at = Progress()
    told = [
        (at.validated(score, LOOP), at.stale, at.lowered) for score in (0.5, 0.4, 0.5, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1)
    ]
    assert told == [
        (True, 0, 0), (False, 1, 0), (True, 2, 1), (True, 0, 1), (False, 1, 1), (False, 2, 2), (False, 3, 2),
        (False, 4, 3), (False, 5, 3),
    ]  # fmt: skip
    assert at.best == 0.6 and at.over(LOOP) and not at.over(replace(LOOP, stop_after=0))
    assert rate_at(LOOP, 3, at.lowered) == pytest.approx(0.2**3)


def test_the_first_score_is_the_best_however_low() -> None:
    at = Progress()
    assert at.best == -math.inf and at.validated(-5.0, LOOP) and at.best == -5.0


def test_what_is_over_counts_by_steps_or_by_time_whichever_is_further() -> None:
    at = Progress(step=3)
    at.look(LOOP)
    assert at.done == pytest.approx(0.3) and not at.over(LOOP)
    at.spent = 54.0  # seconds of parts before this one
    at.look(replace(LOOP, minutes=1.0))
    assert 0.9 <= at.done < 0.95
    at.step = 12
    at.look(LOOP)
    assert at.done == 1.0 and at.over(LOOP)


def test_the_rate_of_a_cosine_warms_up_and_falls_to_zero() -> None:
    cosine = LoopSettings(steps=100, warm_up=10, learning_rate=2.0)
    assert rate_at(cosine, 4, 0, 0.0) == pytest.approx(1.0)  # half of the warm-up
    assert rate_at(cosine, 50, 0) == pytest.approx(1.0)
    assert rate_at(cosine, 100, 0) == pytest.approx(0.0)
    with pytest.raises(ValueError, match="no schedule stairs"):
        rate_at(replace(cosine, schedule="stairs"), 0, 0)
