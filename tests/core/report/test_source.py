"""Reports that answer an archive: its patient and study, joints in its images, and nothing of them anywhere else."""

import io
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.phantom import phantom_visit
from core.phantom.dicom_film import write_dicom
from core.report import reading_from_sr, readings_json, structured_report, visits_pdf
from core.report.dicom_identity import file_bytes
from core.report.source import SourceStudy
from core.report.visit_report import VisitReport
from core.svh import Reading
from tests.core.report.test_dicom import CELLS, validated
from tests.core.report.visits import reading_of, report_of

SAMPLE = Path(__file__).parents[3] / "pages" / "sample_case" / "P0042-RF.dcm"


def archived(number: int = 1, *, rows: int = 240, columns: int = 180, **changes: object) -> bytes:
    """A film as an archive holds it: twice the size of the films of `report_of`."""
    data = pydicom.dcmread(SAMPLE)
    pixels = (np.arange(rows * columns, dtype=np.uint16) * number % 4000).reshape(rows, columns)
    data.PatientName, data.PatientID, data.PatientBirthDate, data.PatientSex = "Müller^Änne", "HOSP-77", "19501231", "F"
    data.AccessionNumber, data.StudyDate, data.StudyTime = "ACC-1", "20260102", "101010"
    data.SpecificCharacterSet = "ISO_IR 100"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.SOPInstanceUID = (
        "1.2.3.4",
        f"1.2.3.4.{number}",
        f"1.2.3.4.{number}.1",
    )
    data.Rows, data.Columns, data.PixelData = rows, columns, pixels.tobytes()
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OW", False
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    with pydicom.config.disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value in changes.items():
            setattr(data, keyword, value)
        return file_bytes(data)


def answer_of(reading: Reading) -> VisitReport:
    """A report whose films came from an archive."""
    report = report_of(reading)
    source = SourceStudy.of(archived(number) for number in range(1, len(report.visit.films) + 1))
    by_old = dict(zip([film.sha256 for film in report.visit.films], source.images, strict=True))
    films = tuple(replace(film, sha256=by_old[film.sha256]) for film in report.visit.films)
    pixels = {by_old[digest]: pixels for digest, pixels in report.pixels.items()}
    return replace(report, visit=replace(report.visit, films=films), pixels=pixels, source=source)


def referenced(dataset: pydicom.Dataset) -> set[str]:
    found: set[str] = set()
    dataset.walk(lambda _, e: found.add(str(e.value)) if e.keyword == "ReferencedSOPInstanceUID" else None)
    return found


def test_the_answer_is_valid_dicom_of_the_archives_patient_and_study(tmp_path: Path) -> None:
    made, captures = structured_report(answer_of(reading_of(1)))
    assert len(captures) == 4
    for dataset in (made, *captures.values()):
        assert validated(file_bytes(dataset), tmp_path) == []
        read = pydicom.dcmread(io.BytesIO(file_bytes(dataset)))
        assert (str(read.PatientName), read.PatientID, read.PatientSex) == ("Müller^Änne", "HOSP-77", "F")
        assert (read.StudyInstanceUID, read.AccessionNumber, read.StudyDate) == ("1.2.3.4", "ACC-1", "20260102")
        assert "PatientIdentityRemoved" not in read and read.SeriesDate == "20260302"
    assert reading_from_sr(file_bytes(made)) == reading_of(1)


def test_joints_lie_in_the_archives_images_and_captures_name_their_source() -> None:
    made, captures = structured_report(answer_of(Reading({CELLS[0]: 2})))
    points: list[list[float]] = []
    made.walk(lambda _, e: points.append(list(e.value)) if e.keyword == "GraphicData" else None)
    assert points == [[60.0, 80.0]]  # (30, 40) on a film of half the size
    assert "1.2.3.4.1.1" in referenced(made)
    (capture,) = captures.values()
    assert capture.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.1.1"
    evidence = {
        image.ReferencedSOPInstanceUID
        for series in made.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        for image in series.ReferencedSOPSequence
    }
    assert evidence == {"1.2.3.4.1.1", capture.SOPInstanceUID}


def test_nothing_of_the_archive_is_in_any_other_file() -> None:
    report = answer_of(reading_of(1))
    others = visits_pdf([report]) + readings_json([report.visit], report.weights).encode() + repr(report).encode()
    for secret in ("HOSP-77", "Müller", "1.2.3.4", "ACC-1"):
        assert secret.encode() not in others


def test_foreign_values_are_never_warned_of_and_never_carried_over_broken(tmp_path: Path) -> None:
    data = archived(PatientBirthDate="31.12.1950", PatientSex="weiblich!", StudyTime="late", StudyID="x" * 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = SourceStudy.of([data])
    assert source.study.PatientBirthDate in ("", None) and source.study.StudyTime in ("", None)
    report = replace(report_of(Reading({CELLS[0]: 1})), source=source)
    made, _ = structured_report(report)
    assert validated(file_bytes(made), tmp_path) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "none of the files"),
        ([b"hello"], "no DICOM object"),
        ([archived(SOPInstanceUID="")], "no valid SOPInstanceUID"),
        ([archived(StudyInstanceUID="not-a-uid")], "no valid StudyInstanceUID"),
        ([archived(PatientID="")], "no valid PatientID"),
        ([archived(1), archived(2, StudyInstanceUID="1.2.9")], "several studies"),
        ([archived(1), archived(2, PatientID="OTHER-9")], "several patients"),
    ],
)
def test_what_cannot_be_answered_is_said_without_naming_anybody(files: list[bytes], words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        SourceStudy.of(files)
    assert not any(secret in str(told.value) for secret in ("HOSP-77", "OTHER-9", "1.2.", "not-a-uid"))


def test_the_films_of_phantoms_are_valid_dicom_of_one_study(tmp_path: Path) -> None:
    studies, series = set(), set()
    for (limb, side), film in phantom_visit(5, mm_per_px=0.4).items():
        path = tmp_path / f"{limb.value}{side.value}.dcm"
        write_dicom(path, film, patient="PH5")
        assert validated(path.read_bytes(), tmp_path) == []
        read = pydicom.dcmread(path)
        studies.add(read.StudyInstanceUID)
        series.add(read.SeriesInstanceUID)
    assert len(studies) == 1 and len(series) == 4


def test_the_dicom_film_of_the_sample_is_valid(tmp_path: Path) -> None:
    assert validated(SAMPLE.read_bytes(), tmp_path) == []
