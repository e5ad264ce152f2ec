"""Joint spaces in the table of their own and in the structured report."""

import csv
from dataclasses import replace
from pathlib import Path

from core.measure import JointWidth, Unmeasured
from core.report import reading_from_sr, spaces_csv, structured_report, visits_pdf
from core.report.dicom_identity import file_bytes
from core.svh import Limb
from tests.core.report.test_pdf import words
from tests.core.report.visits import reading_of, report_of

SPACES = (
    JointWidth("MCP2", None, 11.5, 1.5, 1.1, 1.9, 1.2, 1.6, 1.4),
    JointWidth("MCP3", None, 10.0),
    JointWidth("PIP2", Unmeasured.FLEXED),
)


def measured_report():
    report = report_of(reading_of(3))
    films = tuple(replace(f, widths=SPACES) if f.limb is Limb.HAND else f for f in report.visit.films)
    return replace(report, visit=replace(report.visit, films=films))


def test_the_table_has_a_row_a_joint_and_no_number_where_there_is_none() -> None:
    text = spaces_csv([measured_report().visit])
    assert text.startswith("# For research and teaching.")
    rows = list(csv.DictReader(text.splitlines()[1:]))
    assert len(rows) == 6 and {row["side"] for row in rows} == {"L", "R"}
    assert (rows[0]["joint"], rows[0]["mean_mm"], rows[0]["ulnar_mm"], rows[0]["unmeasured"]) == (
        "MCP2",
        "1.5",
        "1.4",
        "",
    )
    assert (rows[1]["mean_mm"], rows[1]["percent"]) == ("", "10.0")
    assert (rows[2]["mean_mm"], rows[2]["percent"], rows[2]["unmeasured"]) == ("", "", "flexed")


def test_the_structured_report_measures_in_millimetres_and_keeps_its_points() -> None:
    report = measured_report()
    made, _ = structured_report(report)
    found = [item for item in made.iterall() if item.keyword == "MeasuredValueSequence"]
    units = [str(item.value[0].MeasurementUnitsCodeSequence[0].CodeValue) for item in found]
    assert units.count("mm") == 2 * 6  # MCP2 of both hands; MCP3 has no spacing, PIP2 no width
    assert reading_from_sr(file_bytes(made)).points == report.visit.reading.points


def test_the_pdf_says_the_widths_in_millimetres_and_no_others(tmp_path: Path) -> None:
    said = words(visits_pdf([measured_report()]), tmp_path, "-raw")
    assert "Joint spaces, mm (90 % interval). L MCP2 1.50 (1.10\N{EN DASH}1.90), R MCP2 1.50" in said
    assert "MCP3 " not in said.split("Joint spaces")[1].split("Weights")[0]
    assert "Joint spaces" not in words(visits_pdf([report_of(reading_of(3))]), tmp_path, "-raw")
