"""Find, fetch and send back by DICOMweb, against a real Orthanc; what goes wrong is said without naming anybody."""

import io
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pydicom
import pytest

from core.pacs.archive import Archive, PacsError, configured_archive
from core.pacs.scored_study import score_study
from core.phantom.dicom_film import MADE_ON
from tests.core.pacs.conftest import Orthanc, free_port
from tests.core.pacs.stub import StubReader


def referenced_images(dataset: pydicom.Dataset) -> set[str]:
    found: set[str] = set()
    dataset.walk(lambda _, e: found.add(str(e.value)) if e.keyword == "ReferencedSOPInstanceUID" else None)
    return found


def test_nothing_is_asked_unless_an_archive_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SVH_DICOMWEB_URL", raising=False)
    assert configured_archive() is None


@pytest.mark.parametrize(
    "url", ["pacs", "ftp://pacs/x", "https://", "https://user:secret@pacs/x", "https://pacs/x?y=z"]
)
def test_an_address_that_is_none_is_refused_in_words(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVH_DICOMWEB_URL", url)
    with pytest.raises(PacsError, match="no address of a DICOMweb server") as told:
        configured_archive()
    assert "secret" not in str(told.value)


def test_a_study_is_found_fetched_scored_and_its_report_is_found_again(
    orthanc: Orthanc, phantom_files: list[bytes]
) -> None:
    for data in phantom_files:
        orthanc.put(data)
    archive = Archive(orthanc.dicomweb)
    (study,) = archive.find(patient_id="PH5")
    assert (study.patient_id, study.date, study.images) == ("PH5", MADE_ON, 4)
    assert [found.uid for found in archive.find(date="2026-01-01")] == [study.uid]
    assert archive.find(date="2025-01-01/2025-12-31") == [] and archive.find(patient_id="PH") == []

    files = archive.fetch(study.uid)
    assert len(files) == 4
    scored = score_study(StubReader(), files, name="study 1", made_on=date(2026, 3, 2))
    assert scored.why == "" and scored.result.reading.svh == sum(scored.result.reading.points.values())
    archive.send(scored.answer)

    rows = orthanc.ask(f"/dicom-web/studies/{study.uid}/instances?includefield=00080016")
    by_class: dict[str, set[str]] = {}
    for row in rows:
        by_class.setdefault(row["00080016"]["Value"][0], set()).add(row["00080018"]["Value"][0])
    sources = {str(pydicom.dcmread(io.BytesIO(data)).SOPInstanceUID) for data in phantom_files}
    assert by_class["1.2.840.10008.5.1.4.1.1.1"] == sources
    (report,) = by_class["1.2.840.10008.5.1.4.1.1.88.33"]
    captures = by_class["1.2.840.10008.5.1.4.1.1.7"]
    assert len(captures) == 4
    series = next(row["0020000E"]["Value"][0] for row in rows if row["00080018"]["Value"][0] == report)
    stored = Archive(orthanc.dicomweb)._client.retrieve_instance(study.uid, series, report)
    assert stored.PatientID == "PH5" and sources <= referenced_images(stored) <= sources | captures

    assert len(archive.fetch(study.uid)) == 4  # the captures that came back are no films
    archive.send(scored.answer)  # the same again changes nothing
    assert len(orthanc.ask(f"/dicom-web/studies/{study.uid}/instances")) == 9


def test_a_study_without_films_and_a_search_for_everybody_are_refused(
    orthanc: Orthanc, phantom_files: list[bytes]
) -> None:
    archive = Archive(orthanc.dicomweb)
    for words in ({}, {"patient_id": "  "}, {"patient_id": "*"}, {"accession": "?*"}):
        with pytest.raises(PacsError, match="Say whom"):
            archive.find(**words)
    with pytest.raises(PacsError, match="A date is"):
        archive.find(date="yesterday")
    with pytest.raises(PacsError):
        archive.fetch("1.2.3")
    scored = score_study(StubReader(), phantom_files[:1], name="study 1", made_on=date(2026, 3, 2))
    archive.send(scored.answer[:1])
    with pytest.raises(PacsError, match="no plain film"):
        archive.fetch(str(scored.answer[0].StudyInstanceUID))


def test_an_archive_that_is_away_or_says_no_is_told_without_the_patients_number() -> None:
    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path.split("/")[1]))
            self.end_headers()
            self.wfile.write(b"{")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Says)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        for status, words in ((401, "does not let"), (403, "does not let"), (500, "error 500"), (200, "no DICOMweb")):
            with pytest.raises(PacsError, match=words) as told:
                Archive(f"http://127.0.0.1:{server.server_port}/{status}").find(patient_id="HOSP-77")
            assert "HOSP-77" not in str(told.value) and told.value.__cause__ is None
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(PacsError, match="cannot be reached"):
        Archive(f"http://127.0.0.1:{free_port()}/x").find(patient_id="HOSP-77")
