"""Variance components against lme4, by hand, and what cannot be told apart."""

import numpy as np
import pytest

from core.agreement.coefficients import icc
from core.agreement.pool import totals_of_readers, variance_components
from tests.core.agreement.studies import totals_study
from tests.core.agreement.test_coefficients import SHROUT_FLEISS

# 20 patients, each read by two of five readers.
POOL = [
    15, 15, 2, 13, 45, 44, 60, 62, 31, 21, 10, 14, 29, 33, 16, 19, 4, -1, 98, 92,
    42, 39, 25, 33, 0, 7, 73, 63, 22, 20, 37, 38, 46, 58, 6, 6, 30, 24, 79, 70,
]  # fmt: skip
PAIRS = [(0, 1), (2, 3), (4, 0), (1, 2), (3, 4)]


def pool() -> np.ndarray:
    scores = np.full((20, 5), np.nan)
    for n in range(20):
        scores[n, PAIRS[n % 5]] = POOL[2 * n : 2 * n + 2]
    return scores


def test_a_pool_of_readers_has_the_components_of_lme4() -> None:
    found = variance_components(pool())
    # R 4.2.2, lme4 1.1-31: lmer(y ~ 1 + (1 | patient) + (1 | reader), REML = TRUE)
    assert (found.of_patients, found.of_readers, found.rest) == pytest.approx(
        (652.3324949, 10.475099966, 6.648939496), rel=1e-3
    )
    assert (found.patients, found.readers, found.scores) == (20, 5, 40)
    assert found.icc == pytest.approx(652.3325 / 669.4565, rel=1e-4) and found.sem == pytest.approx(
        17.124039**0.5, rel=1e-3
    )


def test_complete_scores_have_the_components_of_lme4_and_of_the_analysis_of_variance() -> None:
    found = variance_components(SHROUT_FLEISS)
    assert (found.of_patients, found.of_readers, found.rest) == pytest.approx(
        (2.555562838, 5.244450767, 1.019443365), rel=1e-4
    )
    theirs = icc(SHROUT_FLEISS)
    assert (found.icc, found.icc_consistency, found.icc_mean(4)) == pytest.approx(
        (theirs["icc_a1"], theirs["icc_c1"], theirs["icc_ak"])
    )


def test_a_lean_of_one_reader_is_error_of_one_reader_and_not_of_consistency() -> None:
    truth = np.arange(30.0)[:, None]
    found = variance_components(truth + np.array([0.0, 4.0, -4.0]) + np.random.default_rng(1).normal(0, 0.5, (30, 3)))
    assert found.of_readers == pytest.approx(16, rel=0.2) and found.sem_consistency == pytest.approx(0.5, rel=0.3)
    assert found.sem > 3.5


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (np.where(np.eye(4) > 0, 1.0, np.nan), "at least 3 patients with two readers"),
        (np.ones((5, 3)), "every score is the same"),
        (np.tile([1.0, 5.0, 3.0], (4, 1)), "no reader tells the patients apart"),
        ([[1, 2, np.nan, np.nan], [2, 3, np.nan, np.nan], [np.nan, np.nan, 4, 5], [np.nan, np.nan, 1, 2]],
         "share no patient"),
        (np.where(np.arange(3) < 2, np.random.default_rng(0).normal(size=(900, 3)), np.nan) + 0.0, "1500"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_said(scores: np.ndarray, words: str) -> None:
    scores = np.array(scores, float)
    if words == "1500":
        scores[:3, 2] = 1.0
    with pytest.raises(ValueError, match=words):
        variance_components(scores)


def test_totals_of_readers_are_those_of_a_visit_or_changes() -> None:
    study = totals_study({"A": [[1, 5], [2, None]], "B": [[2, 4], [3, 9]]})
    assert totals_of_readers(study, ("A", "B"), visit=1)[0].tolist() == [5, 4]
    assert np.isnan(totals_of_readers(study, ("A", "B"), span=(0, 1))[1, 0])
