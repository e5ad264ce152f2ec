"""A phantom film as a DICOM object that an archive takes: synthetic identifiers, no person."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, JPEG2000Lossless, generate_uid

from core.cohort.labelled_film import LabelledFilm
from core.svh import Limb, Side

MADE_ON, MADE_AT = "20260101", "000000"  # clocks are not read: the same film gives the same identifiers
_VIEW = {Limb.HAND: "PA", Limb.FOOT: "AP"}


def identify(data: Dataset, *, patient: str, limb: Limb, side: Side, number: int) -> None:
    """Write the attributes that a valid CR image needs (PS3.3 A.2) and that name one of a phantom patient's films.

    All UIDs follow from `patient`, limb and side.
    """

    def uid(*parts: str) -> str:
        return generate_uid(entropy_srcs=["phantom", patient, *parts])

    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientID, data.PatientName = patient, ""
    data.PatientBirthDate = data.PatientSex = data.ReferringPhysicianName = data.AccessionNumber = ""
    data.PatientIdentityRemoved, data.DeidentificationMethod = "YES", "Digital phantom: nobody was X-rayed"
    data.StudyInstanceUID, data.StudyID = uid("study"), "1"
    data.StudyDate, data.StudyTime = MADE_ON, MADE_AT
    data.SeriesInstanceUID, data.SeriesNumber = uid(limb, side, "series"), number
    data.SOPInstanceUID, data.InstanceNumber = uid(limb, side, "image"), 1
    data.Manufacturer = "Open SvH scoring"
    data.ImageType = ["ORIGINAL", "PRIMARY"]
    data.PatientOrientation, data.ViewPosition = None, _VIEW[limb]
    data.BurnedInAnnotation = "NO"
    if "file_meta" in data.__dict__:
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID


def write_dicom(path: Path, film: LabelledFilm, *, patient: str = "") -> None:
    """A 12-bit MONOCHROME1 computed radiograph, losslessly compressed, of nobody.

    `patient` is the phantom's name, that of the film where it is empty.
    """
    values = (4095 - np.clip(film.pixels * 4095, 0, 4095)).astype(np.uint16)
    data = Dataset()
    data.SOPClassUID = ComputedRadiographyImageStorage
    data.Modality = "CR"
    data.BodyPartExamined = film.limb.value
    data.ImageLaterality = film.side.value
    data.Rows, data.Columns = values.shape
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME1"
    data.WindowCenter, data.WindowWidth = 2048, 4096
    if film.spacing_mm:
        data.ImagerPixelSpacing = [film.spacing_mm, film.spacing_mm]
    number = 1 + 2 * list(Limb).index(film.limb) + list(Side).index(film.side)
    name = patient or film.film_id.rpartition("-")[0] or film.film_id
    identify(data, patient=name, limb=film.limb, side=film.side, number=number)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.compress(JPEG2000Lossless, values, generate_instance_uid=False)
    data.save_as(path, enforce_file_format=True)
