"""What is written: JSON without NaN, CSV that no spreadsheet runs, the yardstick of a model."""

import csv
import io
import json

import pytest

from core.agreement import all_comparisons, paired, results_csv, results_json, study_of
from core.agreement.comparison import Estimate
from core.agreement.results import model_last, rmse_to_mean
from core.agreement.sections import TOTAL
from core.agreement.wording import words
from tests.core.agreement.studies import cell_study, random_study


def test_the_json_holds_every_pair_status_and_change() -> None:
    study = random_study(1, readers="ABC")
    whole = json.loads(results_json(study, all_comparisons(study, draws=20)))
    kinds = [(tuple(c["readers"]), c["kind"]) for c in whole["comparisons"]]
    sets = [("A", "B"), ("A", "C"), ("B", "C"), ("A", "B", "C")]
    assert kinds == [(s, kind) for kind in ("status", "change") for s in sets]
    assert {k["key"] for k in whole["comparisons"][0]["sections"]} >= {
        "total",
        "erosion",
        "jsn",
        "LH",
        "mcp_e",
        "mcp_J__2",
    }
    assert [a["readers"] for a in whole["adjudication"]] == [["A", "B"], ["A", "C"], ["B", "C"]]


def test_what_cannot_be_had_is_null_with_words() -> None:
    study = cell_study([0, 0], [0, 0])
    text = results_json(study, all_comparisons(study, draws=20))
    statistic = json.loads(text)["comparisons"][0]["sections"][0]["statistics"]["icc_a1"]
    assert statistic == {"value": None, "why": "not estimable (0 non-zero of 2)"} and "NaN" not in text


def test_the_same_study_gives_the_same_bytes() -> None:
    study = random_study(2)
    assert results_json(study, all_comparisons(study)) == results_json(study, all_comparisons(study))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@SUM(A1)", "\tx", "\rx"])
def test_a_reader_is_not_run_as_a_formula(name: str) -> None:
    readings = {
        (name if r == "A" else r, p, v): reading for (r, p, v), reading in cell_study([1], [2]).readings.items()
    }
    study = study_of(readings)
    rows = list(csv.reader(io.StringIO(results_csv(all_comparisons(study, draws=10)), newline="")))
    assert len(rows) > 100 and all(row[0].startswith("'" + name[0]) for row in rows[2:])


def test_a_reader_has_half_of_the_readers_rmse_against_their_mean() -> None:
    study = random_study(3, readers="AB")
    rows = [s for _, _, s in paired(study, ("A", "B")).observed(TOTAL)]
    rmse = (sum((a - b) ** 2 for a, b in rows) / len(rows)) ** 0.5
    three = study_of(study.readings | {("model", p, v): r for (who, p, v), r in study.readings.items() if who == "A"})
    assert rmse_to_mean(three, "model", ("A", "B")) == pytest.approx((rmse / 2, rmse / 2))
    assert model_last(["Model", "A", "B"]) == ["A", "B", "Model"]


def test_one_reader_is_no_agreement() -> None:
    study = study_of({key: reading for key, reading in cell_study([1], [1]).readings.items() if key[0] == "A"})
    with pytest.raises(ValueError, match="one reader alone, A"):
        all_comparisons(study)


def test_numbers_are_written_with_a_true_minus_and_no_minus_zero() -> None:
    assert words(Estimate(-0.001, -1.0, 2.0), "bias") == "0.00 (\N{MINUS SIGN}1.00 to 2.00)"
    assert words(Estimate(0.0002), "t_test_p") == "< 0.001"
