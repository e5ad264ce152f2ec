"""Intervals: F intervals against psych, spread by hand, clusters, what is said instead of an interval."""

import numpy as np
import pytest
from scipy import stats

from core.agreement import compare
from core.agreement.intervals import clustered_t, difference_sums, icc_f_intervals, sd_interval, spread_and_error
from core.agreement.sections import TOTAL
from core.agreement.wording import f_words
from tests.core.agreement.studies import random_study, totals_study
from tests.core.agreement.test_coefficients import MINI, SHROUT_FLEISS, WRIGHT

# R 4.2.2, psych 2.2.9, ICC(x, lmer = FALSE)
PSYCH = [
    (SHROUT_FLEISS, {"icc_a1": (0.01878651337, 0.7610843696), "icc_c1": (0.34246476503, 0.9458582600),
                     "icc_ak": (0.07113681530, 0.9272320402)}),
    (list(zip(WRIGHT, MINI, strict=True)), {"icc_a1": (0.8574111712, 0.9800786591),
                                            "icc_c1": (0.8499083917, 0.9789431344),
                                            "icc_ak": (0.9232324910, 0.9899391164)}),
]  # fmt: skip


@pytest.mark.parametrize(("scores", "theirs"), PSYCH)
def test_f_intervals_are_those_of_psych(scores: list[list[int]], theirs: dict[str, tuple[float, float]]) -> None:
    ours = icc_f_intervals(np.array(scores, float))
    assert {name: pytest.approx(ends, abs=1e-8) for name, ends in theirs.items()} == ours


def test_f_intervals_stand_beside_the_bootstrap_where_every_patient_counts_once() -> None:
    study = random_study(1, patients=40)
    one = compare(study, ("A", "B"), visit=0, draws=100).of("total").estimates["icc_a1"]
    assert one.f_low is not None and one.low is not None and one.f_low != one.low and f_words(one, "icc_a1")
    assert compare(study, ("A", "B"), draws=100).of("total").estimates["icc_a1"].f_low is None
    assert compare(study, ("A", "B"), change=True, draws=100).of("total").estimates["icc_a1"].f_low is not None


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("patients", [10, 20])
def test_the_interval_of_an_icc_holds_in_small_studies(patients: int, heavy: bool) -> None:
    rng, held, rounds = np.random.default_rng(patients), 0, 300
    for _ in range(rounds):
        errors = rng.laplace(scale=np.sqrt(0.5), size=(patients, 2)) if heavy else rng.normal(size=(patients, 2))
        totals = 150 + 20 * rng.normal(size=(patients, 1)) + 3 * errors
        study = totals_study({reader: [[x] for x in totals[:, n]] for n, reader in enumerate("AB")})
        one = compare(study, ("A", "B"), draws=20, sections=(TOTAL,)).of("total").estimates["icc_a1"]
        assert one.low is not None and one.high is not None and f_words(one, "icc_a1") == ""
        held += one.low <= 400 / 409 <= one.high
    assert held / rounds >= (0.88 if heavy else 0.92)  # a bootstrap of 10 holds .85


def test_nothing_varies_no_f_interval() -> None:
    assert icc_f_intervals(np.ones((8, 2))) == {} and icc_f_intervals(np.array([[1.0, 2.0], [3.0, 4.0]])) == {}


def test_spread_and_errors_by_hand() -> None:
    d = np.array([1.0, 2.0, -3.0, 4.0])
    sums = difference_sums(d[:, None, None], np.ones((4, 1, 1), bool)).sum(axis=0)
    sd, error_log, error = spread_and_error(sums, np.array(4.0))
    z = (d - d.mean()) ** 2 - d.var()
    assert sd[0] == pytest.approx(d.std(ddof=1)) and error[0] == pytest.approx(d.std(ddof=1) / 2)
    assert error_log[0] == pytest.approx(np.sqrt((z**2).sum() * 4 / 3) / (2 * d.var() * 4))


