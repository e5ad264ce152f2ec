"""Who progresses: shares worked by hand, with the intervals of Wilson."""

import pytest

from core.agreement import study_of
from core.agreement.progression import DetectableChange, rate_words
from core.agreement.progressors import progressors, share_words, wilson
from core.agreement.study_score import mean_score, reader_score
from core.cohort.scores import Scores, nothing_read
from core.svh import SITE_BY_SUFFIX, Reading, Side
from tests.core.agreement.studies import MCP2, MTP5, totals_study

CHANGES = [0, 0, 0.5, 1, 3, 6, -1, -4, 0, 12]


def values(of: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 6) for name, value in of.items()}


def test_shares_by_hand() -> None:
    totals = [[20, 20 + by] for by in CHANGES]
    study = totals_study({"A": totals, "B": totals}, visits=["2024-01-01", "2025-01-01"])
    sdc = DetectableChange(("A", "B"), 10, 4.0, 2.828)
    (found,) = progressors(study, [reader_score(study, "A")], sdc)
    rows = values({row.name: row.value for row in found.rows})
    assert rows == {
        "Change above 0": 0.5, "Change above 0.5": 0.4, "Change above the SDC (95 %)": 0.2,
        "Change above the SDC (80 %)": 0.3,
        "Rapid: 5 points a year or more": 0.2, "No progression: 0 or less": 0.5, "No progression: 0.5 or less": 0.6,
        "Repair: below 0": 0.2, "Repair beyond the SDC (95 %)": 0, "Net progression: above 0 less below 0": 0.3,
        "Net progression beyond the SDC (95 %)": 0.2,
    }  # fmt: skip
    assert found.from_to == "from 2024-01-01 to 2025-01-01" and found.patients == 10
    (mean,) = progressors(study, [mean_score(study, ("A", "B"))], sdc)
    assert {row.name: row.value for row in mean.rows}["Change above the SDC (95 %)"] == 0.3  # 3 is above 2.828


def test_the_interval_of_wilson() -> None:
    # Wilson's interval of 2 of 10 as statsmodels' proportion_confint(2, 10, method="wilson") prints it.
    assert wilson(2, 10) == pytest.approx((0.05668215, 0.50983752), abs=1e-7)
    assert wilson(0, 5)[0] == 0 and wilson(5, 5)[1] == 1


def test_what_cannot_be_had_is_said() -> None:
    study = totals_study({"A": [[1, 2], [3, 3]]}, visits=["V1", "V2"])
    (found,) = progressors(study, [reader_score(study, "A")], None)
    told = {row.name: share_words(row) for row in found.rows}
    assert (
        "needs two readers" in told["Change above the SDC (95 %)"]
        and "do not tell the time" in told["Rapid: 5 points a year or more"]
    )
    assert told["Change above 0"] == "1 of 2, 50 % (9 to 91)"


def test_groups_and_new_erosive_joints() -> None:
    toe = (Side.L, SITE_BY_SUFFIX["mtp_E__5"])
    before, after = Reading({MCP2: 0, MTP5: 2, toe: 0}), Reading({MCP2: 1, MTP5: 3, toe: 0})
    study = study_of(
        {("A", p, v): r for p in ("P1", "P2") for v, r in (("BL", before), ("M12", after if p == "P1" else before))}
    )
    rows = {row.name: row for row in progressors(study, [reader_score(study, "A")], None)[0].rows}
    assert (
        rows["A new erosive joint or more, by any reader"].count == 1
        and rows["New erosive joints, mean number"].value == 0.5
    )
    grouped = study_of({
        ("A", p, v): Scores(nothing_read(), {"total": t}, group=p) for p in ("x", "y") for v,
        t in (("BL", 1.0), ("M12", 3.0))
    })  # fmt: skip
    assert [entry.group for entry in progressors(grouped, [reader_score(grouped, "A")], None)] == ["x", "y", "all"]


@pytest.mark.parametrize(
    ("rate", "text"),
    [(5.0, "+5.0"), (4.986, "+4.99"), (4.9999, "+4.9999"), (5.04, "+5.0"), (-0.04, "-0.0"), (4.83, "+4.8")],
)
def test_a_rate_is_written_so_that_it_does_not_contradict_itself(rate: float, text: str) -> None:
    assert rate_words(rate) == text
