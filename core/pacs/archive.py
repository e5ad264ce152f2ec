"""The archive by DICOMweb: find (QIDO-RS), fetch (WADO-RS), send back (STOW-RS).

Nothing is asked unless `SVH_DICOMWEB_URL` names an archive; `SVH_DICOMWEB_AUTHORIZATION` is sent with
every request where it is set.
"""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pydicom

from core.pacs.kinds import FILM_CLASSES, MAX_FILES, is_answer
from core.radiograph import display_text

if TYPE_CHECKING:
    pass

URL_VARIABLE, AUTHORIZATION_VARIABLE = "SVH_DICOMWEB_URL", "SVH_DICOMWEB_AUTHORIZATION"
MAX_STUDIES = 50
WAIT_S = (5, 30)  # to connect, for an answer
MISSING = "The archive needs more packages: install them with `pip install -r core/pacs/requirements.txt`."


class PacsError(Exception):
    """The archive did not do what was asked; a sentence for the person at the screen, which names no patient."""


@dataclass(frozen=True)
class FoundStudy:
    """A study as the archive lists it, for the screen of the person who asked and for nothing else."""

    uid: str = field(repr=False)
    patient_id: str = field(repr=False)
    patient_name: str = field(repr=False)
    date: str = field(repr=False)
    accession: str = field(repr=False)
    description: str = field(repr=False)
    modalities: str = ""
    images: int | None = None


def configured_archive() -> "Archive | None":
    """The archive that the environment names; None where it names none.

    Raises: PacsError if the address is none, or the packages are not installed.
    """
    url = os.environ.get(URL_VARIABLE, "").strip()
    return Archive(url, authorization=os.environ.get(AUTHORIZATION_VARIABLE, "").strip()) if url else None


class Archive:
    """A DICOMweb server, as `https://pacs.hospital.example/dicom-web`."""

    def __init__(self, url: str, *, authorization: str = "") -> None:
        try:
            import requests
            from dicomweb_client.api import DICOMwebClient
        except ModuleNotFoundError:
            raise PacsError(MISSING) from None
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
            raise PacsError(
                f"{URL_VARIABLE} is no address of a DICOMweb server. Use https://HOST/PATH, without a password in it."
            )
        session = requests.Session()
        session.trust_env = (
            False  # neither a proxy nor ~/.netrc stands between this and the archive unless it is in the address
        )
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):
            session.verify = bundle
        headers = {"Authorization": authorization} if authorization else None
        try:
            self._client: DICOMwebClient = DICOMwebClient(
                url.rstrip("/"), session=session, headers=headers, timeout=WAIT_S
            )
        except ValueError:
            raise PacsError(f"{URL_VARIABLE} is no address of a DICOMweb server. Use https://HOST/PATH.") from None
        self._client.set_http_retry_params(retry=False)  # a body that was sent in chunks cannot be sent again

    def find(self, *, patient_id: str = "", accession: str = "", date: str = "") -> list[FoundStudy]:
        """Studies by PatientID, accession number or day (YYYY-MM-DD, or two with `/` between); the newest first.

        Raises: PacsError without anything to look for, for a date that is none, or if the archive does not answer.
        """
        asked = {"PatientID": patient_id.strip(), "AccessionNumber": accession.strip(), "StudyDate": _days(date)}
        wanted = {keyword: value for keyword, value in asked.items() if value.strip("*? ")}
        if not wanted:
            raise PacsError("Say whom to look for: a patient ID, an accession number or a date.")
        fields = ["StudyDescription", "ModalitiesInStudy", "NumberOfStudyRelatedInstances"]
        with _spoken():
            rows = self._client.search_for_studies(search_filters=wanted, fields=fields, limit=MAX_STUDIES)
            found = [_study(row) for row in rows]
        return sorted((study for study in found if study.uid), key=lambda study: study.date, reverse=True)

    def fetch(self, study_uid: str) -> list[bytes]:
        """The plain films of a study as files; reports, other pictures and earlier answers of this program stay there.

        Raises: PacsError if there is no film or too many, or the archive does not answer.
        """
        with _spoken():
            rows = [
                pydicom.Dataset.from_json(row)
                for row in self._client.search_for_instances(study_uid, fields=["SOPClassUID"])
            ]
            films = [row for row in rows if str(row.get("SOPClassUID", "")) in FILM_CLASSES]
            if len(films) > MAX_FILES:
                raise PacsError(f"This study has {len(films)} pictures; a case has {MAX_FILES} films at most.")
            files = [self._fetched(study_uid, row) for row in films]
        kept = [data for data in files if data]
        if not kept:
            raise PacsError("This study has no plain film (CR, DX or a secondary capture of one).")
        return kept

    def _fetched(self, study_uid: str, row: pydicom.Dataset) -> bytes:
        """The file of one image as it is stored, not decompressed on the way; nothing for an answer of this program."""
        as_stored = (("application/dicom", "*"),)
        read = self._client.retrieve_instance(
            study_uid, row.SeriesInstanceUID, row.SOPInstanceUID, media_types=as_stored
        )
        if is_answer(read):
            return b""
        out = io.BytesIO()
        read.save_as(out, enforce_file_format=True)
        return out.getvalue()

    def send(self, datasets: Sequence[pydicom.Dataset]) -> None:
        """Store reports and captures in the archive.

        Raises: PacsError if the archive did not take all of them.
        """
        with _spoken():
            said = self._client.store_instances(datasets)
        if failed := len(said.get("FailedSOPSequence", [])):
            raise PacsError(f"The archive refused {failed} of {len(datasets)} objects. Ask those who run it why.")


