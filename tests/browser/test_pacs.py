"""A study pulled from a real Orthanc, corrected, and its report stored beside it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from core.phantom import phantom_visit
from core.phantom.dicom_film import write_dicom
from tests.core.pacs.conftest import Orthanc, orthanc, orthanc_server  # noqa: F401
from tests.core.pacs.test_archive import referenced_images

SHOTS = os.environ.get("SVH_SHOTS", "")


@pytest.fixture
def filled(orthanc: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Orthanc]:  # noqa: F811
    """Orthanc with the films of one phantom patient, and the app told of it before it starts."""
    for (limb, side), film in phantom_visit(5).items():
        path = tmp_path / f"{limb.value}-{side.value}.dcm"
        write_dicom(path, film, patient="PH5")
        orthanc.put(path.read_bytes())
    monkeypatch.setenv("SVH_DICOMWEB_URL", orthanc.dicomweb)
    yield orthanc


def shot(page: object, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_study_is_pulled_corrected_and_answered(filled: Orthanc, server: str, page: object) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server}/pacs")
    page.get_by_role("button", name="I understand").click()
    page.get_by_label("Patient ID").fill("PH5")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_text("PH5").first.wait_for()
    shot(page, "pacs_found_1440")
    page.get_by_role("button", name="Fetch and score").click()
    page.get_by_text("4 films counted").wait_for()
    shot(page, "pacs_in_view_1440")
    page.get_by_role("button", name="Correct it on Score films").click()
    page.get_by_text("Case unnamed").wait_for()
    shot(page, "pacs_score_1440")
    page.get_by_test_id("score-grid").get_by_role("button", name="MCP 2 erosion").click()
    page.locator(".marks .chosen").wait_for(state="attached")
    page.locator(".stage").press("5")
    page.wait_for_function("document.querySelector('[data-testid=svh]')")
    page.get_by_text("1 site changed by you").wait_for()
    shot(page, "pacs_corrected_1440")
    page.get_by_role("link", name="From the PACS").first.click()
    page.get_by_text("1 site changed by you").wait_for()
    page.get_by_role("button", name="Store the report").click()
    page.get_by_text("Stored: the report and 4 captures").wait_for()
    shot(page, "pacs_stored_1440")
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "pacs_stored_390")

    (study,) = filled.ask("/dicom-web/studies?PatientID=PH5")
    uid = study["0020000D"]["Value"][0]
    (row,) = filled.ask(f"/dicom-web/studies/{uid}/instances?Modality=SR")
    (report,) = filled.ask(f"/dicom-web/studies/{uid}/series/{row['0020000E']['Value'][0]}/metadata")
    sources = {each["00080018"]["Value"][0] for each in filled.ask(f"/dicom-web/studies/{uid}/instances?Modality=CR")}
    assert len(sources) == 4 and sources <= referenced_images(pydicom.Dataset.from_json(report))
    assert not page.faults
