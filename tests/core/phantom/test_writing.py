import csv
import json
from pathlib import Path

from core.cohort.ra2_table import read_table
from core.phantom import phantom_visit
from core.phantom.writing import true_reading, write_cohort


def test_a_cohort_has_films_table_boxes_and_joints(tmp_path: Path) -> None:
    write_cohort(tmp_path, 1, 77, mm_per_px=0.4, tell=lambda _: None)
    assert sorted(p.name for p in tmp_path.glob("*.jpg")) == [f"PH000077-{k}.jpg" for k in ("LF", "LH", "RF", "RH")]
    readings = read_table((tmp_path / "training.csv").read_text())
    assert readings["PH000077"] == true_reading(phantom_visit(77, mm_per_px=0.4))
    with (tmp_path / "boxes.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 22
    assert set(json.loads((tmp_path / "joints.json").read_text())) == {p.name for p in tmp_path.glob("*.jpg")}
