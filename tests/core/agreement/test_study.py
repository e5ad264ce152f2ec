"""From readings to a study: order of visits, change, adjudication, disagreements, progression."""

import numpy as np
import pytest

from core.agreement import adjudication, disagreements, paired, study_of
from core.agreement.progression import cumulative_probability, is_rapid, points_a_year
from core.agreement.visits import years_between
from core.svh import Reading
from tests.core.agreement.studies import MCP2, MTP5, cell_study


def totals(values: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], Reading]:
    return {key: Reading({MTP5: value}) for key, value in values.items()}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("2025-01-02", "2024-12-31"), ("2024-12-31", "2025-01-02")),
        (("month 12", "month 6"), ("month 6", "month 12")),
        (("V10", "V9"), ("V9", "V10")),
        (("baseline", "after"), ("baseline", "after")),
        (("01.03.2025", "02.01.2024"), ("02.01.2024", "01.03.2025")),
    ],
)
def test_visits_stand_in_order_of_date_number_or_coming(names: tuple[str, ...], order: tuple[str, ...]) -> None:
    study = study_of(totals({(reader, "P", name): 1 for name in names for reader in "AB"}))
    assert study.visit_names == (order,)


def test_change_is_the_last_visit_that_both_read_less_the_first() -> None:
    values = {("A", "P", "1"): 1, ("A", "P", "2"): 4, ("A", "P", "3"): 9}
    values |= {("B", "P", "1"): 2, ("B", "P", "2"): 3, ("A", "Q", "1"): 5, ("B", "Q", "1"): 5}
    both = paired(study_of(totals(values)), ("A", "B"), change=True)
    assert np.nansum(both.points, axis=(2, 3)).tolist() == [[3, 0], [1, 0]]
    assert both.visits[0] == ("from 1 to 2",) and both.span_counts == [("1", "2", 1)]
    assert both.patients_used == 1


def test_a_cell_without_points_at_one_visit_has_no_change() -> None:
    readings = {(r, "P", v): Reading({MCP2: None if (r, v) == ("A", "1") else 2, MTP5: 1}) for r in "AB" for v in "12"}
    both = paired(study_of(readings), ("A", "B"), change=True)
    assert np.isfinite(both.points).sum() == 2


def test_a_third_reader_is_called_at_the_threshold() -> None:
    values = {}
    for patient, a, b in (("at", 10, 0), ("below", 9, 0), ("down", 0, 10), ("same", 5, 5)):
        values |= {("A", patient, "1"): 0 if a >= b else 10, ("A", patient, "2"): a if a >= b else 0}
        values |= {("B", patient, "1"): 0, ("B", patient, "2"): b if a >= b else 0}
    result = adjudication(study_of(totals(values)), ("A", "B"))
    assert [k.patient for k in result.cases] == ["at", "down"] and result.patients == 4 and result.rate == 0.5
    assert [k.apart for k in adjudication(study_of(totals(values)), ("A", "B"), threshold=9).cases] == [10, 10, 9]
    with pytest.raises(ValueError, match="above 0"):
        adjudication(study_of(totals(values)), ("A", "B"), threshold=0)
    assert adjudication(cell_study([1], [1]), ("A", "B")).rate is None


def test_disagreements_come_by_size() -> None:
    found = disagreements(cell_study([1, 5, 2, None], [2, 0, 2, 3]), ("A", "B"))
    assert [(r.patient, r.first, r.second, r.side, r.site.suffix) for r in found] == [
        ("P1", 5, 0, MCP2[0], "mcp_E__2"),
        ("P0", 1, 2, MCP2[0], "mcp_E__2"),
    ]


def test_no_readings_are_no_study() -> None:
    with pytest.raises(ValueError, match="no readings"):
        study_of({})


def test_more_than_fits_is_refused_before_it_is_built() -> None:
    one = Reading({MTP5: 1})
    with pytest.raises(ValueError, match="21 readers, more than 20"):
        study_of({(f"R{n}", "P", "1"): one for n in range(21)})
    with pytest.raises(ValueError, match="5001 patients"):
        study_of({("A", f"P{n}", "1"): one for n in range(5001)})
    with pytest.raises(ValueError, match="up to 70000 visits"):
        study_of({("A", f"P{p}", str(v)): one for p in range(5) for v in range(70_000)})


def test_rapid_progression_is_five_points_a_year() -> None:
    assert is_rapid(5, 1) and is_rapid(10, 2) and not is_rapid(4.9, 1) and not is_rapid(5, 1.01)
    assert points_a_year(3, 0.5) == 6
    with pytest.raises(ValueError, match="above 0 years"):
        points_a_year(3, 0)
    assert years_between("2024-03-01", "2025-03-01") == pytest.approx(1, abs=0.002)
    assert years_between("V1", "V2") is None


def test_the_cumulative_probability_of_change() -> None:
    changes, share = cumulative_probability([4, 0, -1, 10])
    assert changes.tolist() == [-1, 0, 4, 10] and share.tolist() == [0.125, 0.375, 0.625, 0.875]
    assert cumulative_probability([])[0].size == 0
