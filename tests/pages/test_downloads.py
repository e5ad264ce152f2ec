"""The reports of a case on the page: what they say of a person's changes, and that the buttons are there."""

import csv as csv_module
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pydicom
from streamlit.testing.v1 import AppTest

from core.cohort.ra2_table import read_table
from core.cohort.reading_table import read_readings
from core.radiograph import FileLabels
from core.report import DRAFT, reading_from_sr, readings_csv, report_zip, structured_report, visits_pdf
from core.svh import SITE_BY_SUFFIX, Side
from pages.widgets.score.downloads import case_columns, file_stem, visit_report
from tests.core.report.test_pdf import words as pdf_words

SITE = SITE_BY_SUFFIX["mcp_E__2"]


def test_pdf_and_dicom_can_be_had(page: AppTest) -> None:
    assert not page.exception
    labels = {button.proto.label for button in page.get("download_button")}
    assert {"CSV", "JSON", "PDF", "DICOM SR"} <= labels


def field_of(page: AppTest, name: str) -> str:
    case = page.session_state["case"]
    return f"{name}_{case.id}_{case.drawn}"


def test_patient_visit_reader_and_signature_stand_in_every_file(
    page_with: Callable[..., AppTest], tmp_path: Path
) -> None:
    page = page_with(**{"A-LH": 1, "A-RF": 2})
    page.text_input(field_of(page, "study_id")).set_value("UAB-017").run()
    page.text_input(field_of(page, "visit_name")).set_value("month 6").run()
    page.date_input(field_of(page, "visit_date")).set_value(date(2026, 2, 11)).run()
    case = page.session_state["case"]
    page.text_input(f"case_reader_{case.id}").set_value("A. Bee").run()
    assert not page.exception
    for signed in (False, True):
        if signed:
            page.button("sign_case").click().run()
        said = f"Reviewed by A. Bee on {date.today().isoformat()}" if signed else DRAFT
        assert file_stem(case) == "UAB-017_month_6_2026-02-11" + ("" if signed else "-draft")
        report = visit_report(case)
        text = pdf_words(visits_pdf([report]), tmp_path)
        assert "Case UAB-017 · visit month 6 · 2026-02-11 · reader A. Bee" in text and said in text
        assert ("DRAFT" in text) is not signed
        made, _ = structured_report(report)
        lines = [item.TextValue for item in made.ContentSequence if item.ValueType == "TEXT"]
        assert {"Visit: month 6 · 2026-02-11", "Reader: A. Bee", said} <= set(lines)
        csv = readings_csv([case.visit()], {case.patient: case_columns(case)})
        row = next(csv_module.DictReader(csv.splitlines()))
        assert (row["Patient_ID"], row["visit"], row["visit_date"], row["reader"], row["status"]) == (
            "UAB-017", "month 6", "2026-02-11", "A. Bee", said,
        )  # fmt: skip
        assert read_table(csv) == {"UAB-017": case.visit().reading}
        assert set(read_readings(csv.encode()).readings) == {("A. Bee", "UAB-017", "month 6")}
    case.set_points(case.films[0].key, SITE, 5)
    assert visit_report(case).status_line == DRAFT


def test_nobody_signs_without_a_name(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"A-LH": 1})
    page.button("sign_case").click().run()
    assert not page.exception and "Type the name" in page.warning[-1].value


def test_what_a_file_calls_its_patient_is_taken_only_when_asked_for(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"A-LH": 1})
    assert page.button("take_from_file").disabled  # a PNG says nothing
    case = page.session_state["case"]
    case.labels = FileLabels("HOSPITAL-9", date(2026, 2, 11))
    page.run()
    assert case.patient == "unnamed" and "HOSPITAL" not in str(page)
    page.button("take_from_file").click().run()
    assert (case.patient, case.visit_date) == ("HOSPITAL-9", date(2026, 2, 11))


def test_reports_carry_the_changes_of_the_person(page: AppTest) -> None:
    case = page.session_state["case"]
    case.set_points(case.films[0].key, SITE, 5)
    report = visit_report(case)
    assert report.edited == {(Side.L, SITE)}
    with zipfile.ZipFile(io.BytesIO(report_zip(report))) as archive:
        read = reading_from_sr(archive.read("report.dcm"))
        assert len(archive.namelist()) == 1 + 4 + 1  # report, four films, the line
    assert read == case.visit().reading and read.points[Side.L, SITE] == 5
    assert visits_pdf([report]).startswith(b"%PDF-")


def test_a_file_name_names_nobody_in_the_files_until_a_study_id_is_typed(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"Mueller_Hans-LH": 1, "Mueller_Hans-left_hand": 2})

    def names() -> set[str]:
        found = set()
        with zipfile.ZipFile(io.BytesIO(report_zip(visit_report(page.session_state["case"])))) as archive:
            for name in archive.namelist():
                assert b"Mueller" not in archive.read(name)
                if name.endswith(".dcm"):
                    found.add(str(pydicom.dcmread(io.BytesIO(archive.read(name))).PatientID))
        return found

    assert names() == {"unnamed"} and page.session_state["case"].patient == "unnamed"
    page.text_input(field_of(page, "study_id")).set_value(" UAB-017 ").run()
    assert not page.exception
    assert names() == {"UAB-017"} and "Case UAB-017" in " ".join(m.value for m in page.markdown)
