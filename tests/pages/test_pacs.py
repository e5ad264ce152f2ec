"""From the PACS: shown where an archive is configured; find, fetch, correct, store; nothing of a person is kept."""

from typing import ClassVar

import pydicom
import pytest
from streamlit.testing.v1 import AppTest

from core.model_reader.case import Case
from core.pacs import archive as archive_module
from core.pacs.archive import FoundStudy, PacsError
from core.report.source import SourceStudy
from core.svh import Side
from pages.widgets.shared import scoring_job
from pages.widgets.shared.case_steps import case_films
from tests.core.report.test_source import archived
from tests.pages.page_runs import ROOT

FILES = [archived(1), archived(2, ImageLaterality="L")]


class FakeArchive:
    """Stands in for a DICOMweb server; what was sent is kept."""

    sent: ClassVar[list[pydicom.Dataset]] = []
    fault = ""

    def __init__(self, url: str, *, authorization: str = "") -> None:
        self.url = url

    def find(self, **asked: str) -> list[FoundStudy]:
        if self.fault:
            raise PacsError(self.fault)
        return [FoundStudy("1.2.3.4", "HOSP-77", "Müller Änne", "20260102", "ACC-1", "Hands", "CR", 2)]

    def fetch(self, uid: str) -> list[bytes]:
        return FILES

    def send(self, datasets: list[pydicom.Dataset]) -> None:
        FakeArchive.sent = list(datasets)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeArchive]:
    monkeypatch.setenv("SVH_DICOMWEB_URL", "http://archive.example/dicom-web")
    monkeypatch.setattr(archive_module, "Archive", FakeArchive)
    monkeypatch.setattr(FakeArchive, "fault", "")
    FakeArchive.sent = []
    return FakeArchive


def opened(**state: object) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "pacs.py"), default_timeout=60)
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def in_view() -> dict[str, object]:
    """The state after the films were fetched and scored, one of them corrected."""
    job = scoring_job.start(scoring_job.read_files([(f"film{n}.dcm", data) for n, data in enumerate(FILES)], ()))
    outcome = job.future.result()
    case = Case("unnamed", case_films(outcome.films, outcome.readings))
    for film, side in zip(case.films, (Side.R, Side.L), strict=True):
        case.set_side(film.key, side)
    first = case.films[0]
    case.set_points(first.key, first.found.cells[0].site, 3)
    return {"case": case, "pacs_source": SourceStudy.of(FILES)}


def test_the_page_is_there_only_where_an_archive_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SVH_DICOMWEB_URL", raising=False)
    assert "No archive is configured" in opened().info[0].value


def test_a_study_is_found_and_its_row_says_whose_it_is(fake: type[FakeArchive]) -> None:
    app = opened()
    app.text_input(key="pacs_patient").set_value("HOSP-77")
    app.button[0].click().run()
    assert not app.exception
    assert any("HOSP-77" in text.value and "2026-01-02" in text.value for text in app.text)


def test_a_fault_of_the_archive_is_a_sentence(fake: type[FakeArchive]) -> None:
    fake.fault = "The archive cannot be reached."
    app = opened()
    app.button[0].click().run()
    assert [error.value for error in app.error] == ["The archive cannot be reached."] and not app.exception


def test_the_corrected_report_is_stored_and_points_at_the_sources(stub: None, fake: type[FakeArchive]) -> None:
    app = opened(**in_view())
    assert "1 site changed by you" in [caption.value for caption in app.caption]
    next(button for button in app.button if button.label == "Store the report").click().run()
    assert not app.exception and "report and 2 captures" in app.success[0].value
    report, *captures = fake.sent
    assert report.PatientID == "HOSP-77" and {capture.StudyInstanceUID for capture in captures} == {"1.2.3.4"}
    sources = {capture.SourceImageSequence[0].ReferencedSOPInstanceUID for capture in captures}
    assert sources == {"1.2.3.4.1.1", "1.2.3.4.2.1"}


def test_films_from_elsewhere_are_never_stored_under_the_patient(stub: None, fake: type[FakeArchive]) -> None:
    state = in_view()
    state["pacs_source"] = SourceStudy.of(FILES[:1])
    app = opened(**state)
    assert "not from this study" in app.warning[0].value
    assert not [button for button in app.button if button.label == "Store the report"]
