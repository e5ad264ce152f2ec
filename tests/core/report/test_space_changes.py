"""The change of joint spaces between two visits as JSON, table and PDF."""

import csv
import json
from datetime import date
from pathlib import Path

from core.measure import JointChange, Unregistered
from core.model_reader.space_changes import SpaceChange
from core.report import TwoVisits, change_rows, changes_csv, changes_json, changes_pdf
from core.svh import Limb, Side
from tests.core.report.test_pdf import words

CHANGES = (
    SpaceChange(Side.L, Limb.HAND, JointChange("MCP2", None, -0.05, -0.15, 0.05, 0.12, 1.5, 1.4, 0.97)),
    SpaceChange(Side.L, Limb.HAND, JointChange("MCP3", Unregistered.OTHER_LIE, first_mm=1.5, later_mm=1.2)),
    SpaceChange(Side.R, Limb.FOOT, JointChange("MTP5", None, -0.31, -0.41, -0.21, 0.12, 1.8, 1.6, 0.93)),
)


def visits(patient: str = "UAB-1") -> TwoVisits:
    return TwoVisits(patient, "2025-01-02", "2026-01-02", CHANGES)


def test_the_json_has_every_joint_with_its_interval_or_its_reason() -> None:
    whole = json.loads(changes_json(visits()))
    first, second, third = whole["joint_space_changes"]
    assert (first["joint"], first["change_mm"], first["low_mm"], first["high_mm"]) == ("MCP2", -0.05, -0.15, 0.05)
    assert first["detectable_mm"] == 0.12 and first["beyond_error"] is False and third["beyond_error"] is True
    assert (second["change_mm"], second["unregistered"]) == (None, "other_lie")
    assert whole["intended_use"] and "not measured on films of patients" in whole["method"]


def test_the_table_has_empty_cells_and_no_formula() -> None:
    text = changes_csv(visits("=HYPERLINK(1)"))
    assert text.startswith("# For research and teaching.")
    rows = list(csv.DictReader(text.splitlines()[1:]))
    assert {row["patient"] for row in rows} == {"'=HYPERLINK(1)"}
    assert [row["beyond_error"] for row in rows] == ["no", "", "yes"]
    assert (rows[1]["change_mm"], rows[1]["detectable_mm"], rows[1]["unregistered"]) == ("", "", "other_lie")
    assert (rows[2]["side"], rows[2]["limb"], rows[2]["change_mm"]) == ("R", "FOOT", "-0.31")


def test_the_largest_narrowing_stands_first_and_what_is_not_comparable_last() -> None:
    rows = change_rows(CHANGES)
    assert [row["Change, mm"] for row in rows] == ["-0.31", "-0.05", ""]
    assert rows[0]["More than the error"] == "yes" and rows[0]["90 % interval"] == "-0.41 to -0.21"
    assert rows[2]["More than the error"].startswith("not comparable: the bones do not look alike")


def test_the_pdf_says_changes_reasons_and_error_and_is_the_same_each_time(tmp_path: Path) -> None:
    made = changes_pdf(visits("<b>A&B"), date(2026, 2, 3))
    assert made == changes_pdf(visits("<b>A&B"), date(2026, 2, 3))
    said = words(made, tmp_path, "-raw")
    assert "Case <b>A&B, from 2025-01-02 to 2026-01-02" in said and "-0.31" in said and "-0.41 to -0.21" in said
    assert "Not comparable: Left hand, MCP 3 (the bones do not look alike" in said
    assert "smallest detectable change of one joint is 0.14 mm" in said and "research and teaching" in said


def test_visits_without_any_change_say_so(tmp_path: Path) -> None:
    said = words(changes_pdf(TwoVisits("A", "1", "2", CHANGES[1:2]), date(2026, 2, 3)), tmp_path, "-raw")
    assert "No joint space of these films is comparable." in said
