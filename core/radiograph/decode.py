"""Bytes to Radiograph inside this process; `open_film` does the same in a guarded child."""

import hashlib
import logging
import warnings

from pydicom.dataset import Dataset

from core.radiograph import limits
from core.radiograph.brightness import check_contrast
from core.radiograph.dicom_file import read_dicom
from core.radiograph.dicom_pixels import dicom_pixels
from core.radiograph.file_type import FileType, file_type
from core.radiograph.film import Fault, FilmError, FilmNote, Radiograph, display_text
from core.radiograph.name_hints import name_hints, word_hints
from core.radiograph.picture_files import read_picture
from core.radiograph.pixel_shape import pixel_shape, square
from core.svh import Limb, Side


def _side(attributes: Dataset) -> Side | None:
    for keyword in ("ImageLaterality", "Laterality"):
        word = str(attributes.get(keyword, "") or "").strip().upper()
        if word in ("L", "R"):
            return Side(word)
    return None


def _tags(attributes: Dataset) -> tuple[Limb | None, Side | None]:
    """Limb and side of the attributes; free text counts only where the coded ones are silent."""
    limb = word_hints(str(attributes.get("BodyPartExamined", "") or ""))[0]
    side = _side(attributes)
    for keyword in ("SeriesDescription", "ProtocolName"):
        limb_word, side_word = word_hints(str(attributes.get(keyword, "") or ""))
        limb, side = limb or limb_word, side or side_word
    return limb, side


def check_bytes(data: bytes, name: str, size: int = 0) -> None:
    """Refuse a file above 100 MB; `size` where `data` are not all of it.

    Raises: FilmError.
    """
    if max(len(data), size) > limits.FILE_BYTES:
        raise FilmError(
            Fault.FILE_SIZE, f"the file is larger than {limits.FILE_BYTES // 2**20} MB. Export the film alone.", name
        )


def _decode(data: bytes, name: str) -> Radiograph:
    kind = file_type(data, name)
    limb_tag: Limb | None = None
    side_tag: Side | None = None
    spacing: float | None = None
    notes: tuple[FilmNote, ...]
    if kind is FileType.DICOM:
        file = read_dicom(data, name)
        pixels, notes = dicom_pixels(file, name)
        limb_tag, side_tag = _tags(file.attributes)
        spacing, ratio, more = pixel_shape(file.attributes)
        pixels, reshaped = square(pixels, ratio)
        notes += more + reshaped
    else:
        pixels, notes = read_picture(data, kind, name)
    check_contrast(pixels, name)
    hints = name_hints(name)
    return Radiograph(
        pixels=pixels,
        name=display_text(name),
        sha256=hashlib.sha256(data).hexdigest(),
        spacing_mm=spacing,
        limb_tag=limb_tag,
        side_tag=side_tag,
        limb_name=hints.limb,
        side_name=hints.side,
        patient=hints.patient,
        notes=notes,
    )


def decode_film(data: bytes, name: str) -> Radiograph:
    """A checked film out of the bytes of a file.

    Raises: FilmError, and nothing else: decoders raise some twenty classes, so this is the one place that catches all.
    """
    check_bytes(data, name)
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # its messages quote attribute values
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data, name)
    except FilmError:
        raise
    except MemoryError:
        raise FilmError(
            Fault.MEMORY, "the file needs more memory than is allowed. Export the film at a lower resolution.", name
        ) from None
    except Exception:
        raise FilmError(
            Fault.DAMAGED, "the file is damaged or incomplete and cannot be read. Export or send it again.", name
        ) from None
