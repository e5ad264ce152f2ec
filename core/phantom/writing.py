"""Phantom patients as files: films in the layout of RA2-DREAM, the table of true points, boxes and joints."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from core.anatomy.parts import part_boxes
from core.cohort.labelled_film import LabelledFilm
from core.cohort.ra2_table import write_table
from core.phantom.dicom_film import write_dicom
from core.phantom.patients import phantom_visit
from core.svh import Limb, Reading, Side


def write_cohort(
    folder: Path,
    patients: int,
    seed: int,
    *,
    mm_per_px: float = 0.2,
    dicom: bool = False,
    log: Callable[[str], None] = print,
) -> None:
    """Write `<id>-LH.jpg` and so on (`.dcm` where `dicom` is said), with their truth.

    `training.csv` (true points), `boxes.csv`, `joints.json` (centres, gaps in mm, mm3 eroded).
    """
    folder.mkdir(parents=True, exist_ok=True)
    readings: dict[str, Reading] = {}
    boxes: list[tuple[str, str, float, float, float, float]] = []
    joints: dict[str, object] = {}
    for n in range(patients):
        patient = f"PH{seed + n:06d}"
        films = phantom_visit(seed + n, mm_per_px=mm_per_px)
        for (limb, side), film in films.items():
            name = f"{patient}-{side.value}{limb.value[0]}" + (".dcm" if dicom else ".jpg")
            if dicom:
                write_dicom(folder / name, film, patient=patient)
            else:
                write_picture(folder / name, film)
            boxes += [(name, part, *(round(v, 1) for v in box)) for part, box in part_boxes(limb, film.points).items()]  # type: ignore[misc]
            joints[name] = {
                "mm_per_px": mm_per_px,
                "points": {k: [round(x, 1), round(y, 1)] for k, (x, y) in film.points.items()},
                "gap_mm": {k: round(v, 3) for k, v in film.gap_mm.items()},
                "eroded_mm3": {k: round(v, 2) for k, v in film.eroded_mm3.items()},
            }
        readings[patient] = true_reading(films)
        log(f"{patient}: total {readings[patient].svh}")
    (folder / "training.csv").write_text(write_table(readings))
    (folder / "joints.json").write_text(json.dumps(joints, indent=1) + "\n")
    with (folder / "boxes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "part", "x0", "y0", "x1", "y1"), *boxes])


def true_reading(films: dict[tuple[Limb, Side], LabelledFilm]) -> Reading:
    """The truth of a phantom visit as a Reading."""
    return Reading({(side, site): points for (_, side), film in films.items() for site, points in film.grades.items()})


def write_picture(path: Path, film: LabelledFilm) -> None:
    """An 8-bit JPEG of a film."""
    cv2.imwrite(str(path), np.clip(film.pixels * 255, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 92])