def test_the_t_test_is_the_paired_one_with_one_visit_and_takes_patients_with_several() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(50, 10, (2, 20)).round()
    study = totals_study({"A": [[x] for x in a], "B": [[x] for x in b]})
    p = compare(study, ("A", "B"), draws=100).of("total").estimates["t_test_p"].value
    assert p == pytest.approx(stats.ttest_rel(a, b).pvalue)
    thrice = totals_study({"A": [[x] * 3 for x in a], "B": [[x] * 3 for x in b]})
    assert compare(thrice, ("A", "B"), draws=100).of("total").estimates["t_test_p"].value == pytest.approx(p)


def test_pooled_visits_give_five_in_a_hundred_false_positives() -> None:
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(400):
        habit = rng.normal(0, 3, (30, 1))  # the readers differ on a patient alike at all visits, on the mean not at all
        d = habit + rng.normal(0, 1, (30, 3))
        sums = difference_sums(d[:, :, None], np.ones((30, 3, 1), bool)).sum(axis=0)
        _, _, error = spread_and_error(sums, np.array(30.0))
        found += clustered_t(float(d.mean()), float(error[0]), 30) < 0.05
    assert 0.02 < found / 400 < 0.08  # visits taken as independent: about 0.22


@pytest.mark.parametrize(("n", "heavy"), [(10, False), (10, True), (20, True)])
def test_the_interval_of_the_sd_holds_in_small_studies(n: int, heavy: bool) -> None:
    rng = np.random.default_rng(n)
    held, rounds = 0, 300
    for _ in range(rounds):
        d = rng.laplace(0, 3, n) if heavy else rng.normal(0, 3, n)
        times = np.concatenate([np.ones((1, n)), rng.multinomial(n, np.full(n, 1 / n), 300)])
        rows = difference_sums((d - d.mean())[:, None, None], np.ones((n, 1, 1), bool))[..., 0]
        sd, error_log, _ = spread_and_error((times @ rows)[..., None], np.full((len(times), 1), float(n)))
        found = sd_interval(sd[:, 0], error_log[:, 0], n)
        truth = 3 * np.sqrt(2) if heavy else 3
        held += found is None or found[0] <= truth <= found[1]
    assert held / rounds >= 0.89  # 0.92 and more in the long table of `evaluate agreement`


def test_below_ten_patients_there_are_words_and_no_interval() -> None:
    e = compare(random_study(2, patients=9, visits=1), ("A", "B"), draws=100).of("total").estimates
    for name in ("icc_a1", "bias", "sd_difference", "sdd_one", "upper_limit", "kappa_quadratic"):
        assert e[name].low is None and e[name].no_interval == "no interval below 10 patients", name
    e = compare(random_study(2, patients=10, visits=1), ("A", "B"), draws=100).of("total").estimates
    assert e["sd_difference"].low is not None and not e["sd_difference"].no_interval


def test_no_absurd_numbers_where_patients_hardly_differ() -> None:
    study = totals_study({"A": [[10], [14], [10], [14]] * 3, "B": [[14], [10], [14], [10.5]] * 3})
    for name, e in compare(study, ("A", "B"), draws=300).of("total").estimates.items():
        assert all(x is None or abs(x) < 1000 for x in (e.value, e.low, e.high)), name
        if name.startswith("icc"):
            assert (e.value is None and "differ less than the readings" in e.why) or (e.value or 0) >= -1
            assert e.low is None or e.low >= -1


def test_equal_readers_have_no_p_and_are_told_why() -> None:
    study = totals_study({"A": [[1], [2], [5]], "B": [[1], [2], [5]]})
    assert (
        compare(study, ("A", "B"), draws=10).of("total").estimates["t_test_p"].why
        == "no difference between the readers"
    )
    shifted = totals_study({"A": [[1], [2], [5]], "B": [[3], [4], [7]]})
    assert (
        compare(shifted, ("A", "B"), draws=10)
        .of("total")
        .estimates["t_test_p"]
        .why.startswith("every difference is -2")
    )
