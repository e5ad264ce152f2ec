"""A DICOM file up to its pixels: only the attributes a film needs are read, so no identity is ever taken in."""

import io
import struct
import zlib
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from core.radiograph import limits
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind, quoted

_PIXEL_DATA, _FLOAT_PIXELS = 0x7FE00010, frozenset({0x7FE00008, 0x7FE00009})
_UNDEFINED = 0xFFFFFFFF
_KEYWORDS = (
    "SOPClassUID", "Modality", "BodyPartExamined", "Laterality", "ImageLaterality", "PatientOrientation",
    "SeriesDescription", "ProtocolName", "PatientAge", "BurnedInAnnotation", "PresentationIntentType",
    "LossyImageCompression", "LossyImageCompressionRatio",
    "PixelSpacing", "ImagerPixelSpacing", "EstimatedRadiographicMagnificationFactor",
    "PixelAspectRatio", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SamplesPerPixel",
    "PlanarConfiguration", "PhotometricInterpretation", "NumberOfFrames", "PixelPaddingValue", "PixelPaddingRangeLimit",
    "RescaleSlope", "RescaleIntercept", "ModalityLUTSequence", "VOILUTSequence", "VOILUTFunction",
    "WindowCenter", "WindowWidth", "PresentationLUTShape",
    *(f"{c}PaletteColorLookupTable{part}" for c in ("Red", "Green", "Blue") for part in ("Descriptor", "Data")),
)  # fmt: skip
_TAGS = [tag_for_keyword(keyword) or 0 for keyword in _KEYWORDS]
_DOCUMENTS = {
    "1.2.840.10008.5.1.4.1.1.104": "an encapsulated document",
    "1.2.840.10008.5.1.4.1.1.88": "a report",
    "1.2.840.10008.5.1.4.1.1.11": "a presentation state",
    "1.2.840.10008.5.1.4.1.1.481.2": "a radiotherapy dose",
    "1.2.840.10008.5.1.4.1.1.481.3": "a radiotherapy structure",
    "1.2.840.10008.5.1.4.1.1.481.5": "a radiotherapy plan",
    "1.2.840.10008.5.1.4.1.1.481.8": "a radiotherapy plan",
    "1.2.840.10008.5.1.4.1.1.66": "a segmentation or raw data",
    "1.2.840.10008.5.1.4.1.1.9": "a waveform",
    "1.2.840.10008.1.3.10": "an index of a disc (DICOMDIR)",
}
# Two-letter words of PS3.3, C.7.3.1.1.1 that can be a plain film (old viewers and converters write OT, SC or nothing).
_FILM_MODALITIES = frozenset({"", "CR", "DX", "DR", "RG", "RF", "XA", "MG", "PX", "IO", "OT", "SC", "CF"})
_VIDEO = "1.2.840.10008.1.2.4.10"  # MPEG-2 .100 to HEVC .108


@dataclass(frozen=True)
class DicomFile:
    """The needed attributes, and the bytes of the pixel element: frames as they stand, or the joined fragments.

    `notes` tell what of the file's form was wrong and could be read all the same.
    """

    attributes: Dataset
    syntax: str
    pixels: memoryview
    encapsulated: bool
    little_endian: bool
    notes: tuple[FilmNote, ...]


def _inflate(data: bytes, name: str) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    out = inflater.decompress(data, limits.INFLATED_BYTES)
    if inflater.unconsumed_tail:
        raise FilmError(
            Fault.FILE_SIZE,
            f"the file expands to more than {limits.INFLATED_BYTES // 2**20} MB. Export it without compression.",
            name,
        )
    return out


def split_meta(data: bytes, name: str) -> tuple[str, bytes]:
    """Transfer syntax, and the bytes behind the file meta information.

    Raises: FilmError if that information is not whole.
    """
    bare = data[128:132] != b"DICM"
    if bare and data[:2] != b"\x02\x00":  # no preamble, no meta: tell explicit from implicit by the first element
        return ("1.2.840.10008.1.2.1" if data[4:6].isalpha() and data[4:6].isupper() else ImplicitVRLittleEndian), data
    source = io.BytesIO(data if bare else data[132:])
    meta = read_dataset(source, False, True, stop_when=lambda tag, vr, length: tag >> 16 != 2)
    syntax = str(meta.get("TransferSyntaxUID", "") or "").strip()
    rest = source.read()
    if len(rest) < 8:
        raise FilmError(Fault.INCOMPLETE, "this is not a complete DICOM file. Export or send it again.", name)
    if not syntax:
        syntax = "1.2.840.10008.1.2.1" if rest[4:6].isalpha() and rest[4:6].isupper() else str(ImplicitVRLittleEndian)
    return syntax, rest


