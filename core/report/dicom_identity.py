"""What the DICOM reports share: identifiers from content, fixed dates, a pseudonym or the archive's own patient."""

import hashlib
import io
from copy import deepcopy

import pydicom
from pydicom.uid import UID

from core.report.source import PATIENT, STUDY
from core.report.visit_report import VisitReport

MANUFACTURER = "Open SvH scoring"
TIME = "000000"


def uid_of(*parts: str) -> UID:
    """A UID under 2.25 (PS3.5 B.2) that follows from the parts: the same content has the same UID."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def study_uid(report: VisitReport) -> UID:
    """The study of a visit's reports: that of the archive, or one for one patient and one set of films."""
    if report.source is not None:
        return UID(report.source.uid)
    return uid_of("study", report.patient, *sorted({film.sha256 for film in report.visit.films}))


def patient_id(report: VisitReport) -> str:
    """The archive's PatientID in an answer to it; else the pseudonym, at most 64 bytes of UTF-8 long."""
    if report.source is not None:
        return report.source.patient_id
    return report.patient.encode()[:64].decode(errors="ignore")


def fix_identity(dataset: pydicom.Dataset, report: VisitReport) -> None:
    """Put the report's date and the pseudonym in, and nothing else about a person; clocks are not read.

    An answer to an archive carries the patient and the study that the archive gave instead.
    """
    day = report.made_on.strftime("%Y%m%d")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = "", patient_id(report)
    dataset.PatientBirthDate = dataset.PatientSex = dataset.AccessionNumber = dataset.ReferringPhysicianName = ""
    dataset.StudyID = ""
    for keyword in ("StudyDate", "SeriesDate", "ContentDate", "InstanceCreationDate"):
        setattr(dataset, keyword, day)
    for keyword in ("StudyTime", "SeriesTime", "ContentTime", "InstanceCreationTime"):
        setattr(dataset, keyword, TIME)
    if report.source is None:
        dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "YES", "Local pseudonym only"
    else:
        for keyword in (*PATIENT, *STUDY):
            if keyword in report.source.study:
                dataset.add(deepcopy(report.source.study[keyword]))
    for equipment in dataset.get("ContributingEquipmentSequence", []):
        equipment.ContributionDateTime = day + TIME


def file_bytes(dataset: pydicom.Dataset) -> bytes:
    """The dataset as a DICOM file."""
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
