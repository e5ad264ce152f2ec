"""Statistics of single grades: kappa, AC2 and alpha against published values and their definitions."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings

from core.agreement.coefficients import (
    _ratio,
    grades_from_sums,
    krippendorff_alpha,
    table_kappa,
    weighted_kappa,
)
from tests.core.agreement.test_coefficients import columns, grades

# Krippendorff 2011, Computing Krippendorff's alpha-reliability, section D: 4 observers, 12 units, with gaps.
KRIPPENDORFF = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
]  # fmt: skip


@pytest.mark.parametrize(("metric", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_alpha_of_krippendorff_2011(metric: str, printed: float) -> None:
    assert round(krippendorff_alpha(np.array(KRIPPENDORFF, float), metric=metric), 3) == printed


def test_ac2_and_alpha_are_those_of_another_program() -> None:
    # irrCAC 0.4.4 (after Gwet's R package), quadratic weights, grades 0 to 5.
    a = np.array([0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 0, 0, 5, 3, 2, 1])
    b = np.array([0, 1, 1, 2, 2, 4, 4, 0, 0, 3, 0, 0, 5, 4, 2, 1])
    d = a - b
    sums = {"first": np.bincount(a, minlength=6) * 1.0, "second": np.bincount(b, minlength=6) * 1.0}
    sums |= {"square": np.array((d**2).sum() * 1.0), "distance": np.array(np.abs(d).sum() * 1.0)}
    sums |= dict.fromkeys(("exact", "near", "both", "one"), np.array(1.0))
    found = grades_from_sums(sums, highest=np.array(5.0))
    assert round(float(found["ac2"]), 5) == 0.94341 and round(float(found["alpha"]), 5) == 0.93604
    assert float(found["alpha"]) == pytest.approx(krippendorff_alpha(np.stack([a, b], axis=1)))


def cell_sums(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """What `grades_from_sums` takes, of grades 0 to 5."""
    d = np.abs(a - b).astype(float)
    shares = {"exact": d == 0, "near": d <= 1, "both": (a > 0) & (b > 0), "one": (a > 0) != (b > 0)}
    sums = {name: np.asarray(float(which.sum())) for name, which in shares.items()}
    sums |= {"distance": np.asarray(d.sum()), "square": np.asarray((d**2).sum())}
    return sums | {"first": np.bincount(a, minlength=6) * 1.0, "second": np.bincount(b, minlength=6) * 1.0}


@settings(deadline=None)
@given(grades)
def test_the_statistics_of_grades_are_those_of_their_definitions(rows: list[tuple[int, int]]) -> None:
    a, b = columns(rows)
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    sums = cell_sums(a, b)
    found = {name: float(value) for name, value in grades_from_sums(sums).items()}
    for name, power in (("kappa_linear", 1), ("kappa_quadratic", 2)):
        assert found[name] == pytest.approx(weighted_kappa(a, b, grades=6, power=power))
    assert found["exact"] == pytest.approx(np.mean(a == b))
    assert found["within_1"] == pytest.approx(np.mean(np.abs(a - b) <= 1))
    true, apart = np.sum((a > 0) & (b > 0)), np.sum((a > 0) != (b > 0))
    positive = 2 * true / (2 * true + apart) if true + apart else math.nan
    assert found["positive_agreement"] == pytest.approx(positive, nan_ok=True)
    # The same grades half a point apart: every coefficient that compares distances with distances stays.
    halves = grades_from_sums(sums | {"distance": sums["distance"] / 2, "square": sums["square"] / 4}, step=0.5)
    for name in ("kappa_linear", "kappa_quadratic", "alpha"):
        assert float(halves[name]) == pytest.approx(found[name])


def test_a_reader_who_gave_one_grade_alone_has_no_kappa() -> None:
    varied, alone = np.array([0, 1, 2, 5]), np.array([3, 3, 3, 3])
    for a, b in ((varied, alone), (alone, varied)):
        found = grades_from_sums(cell_sums(a, b))
        assert all(math.isnan(found[name]) for name in ("kappa_linear", "kappa_quadratic", "alpha"))
        assert found["exact"] == 0 and found["within_1"] == 0.25


def test_nothing_expected_is_no_kappa_and_nothing_below_is_no_quotient() -> None:
    assert math.isnan(table_kappa(np.zeros((3, 3)), 1 - np.eye(3)))
    assert math.isnan(table_kappa(np.diag([4.0, 0, 0]), 1 - np.eye(3)))
    assert np.isnan(_ratio(np.array([1.0, 0.0]), np.zeros(2))).all()
    assert np.isnan(_ratio(np.array(1.0), np.array(1e-13), 1.0)) and _ratio(np.array(1.0), np.array(4.0), 1.0) == 0.25
