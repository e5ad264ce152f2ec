"""Which DICOM files belong together.

Salted hashes of patient, study and day, for grouping in memory and for nothing else.
"""

import hashlib
import io
import re
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime

from pydicom.datadict import tag_for_keyword
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from core.radiograph.dicom_file import split_meta
from core.radiograph.film import display_text

HEAD_BYTES = 2**18  # what is read of a file to find them
_KEYWORDS = ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID", "StudyDate", "AcquisitionDate")
_TAGS = [tag_for_keyword(keyword) or 0 for keyword in _KEYWORDS]
_LAST = max(_TAGS)
_NOBODY = re.compile(
    r"0*|x+|-*|anon.*|unknown.*|none|null|n/?a|deid.*|de-id.*|removed|redacted|test|patient|no ?name", re.IGNORECASE
)


@dataclass(frozen=True)
class Identity:
    """Hashes that are equal for the same patient, study and day within one process; empty where a file does not say."""

    patient: str = ""
    study: str = ""
    day: str = ""

    @property
    def tells(self) -> bool:
        """Whether a file says which visit it is of: its study, or patient and day."""
        return bool(self.study or (self.patient and self.day))


NOBODY = Identity()


@dataclass(frozen=True)
class FileLabels:
    """What a DICOM file calls its patient and day: shown to the person who asks for it, and kept nowhere."""

    patient: str = field(default="", repr=False)
    day: date | None = field(default=None, repr=False)


def labels_of(head: bytes) -> FileLabels:
    """Patient ID and study date in the first bytes of a DICOM file, as display text; empty for what cannot be read."""
    try:
        found = _values(head)
    except Exception:  # as in `identity_of`
        return FileLabels()
    person = display_text(found["PatientID"])
    try:
        day = datetime.strptime((found["StudyDate"] or found["AcquisitionDate"])[:8], "%Y%m%d").date()
    except ValueError:
        day = None
    return FileLabels("" if _NOBODY.fullmatch(person) else person, day)


def identity_of(head: bytes, salt: bytes) -> Identity:
    """The identity in the first bytes of a DICOM file; empty for what cannot be read."""
    try:
        found = _values(head)
    except Exception:  # the parser raises some twenty classes; a damaged file is told so when it is opened
        return NOBODY

    def hashed(text: str) -> str:
        return hashlib.blake2b(text.encode(), key=salt, digest_size=12).hexdigest() if text else ""

    person = found["PatientID"]
    if _NOBODY.fullmatch(person):
        name = found["PatientName"].replace("^", " ").strip()
        person = "" if _NOBODY.fullmatch(name) else f"{name}\n{found['PatientBirthDate']}"
    day = found["StudyDate"] or found["AcquisitionDate"]
    return Identity(hashed(person.upper()), hashed(found["StudyInstanceUID"]), hashed(day))


def _values(head: bytes) -> dict[str, str]:
    syntax, body = split_meta(head, "")
    if syntax == DeflatedExplicitVRLittleEndian:
        body = zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, HEAD_BYTES)

    def behind(tag: BaseTag, vr: str | None, length: int) -> bool:
        return int(tag) > _LAST

    dataset = read_dataset(
        io.BytesIO(body),
        syntax == ImplicitVRLittleEndian,
        syntax != ExplicitVRBigEndian,
        stop_when=behind,
        specific_tags=list(_TAGS),
    )
    return {keyword: str(dataset.get(keyword, "") or "").strip(" \0") for keyword in _KEYWORDS}