def _fragments(data: memoryview, endian: str, name: str) -> tuple[list[memoryview], int, bool]:
    """Fragments of an encapsulated pixel element, where it ends, and whether the mark of its end is there (PS3.5, A.4).

    Without that mark the last fragment must be whole and end as a stream ends, or have no end of its own to look for
    (RLE).
    """
    found: list[memoryview] = []
    at = 0
    while at + 8 <= len(data):
        group, element, length = struct.unpack_from(f"{endian}HHL", data, at)
        at += 8
        if (group, element) == (0xFFFE, 0xE0DD):
            return found[1:], at, True  # the first item is the offset table
        if (group, element) != (0xFFFE, 0xE000):
            at -= 8
            break
        if length > len(data) - at:
            raise FilmError(
                Fault.INCOMPLETE,
                f"the picture is incomplete ({len(data)} bytes are left where more are announced). Send the file"
                " again.",
                name,
            )
        found.append(data[at : at + length])
        at += length
    if len(found) > 1:
        begins, ends = bytes(found[1][:4]), bytes(found[-1][-4096:]).rstrip(b"\0")
        compressed = begins.startswith((b"\xff\xd8", b"\xff\x4f", b"\0\0\0\x0c"))
        if ends.endswith(b"\xff\xd9") if compressed else len(found) == 2:
            return found[1:], len(data) if not any(data[at : at + 8]) else at, False
    raise FilmError(Fault.INCOMPLETE, "the picture is incomplete (its end is missing). Send the file again.", name)


def _depth(dataset: Dataset) -> int:
    """Depth of nested sequences, counted without recursion."""
    deepest, waiting = 0, [(dataset, 0)]
    while waiting:
        current, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > limits.SEQUENCE_DEPTH:
            break
        for element in current:  # converts one level of raw elements at a time
            if element.VR == "SQ" and isinstance(element.value, Sequence):
                waiting += [(item, depth + 1) for item in element.value]
    return deepest


def _refuse_other_kinds(attributes: Dataset, has_pixels: bool, name: str) -> None:
    sop_class = str(attributes.get("SOPClassUID", "") or "")
    kind = next((word for uid, word in _DOCUMENTS.items() if sop_class == uid or sop_class.startswith(uid + ".")), None)
    if kind:
        raise FilmError(Fault.NOT_A_PICTURE, f"this DICOM holds {kind}, not a radiograph. Send the film itself.", name)
    modality = str(attributes.get("Modality", "") or "").strip().upper()
    if has_pixels and modality not in _FILM_MODALITIES:
        raise FilmError(
            Fault.MODALITY,
            f"this DICOM says it is a picture of modality {quoted(modality)}, not a radiograph. Send the plain film.",
            name,
        )


def read_dicom(data: bytes, name: str) -> DicomFile:
    """The header of a DICOM file, checked for what it is; the pixels stay undecoded.

    Raises: FilmError for what is refused on purpose; the parser raises what it likes.
    """
    syntax, body = split_meta(data, name)
    if syntax == DeflatedExplicitVRLittleEndian:
        body = _inflate(body, name)
    if syntax.startswith(_VIDEO):
        raise FilmError(Fault.COMPRESSION, "this DICOM holds a video. Send the film as a still picture.", name)
    little = syntax != ExplicitVRBigEndian
    source = io.BytesIO(body)
    found: dict[int, tuple[int, int]] = {}

    def at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
        if tag == _PIXEL_DATA or tag in _FLOAT_PIXELS:
            found[int(tag)] = (source.tell(), length)
            return True
        return False

    attributes = read_dataset(
        source, syntax == ImplicitVRLittleEndian, little, stop_when=at_pixels, specific_tags=list(_TAGS)
    )
    if _depth(attributes) > limits.SEQUENCE_DEPTH:
        raise FilmError(Fault.DAMAGED, "the attributes are nested too deeply. Export the file again.", name)
    _refuse_other_kinds(attributes, bool(found), name)
    if set(found) & _FLOAT_PIXELS:
        raise FilmError(Fault.DEPTH, "the grey values are floating-point numbers. Export with 8 to 16 bits.", name)
    if _PIXEL_DATA not in found:
        if any(keyword in attributes for keyword in ("PixelAspectRatio", "Rows", "Columns", "BitsAllocated")):
            raise FilmError(
                Fault.INCOMPLETE, "the picture is missing (no PixelData): the file is incomplete. Send it again.", name
            )
        raise FilmError(Fault.NOT_A_PICTURE, "this DICOM holds no picture. Send the film itself.", name)
    start, length = found[_PIXEL_DATA]
    view = memoryview(body)[start:]
    notes: list[FilmNote] = []
    if length != _UNDEFINED:
        pixels, end = view[:length], length
    else:
        parts, end, closed = _fragments(view, "<" if little else ">", name)
        pixels = parts[0] if len(parts) == 1 else memoryview(b"".join(parts))
        if not closed:
            notes.append(
                FilmNote(NoteKind.STORAGE, "The mark at the end of the picture is missing; the picture is whole.")
            )
    if end < len(view):
        notes.append(FilmNote(NoteKind.STORAGE, "More bytes follow the picture in the file; they were ignored."))
    return DicomFile(attributes, syntax, pixels, length == _UNDEFINED, little, tuple(notes))
