"""Phantom patients as files: films in the layout of RA2-DREAM, the table of true points, boxes and joints.

The sample case.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, JPEG2000Lossless, generate_uid

from core.anatomy.parts import part_boxes
from core.cohort.labelled_film import LabelledFilm
from core.cohort.ra2_table import write_table
from core.phantom.patients import phantom_visit
from core.svh import Limb, Reading, Side


def write_cohort(
    folder: Path, patients: int, seed: int, *, mm_per_px: float = 0.2, tell: Callable[[str], None] = print
) -> None:
    """Write `<id>-LH.jpg` and so on, with their truth.

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
            name = f"{patient}-{side.value}{limb.value[0]}.jpg"
            write_picture(folder / name, film)
            boxes += [(name, part, *(round(v, 1) for v in box)) for part, box in part_boxes(limb, film.points).items()]  # type: ignore[misc]
            joints[name] = {
                "mm_per_px": mm_per_px,
                "points": {k: [round(x, 1), round(y, 1)] for k, (x, y) in film.points.items()},
                "gap_mm": {k: round(v, 3) for k, v in film.gap_mm.items()},
                "eroded_mm3": {k: round(v, 2) for k, v in film.eroded_mm3.items()},
            }
        readings[patient] = true_reading(films)
        tell(f"{patient}: total {readings[patient].svh}")
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


def write_dicom(path: Path, film: LabelledFilm) -> None:
    """A 12-bit MONOCHROME1 computed radiograph, losslessly compressed, without any identity."""
    values = (4095 - np.clip(film.pixels * 4095, 0, 4095)).astype(np.uint16)
    data = Dataset()
    data.SOPClassUID = ComputedRadiographyImageStorage
    data.SOPInstanceUID = generate_uid(entropy_srcs=[film.film_id])
    data.Modality = "CR"
    data.BodyPartExamined = film.limb.value
    data.ImageLaterality = film.side.value
    data.Rows, data.Columns = values.shape
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME1"
    data.WindowCenter, data.WindowWidth = 2048, 4096
    if film.spacing_mm:
        data.ImagerPixelSpacing = [film.spacing_mm, film.spacing_mm]
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.compress(JPEG2000Lossless, values, generate_instance_uid=False)
    data.save_as(path, enforce_file_format=True)


def write_sample(folder: Path, seed: int, patient: str) -> None:
    """The sample case of the app: four films of one phantom patient, the right foot as DICOM."""
    folder.mkdir(parents=True, exist_ok=True)
    for (limb, side), film in phantom_visit(seed).items():
        stem = f"{patient}-{side.value}{limb.value[0]}"
        if (limb, side) == (Limb.FOOT, Side.R):
            write_dicom(folder / f"{stem}.dcm", film)
        else:
            write_picture(folder / f"{stem}.jpg", film)
