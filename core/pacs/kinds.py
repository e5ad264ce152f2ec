"""Which objects of an archive are films to be read, and which are answers of this program."""

import pydicom
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)

from core.report.dicom_identity import MANUFACTURER

FILM_CLASSES = (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)
MAX_FILES = 24  # films of one study
MAX_BYTES = 250 * 2**20


def is_answer(dataset: pydicom.Dataset) -> bool:
    """Whether this is a capture that this program made: scored again it would be a film with its own points on it."""
    capture = dataset.get("SOPClassUID") == SecondaryCaptureImageStorage
    return bool(capture and dataset.get("Manufacturer") == MANUFACTURER)
