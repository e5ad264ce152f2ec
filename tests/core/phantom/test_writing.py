import csv
import json
from pathlib import Path

import pydicom

from core.cohort.ra2_table import read_table
from core.phantom import phantom_visit
from core.phantom.dicom_film import write_dicom
from core.phantom.writing import true_reading, write_cohort
from core.radiograph.decode import decode_film
from core.svh import Limb, Side


def test_a_cohort_has_films_table_boxes_and_joints(tmp_path: Path) -> None:
    write_cohort(tmp_path, 1, 77, mm_per_px=0.4, log=lambda _: None)
    assert sorted(p.name for p in tmp_path.glob("*.jpg")) == [f"PH000077-{k}.jpg" for k in ("LF", "LH", "RF", "RH")]
    readings = read_table((tmp_path / "training.csv").read_text())
    assert readings["PH000077"] == true_reading(phantom_visit(77, mm_per_px=0.4))
    with (tmp_path / "boxes.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 22
    assert set(json.loads((tmp_path / "joints.json").read_text())) == {p.name for p in tmp_path.glob("*.jpg")}


def test_the_dicom_film_reads_back_bone_bright_and_nameless(tmp_path: Path) -> None:
    film = phantom_visit(5, mm_per_px=0.4)[(Limb.FOOT, Side.R)]
    write_dicom(tmp_path / "x.dcm", film)
    read = decode_film((tmp_path / "x.dcm").read_bytes(), "x.dcm")
    assert read.pixels.shape == film.pixels.shape and abs(read.pixels - film.pixels).max() < 0.01
    assert read.side_tag is Side.R and read.limb_tag is Limb.FOOT and read.spacing_mm == 0.4
    assert pydicom.dcmread(tmp_path / "x.dcm").PatientName == ""


def test_a_cohort_of_dicom_films_is_one_study_a_patient(tmp_path: Path) -> None:
    write_cohort(tmp_path, 1, 77, mm_per_px=0.5, dicom=True, log=lambda _: None)
    read = [pydicom.dcmread(path) for path in sorted(tmp_path.glob("PH000077-*.dcm"))]
    assert len(read) == 4 and {film.PatientID for film in read} == {"PH000077"}
    assert len({film.StudyInstanceUID for film in read}) == 1 and len({film.SOPInstanceUID for film in read}) == 4
    assert set(json.loads((tmp_path / "joints.json").read_text())) == {path.name for path in tmp_path.glob("*.dcm")}
