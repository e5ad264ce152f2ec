"""Pairs, complete totals, and what is left out."""

import numpy as np
import pytest

from core.agreement import Completeness, compare, paired, study_of
from core.agreement.progression import detectable_change
from core.agreement.sections import CELL_LIST, SECTION_BY_KEY, TOTAL
from core.cohort.scores import ReadingKey, Scores, nothing_read
from core.svh import Reading
from tests.core.agreement.studies import MCP2, MTP5, random_study, totals_study


def sparse_study(whole: int = 12, sparse: int = 6):  # type: ignore[no-untyped-def]
    """Patients read whole by both readers, and patients of whom the second read one cell alone."""
    study = random_study(3, patients=whole + sparse, visits=1)
    readings: dict[ReadingKey, Reading] = dict(study.readings)  # type: ignore[arg-type]
    for n in range(sparse):
        key = ("B", f"P{n}", "V1")
        readings[key] = Reading({MCP2: readings[key].points[MCP2]})
    return study_of(readings)


def test_a_patient_with_one_cell_in_common_has_no_total() -> None:
    study = sparse_study()
    found = compare(study, ("A", "B"), draws=20)
    complete = compare(study_of({k: r for k, r in study.readings.items() if int(k[1][1:]) >= 6}), ("A", "B"), draws=20)
    assert found.of("total").observations == found.of("total").patients == 12
    for name in ("icc_a1", "sd_difference", "bias"):
        assert found.of("total").estimates[name].value == complete.of("total").estimates[name].value
    assert [(out.patient, out.visit) for out in found.not_counted] == [(f"P{n}", "V1") for n in range(6)]
    assert found.not_counted[0].why.startswith("B lacks 85 of 86 cells (LH_mcp_E__ip, ")
    assert found.of("total").cells == 12 * 86 + 6  # single cells count wherever both scored them


def test_missing_cells_are_imputed_in_proportion_by_a_stated_share() -> None:
    points = np.full((len(CELL_LIST)), 1.0)
    lacking = points.copy()
    lacking[:8] = np.nan  # eight hand erosions of 5 points
    readings = {("A", "P", "1"): Scores(points), ("B", "P", "1"): Scores(lacking), ("B", "Q", "1"): Scores(points)}
    readings |= {("A", "Q", "1"): Scores(points)}
    study = study_of(readings)
    assert len(paired(study, ("A", "B")).observed(TOTAL)) == 1
    rule = Completeness(0.9)
    rows = paired(study, ("A", "B"), rule=rule).observed(TOTAL)
    assert rows[0][2] == (86, pytest.approx(78 * 448 / (448 - 40)))
    assert paired(study, ("A", "B"), rule=Completeness(0.95)).observed(TOTAL)[0][0] != 0
    assert "same share of its maximum" in rule.words
    with pytest.raises(ValueError, match=r"from 0.5 to 1, not 0.4"):
        Completeness(0.4)


def test_sens_counts_joints_and_not_points() -> None:
    readings = {(r, "P", "1"): Reading({MCP2: 3, MTP5: 0 if r == "A" else 2}) for r in "AB"}
    sums = paired(study_of(readings), ("A", "B")).sums([SECTION_BY_KEY["sens"], TOTAL])
    assert sums[:, 0, 0].tolist() == [[1, 3], [2, 5]]


def test_a_patient_never_read_by_the_pair_and_with_fewer_visits_is_named() -> None:
    one = Reading({MCP2: 1})
    readings = {(r, "P1", v): Reading({MCP2: int(v == "12")}) for r in "AB" for v in ("0", "12")} | {
        ("A", "P2", "0"): one
    }
    study = study_of(readings)
    both = paired(study, ("A", "B"), change=True)
    assert both.patients_used == 1 and both.visits == (("from 0 to 12",), ("",))
    assert [(out.patient, out.why) for out in both.not_counted()] == [
        ("P2", "no two visits that all of these readers read")
    ]


def test_cells_left_out_of_change_are_those_of_the_first_and_last_visit() -> None:
    readings = {
        (r, "P", v): Reading({MCP2: 1} if (r, v) == ("B", "V1") else {MCP2: 1, MTP5: 2})
        for r in "AB"
        for v in ("V0", "V1", "V2")
    }
    study = study_of(readings)
    assert paired(study, ("A", "B")).left_out == 1
    assert paired(study, ("A", "B"), change=True).left_out == 0
    assert paired(study, ("A", "B"), visit=0).left_out == 0 and paired(study, ("A", "B"), visit=1).left_out == 1
    assert paired(study, ("A", "B"), change=True, span=(0, 1)).left_out == 1


def test_change_says_from_which_visit_to_which() -> None:
    study = totals_study({"A": [[1, 2, 3], [1, 2, None]], "B": [[1, 2, 4], [1, 3, None]]}, visits=["BL", "W24", "W52"])
    found = compare(study, ("A", "B"), change=True, draws=10)
    assert found.spans == (("BL", "W52", 1), ("BL", "W24", 1))
    assert found.from_to == "from BL to W52 (1 patient), from BL to W24 (1 patient)"
    assert compare(study, ("A", "B"), change=True, span=(0, 1), draws=10).from_to == "from BL to W24"


def test_totals_alone_are_compared_and_stand_beside_cells() -> None:
    study = totals_study({"A": [[10, 14], [5, 5], [20, 26]], "B": [[11, 16], [5, 6], [18, 25]]})
    found = compare(study, ("A", "B"), change=True, draws=10)
    assert found.of("total").estimates["bias"].value == pytest.approx((4 - 5 + 0 - 1 + 6 - 7) / 3)
    assert found.of("total").cells == 0 and found.of("hands").observations == 0
    kappa = found.of("total").estimates["kappa_quadratic"]
    assert kappa.value is None and kappa.why == "not estimable: no single cells by all of these readers"
    mixed = {("A", "P", "1"): Scores(nothing_read(), {"total": 7.0}), ("B", "P", "1"): Reading({MCP2: 3, MTP5: 2})}
    assert paired(study_of(mixed), ("A", "B")).observed(TOTAL) == [(0, 0, (7.0, 5.0))]


def test_the_detectable_change_of_two_readers_is_that_of_the_comparison() -> None:
    study = random_study(4, patients=20)
    found = detectable_change(study, ("A", "B"))
    e = compare(study, ("A", "B"), change=True, draws=10).of("total").estimates
    assert found and (found.one, found.mean) == (e["sdc_one"].value, pytest.approx(e["sdc_mean"].value))
    three = random_study(5, patients=20, readers="ABC")
    found = detectable_change(three, ("A", "B", "C"))
    theirs = compare(three, ("A", "B", "C"), change=True, draws=10).of("total").estimates["sdc_one"].value
    assert found and found.one == pytest.approx(theirs) and found.mean == pytest.approx(found.one / 3**0.5)


def test_visits_that_a_patient_lacks_keep_their_place() -> None:
    study = totals_study({"A": [[1, 2, 3], [4, None, 6]], "B": [[1, 2, 3], [4, None, 6]]}, visits=["BL", "W24", "W52"])
    assert study.visits == ("BL", "W24", "W52") and study.visit_names[1] == ("BL", "", "W52")
    assert paired(study, ("A", "B"), visit=2).observed(TOTAL) == [(0, 0, (3, 3)), (1, 0, (6, 6))]