def _days(text: str) -> str:
    """A day or a range as QIDO writes it."""
    days = [re.sub(r"[-.\s]", "", day) for day in text.split("/")] if text.strip() else []
    if len(days) > 2 or not all(re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])", day) for day in days):
        raise PacsError("A date is YYYY-MM-DD, or two of them with / between.")
    return "-".join(days)


def _study(row: dict[str, Any]) -> FoundStudy:
    read = pydicom.Dataset.from_json(row)

    def text(keyword: str) -> str:
        value = read.get(keyword)
        words = value if isinstance(value, pydicom.multival.MultiValue) else [value]
        return display_text(", ".join(str(word) for word in words if word is not None))

    number = text("NumberOfStudyRelatedInstances")
    return FoundStudy(
        uid=text("StudyInstanceUID"),
        patient_id=text("PatientID"),
        patient_name=text("PatientName").replace("^", " ").strip(),
        date=text("StudyDate"),
        accession=text("AccessionNumber"),
        description=text("StudyDescription"),
        modalities=text("ModalitiesInStudy"),
        images=int(number) if number.isdigit() else None,
    )


@contextmanager
def _spoken() -> Iterator[None]:
    """Faults of the net and of the archive as sentences. Their own words are dropped: they may hold a patient's number.

    Raises: PacsError.
    """
    import requests

    try:
        yield
    except requests.exceptions.SSLError:
        words = "The archive's certificate is not trusted. Set REQUESTS_CA_BUNDLE to the hospital's certificates."
        raise PacsError(words) from None
    except requests.exceptions.Timeout:
        raise PacsError("The archive does not answer in time. Try again, or ask those who run it.") from None
    except requests.exceptions.ConnectionError:
        raise PacsError(f"The archive cannot be reached. Check {URL_VARIABLE} and the network.") from None
    except requests.exceptions.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status in (401, 403):
            raise PacsError(f"The archive does not let this program in. Check {AUTHORIZATION_VARIABLE}.") from None
        raise PacsError(f"The archive answered with error {status}. Ask those who run it.") from None
    except (requests.exceptions.RequestException, ValueError, TypeError, KeyError, AttributeError, OSError):
        raise PacsError("The archive answered with something that is no DICOMweb. Check its address.") from None
