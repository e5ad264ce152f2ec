"""The study in an archive that films came from: what an answer to that archive must carry, and nothing else may."""

import hashlib
import io
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pydicom
from pydicom import config
from pydicom.datadict import dictionary_VR
from pydicom.errors import InvalidDicomError
from pydicom.valuerep import VR, validate_value

PATIENT = ("PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName")
_IMAGE = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "Modality", "Rows", "Columns")
_NEEDED = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID", "SOPInstanceUID", "Rows", "Columns")


@dataclass(frozen=True)
class SourceStudy:
    """Patient, study and images of films, by the SHA-256 of their files: in memory, and for the answer alone."""

    images: Mapping[str, pydicom.Dataset] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.images:
            raise ValueError("none of the files is a DICOM object of an archive")
        for keyword, what in (("StudyInstanceUID", "studies"), ("PatientID", "patients")):
            if len({str(image[keyword].value) for image in self.images.values()}) > 1:
                raise ValueError(f"the files are of several {what}; an answer belongs to one")

    @classmethod
    def of(cls, files: Iterable[bytes]) -> "SourceStudy":
        """Read what the answer needs from DICOM files that were checked as films before.

        Raises: ValueError, without any value of a file, if one lacks what an answer names, or they are of two studies.
        """
        return cls({hashlib.sha256(data).hexdigest(): _header(data) for data in files})

    @property
    def study(self) -> pydicom.Dataset:
        """The attributes of patient and study."""
        return next(iter(self.images.values()))

    @property
    def uid(self) -> str:
        """StudyInstanceUID: how the archive calls the study."""
        return str(self.study.StudyInstanceUID)

    @property
    def patient_id(self) -> str:
        """PatientID as the archive knows it."""
        return str(self.study.PatientID)


def _header(data: bytes) -> pydicom.Dataset:
    """The wanted attributes as text in UTF-8; what DICOM does not allow is left empty, or refused where it is needed.

    Warnings of the parser are not passed on: they would write the value into the log.
    """
    made = pydicom.Dataset()
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            read = pydicom.dcmread(
                io.BytesIO(data),
                stop_before_pixels=True,
                specific_tags=[*PATIENT, *STUDY, *_IMAGE, "SpecificCharacterSet"],
            )
            found = {keyword: read.get(keyword) for keyword in (*PATIENT, *STUDY, *_IMAGE)}
        except (InvalidDicomError, ValueError, TypeError, AttributeError, KeyError, EOFError, OSError, LookupError):
            raise ValueError("a file is no DICOM object of an archive") from None
    made.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in found.items():
        made.__setattr__(keyword, _allowed(dictionary_VR(keyword), value))
    if lacking := [keyword for keyword in _NEEDED if not made.get(keyword)]:
        raise ValueError(f"a film in the archive has no valid {lacking[0]}, so that an answer cannot point at it")
    if not made.IssuerOfPatientID:
        del made.IssuerOfPatientID
    return made


def _allowed(kind: str, value: object) -> str | int | None:
    """The value where DICOM allows it in this place, else nothing."""
    if kind == VR.US:
        return value if isinstance(value, int) else None
    text = str(value if value is not None else "").strip(" \0")
    try:
        validate_value(kind, text, config.RAISE)
    except (ValueError, TypeError):
        return None
    return text
