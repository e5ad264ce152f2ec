"""Order and time of visits from their names: what is known, and what is asked."""

import pytest

from core.agreement.visits import UnknownVisitOrder, in_order, years_between


@pytest.mark.parametrize(
    "names",
    [
        "2024-12-31 2025-01-02", "01.03.2024 02.01.2025", "15/03/2024 01/04/2024", "10/15/2020 02/03/2022",
        "2024-03-01T00:00:00 2025-03-01T00:00:00", "45352 45718", "20240301 20250301", "31.12.23 01.02.24",
        "BL W24 W52", "Baseline Week_52", "baseline after", "screening baseline month6", "M0 M12 M24", "V9 V10",
        "-4 0 24",
        "W-4 W0 W24", "Week-0 Week-24", "0 12", "month6 Year1", "BL FU1 FU2", "Woche0 Woche52", "BL W24 EOS",
        "Day1 Day365",
        "03/01/2024 04/02/2025",
    ],
)  # fmt: skip
def test_visits_stand_in_time_however_they_come(names: str) -> None:
    right = names.split()
    assert in_order(right) == in_order(right[::-1]) == right


@pytest.mark.parametrize(
    "names", ["before after", "pre post", "V2 week24", "BL 0 12", "03/04/2024 04/03/2024", "end final"]
)
def test_an_order_that_is_not_known_is_asked_for(names: str) -> None:
    with pytest.raises(UnknownVisitOrder, match=r"not known .* say it from first to last with --visits"):
        in_order(names.split())
    assert in_order(names.split(), names.split()[::-1]) == names.split()[::-1]


def test_two_readings_of_a_date_that_agree_on_the_order_give_no_time() -> None:
    assert years_between("03/01/2024", "04/02/2025") is None
    assert years_between("13/01/2024", "04/02/2025") is not None


def test_an_order_has_to_name_every_visit_once() -> None:
    with pytest.raises(ValueError, match="lacks W24"):
        in_order(["BL", "W24"], ["BL", "W52"])
    with pytest.raises(ValueError, match="twice"):
        in_order(["BL"], ["BL", "BL"])


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        ("2024-01-01", "2025-01-01", 1), ("2025-01-01", "2026-01-01", 1), ("2024-02-29", "2025-02-28", 364 / 366 + 0.0),
        ("2024-02-29", "2028-02-29", 4), ("2025-01-01", "2026-01-02", 1 + 1 / 365), ("month 0", "month 12", 1),
        ("BL", "M6", 0.5), ("week 0", "week 54", 54 * 7 / 365.25), ("day 0", "day 365.25", 1), ("45352", "45717", 1),
        ("V1", "V2", None), ("0", "12", None),
    ],
)  # fmt: skip
def test_years_between_visits(first: str, last: str, years: float | None) -> None:
    assert years_between(first, last) == (years if years is None else pytest.approx(years, abs=0.003))


def test_a_screening_does_not_hide_the_time_between_the_others() -> None:
    assert years_between("BL", "M12", ["screening", "BL", "M12"]) == pytest.approx(1)
