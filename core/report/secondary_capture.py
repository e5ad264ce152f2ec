"""A film with its overlay as a DICOM Secondary Capture, marked as burned in and for research."""

import hashlib

import numpy as np
import pydicom
from highdicom.sc import SCImage
from PIL import ImageDraw, ImageFont
from pydicom.valuerep import TM

from core.report.dicom_identity import MANUFACTURER, TIME, fix_identity, patient_id, study_uid, uid_of
from core.report.overlay import overlay_picture
from core.report.visit_report import VisitReport
from core.svh import INTENDED_USE, Side


def secondary_captures(report: VisitReport) -> dict[str, pydicom.Dataset]:
    """One RGB capture a film with pixels, by the film's SHA-256.

    Its size is that of `overlay_picture`: a point of the film lies at the same share of width and height. UIDs follow
    from the content. Source: PS3.3 A.8.1 (Secondary Capture Image IOD).
    """
    return {digest: _capture(report, digest, number) for number, digest in enumerate(report.pictured(), start=1)}


def _capture(report: VisitReport, digest: str, number: int) -> pydicom.Dataset:
    films = report.pictured()[digest]
    picture = overlay_picture(report.pixels[digest], films)
    draw = ImageDraw.Draw(picture)
    size = max(9, picture.width // 60)
    draw.text(
        (size // 2, picture.height - 2 * size), INTENDED_USE, fill=(255, 255, 255),
        font=ImageFont.load_default(size=size), stroke_width=2, stroke_fill=(0, 0, 0),
    )  # fmt: skip
    pixels = np.asarray(picture)
    study = study_uid(report)
    sides = {None if film.side_open else film.side for film in films}
    made = SCImage(
        pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=study,
        series_instance_uid=uid_of("captures", study),
        series_number=1,
        sop_instance_uid=uid_of("capture", study, digest, hashlib.sha256(pixels.tobytes()).hexdigest()),
        instance_number=number,
        manufacturer=MANUFACTURER,
        patient_id=patient_id(report),
        patient_orientation=("R", "F"),  # asked for by highdicom; how the limb lay is not known, so it is emptied below
    )
    fix_identity(made, report)
    made["PatientOrientation"].value = None
    made.BurnedInAnnotation = "YES"
    made.SeriesDescription = "SvH overlay, research only"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.DerivationDescription = INTENDED_USE
    made.ImageComments = INTENDED_USE
    made.DateOfSecondaryCapture, made.TimeOfSecondaryCapture = made.ContentDate, TM(TIME)
    if report.source is not None and (image := report.source.images.get(digest)) is not None:
        source = pydicom.Dataset()
        source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
        made.SourceImageSequence = [source]
    if len(sides) == 1 and None not in sides:
        made.Laterality = "L" if sides == {Side.L} else "R"
    return made
