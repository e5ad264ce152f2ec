"""What a film costs, and cohorts of repeated films."""

from pathlib import Path

from core.evaluation.cohort_benchmark import _repeated, reading_cost
from core.phantom.writing import write_cohort


def test_the_networks_are_most_of_the_reading_and_not_all_of_it(tmp_path: Path) -> None:
    write_cohort(tmp_path, 1, 0, mm_per_px=0.5, log=lambda line: None)
    reading, networks = reading_cost(tmp_path, "compact")
    assert 0.3 * reading < networks < reading


def test_films_are_repeated_under_other_names_four_a_visit(tmp_path: Path) -> None:
    made = tmp_path / "made"
    write_cohort(made, 1, 0, mm_per_px=0.5, log=lambda line: None)
    folder = _repeated(made, tmp_path / "out", 10)
    assert [len(list(visit.iterdir())) for visit in sorted(folder.iterdir())] == [4, 4, 2]
