"""The reports of a case on the page: what they say of a person's changes, and that the buttons are there."""

import io
import zipfile
from collections.abc import Callable

import pydicom
from streamlit.testing.v1 import AppTest

from core.report import reading_from_sr, report_zip, visits_pdf
from core.svh import SITE_BY_SUFFIX, Side
from pages.widgets.score.downloads import visit_report

SITE = SITE_BY_SUFFIX["mcp_E__2"]


def test_pdf_and_dicom_can_be_had(page: AppTest) -> None:
    assert not page.exception
    labels = {button.proto.label for button in page.get("download_button")}
    assert {"CSV", "JSON", "PDF", "DICOM SR"} <= labels


def test_the_visit_is_reported_as_typed_and_not_from_the_film(page: AppTest) -> None:
    assert visit_report(page.session_state["case"]).visit_date == ""
    key = page.session_state["case"].films[0].key
    page.text_input(f"visit_text_{key}").set_value("2026-02-11").run()
    assert not page.exception
    assert visit_report(page.session_state["case"]).visit_date == "2026-02-11"


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
    key = page.session_state["case"].films[0].key

    def names() -> set[str]:
        found = set()
        with zipfile.ZipFile(io.BytesIO(report_zip(visit_report(page.session_state["case"])))) as archive:
            for name in archive.namelist():
                assert b"Mueller" not in archive.read(name)
                if name.endswith(".dcm"):
                    found.add(str(pydicom.dcmread(io.BytesIO(archive.read(name))).PatientID))
        return found

    assert names() == {"unnamed"} and page.session_state["case"].patient == "unnamed"
    page.text_input(f"study_id_{key}").set_value(" UAB-017 ").run()
    assert not page.exception
    assert names() == {"UAB-017"} and "Case UAB-017" in " ".join(m.value for m in page.markdown)
