"""What the DICOM reports share: identifiers from content, a pseudonym and no more, and fixed dates."""

import hashlib
import io

import pydicom
from pydicom.uid import UID

from core.report.visit_report import VisitReport

MANUFACTURER = "Open SvH scoring"
TIME = "000000"


def uid_of(*parts: str) -> UID:
    """A UID under 2.25 (PS3.5 B.2) that follows from the parts: the same content has the same UID."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def study_uid(report: VisitReport) -> UID:
    """The study of a visit's reports: one patient, one set of films."""
    return uid_of("study", report.patient, *sorted({film.sha256 for film in report.visit.films}))


def patient_id(report: VisitReport) -> str:
    """The pseudonym in at most 64 bytes of UTF-8, which is what validators count."""
    return report.patient.encode()[:64].decode(errors="ignore")


def fix_identity(dataset: pydicom.Dataset, report: VisitReport) -> None:
    """Put the report's date and the pseudonym in, and nothing else about a person; clocks are not read."""
    day = report.made_on.strftime("%Y%m%d")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "", patient_id(report)
    dataset.PatientBirthDate = dataset.PatientSex = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "YES", "Local pseudonym only"
    dataset.StudyID = ""
    for keyword in ("StudyDate", "SeriesDate", "ContentDate", "InstanceCreationDate"):
        setattr(dataset, keyword, day)
    for keyword in ("StudyTime", "SeriesTime", "ContentTime", "InstanceCreationTime"):
        setattr(dataset, keyword, TIME)
    for equipment in dataset.get("ContributingEquipmentSequence", []):
        equipment.ContributionDateTime = day + TIME


def file_bytes(dataset: pydicom.Dataset) -> bytes:
    """The dataset as a DICOM file."""
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
