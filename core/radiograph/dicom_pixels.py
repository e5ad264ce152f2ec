"""Pixels of a DICOM file: sizes first, then one frame, then the grey-scale chain."""

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UID

from core.radiograph.brightness import Floats
from core.radiograph.codestream import StreamSize, jpeg2000_is_whole, jpeg2000_size, jpeg_frame, stream_kind
from core.radiograph.colours import grey_of_colour
from core.radiograph.dicom_colour import grey_of_samples, palette_colours
from core.radiograph.dicom_file import DicomFile
from core.radiograph.dicom_layout import Layout
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind, quoted
from core.radiograph.grey_scale import grey_table
from core.radiograph.jpeg_damage import check_scan

Stored = NDArray[np.integer]
_SYNTAXES = {
    "native": frozenset(f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".1.98", ".1.99", ".2")),
    "RLE": frozenset({"1.2.840.10008.1.2.5"}),
    "JPEG": frozenset(f"1.2.840.10008.1.2.4.{k}" for k in (50, 51, 57, 70)),
    "JPEG-LS": frozenset(f"1.2.840.10008.1.2.4.{k}" for k in (80, 81)),
    "JPEG 2000": frozenset(f"1.2.840.10008.1.2.4.{k}" for k in (90, 91, 201, 202, 203)),
}
_STREAMS = ("JPEG", "JPEG-LS", "JPEG 2000")
_LOSSY = {f"1.2.840.10008.1.2.4.{k}" for k in (50, 51, 81)}


def _native(file: DicomFile, layout: Layout, name: str) -> Stored:
    expected = layout.bytes
    if len(file.pixels) < expected:
        raise FilmError(
            Fault.INCOMPLETE,
            f"the picture is incomplete ({len(file.pixels)} of {expected} bytes). Send the file again.",
            name,
        )
    if len(file.pixels) > expected + 1 + expected // 100:
        raise FilmError(
            Fault.FRAMES,
            f"the file holds more pixels than its header says ({len(file.pixels)} of {expected} bytes). "
            "Send the one film as a file of its own.",
            name,
        )
    dtype = np.dtype("u1" if layout.allocated == 8 else ("<u2" if file.little_endian else ">u2"))
    values = np.frombuffer(file.pixels[:expected], dtype)
    if layout.subsampled:  # Y1 Y2 Cb Cr
        four = values.reshape(layout.height, -1, 4)
        luma = four[..., :2].reshape(layout.height, -1)
        return np.stack([luma, np.repeat(four[..., 2], 2, 1), np.repeat(four[..., 3], 2, 1)], axis=2)
    if layout.samples == 1:
        return values.reshape(layout.height, layout.width)
    if layout.planar:
        return values.reshape(3, layout.height, layout.width).transpose(1, 2, 0)
    return values.reshape(layout.height, layout.width, 3)


def _rle(file: DicomFile, layout: Layout) -> Stored:
    size = layout.height * layout.width
    raw = imagecodecs.dicomrle_decode(
        bytes(file.pixels),
        np.dtype("u1" if layout.allocated == 8 else "<u2"),
        out=size * layout.samples * (layout.allocated // 8),
    )
    values = np.frombuffer(raw, "u1" if layout.allocated == 8 else "<u2")
    planes = values.reshape(layout.samples, layout.height, layout.width)
    return planes[0] if layout.samples == 1 else planes.transpose(1, 2, 0)


def _stream(data: bytes, kind: str, layout: Layout, notes: list[FilmNote], name: str) -> tuple[Stored, StreamSize]:
    size = jpeg2000_size(data) if kind == "JPEG 2000" else jpeg_frame(data)
    if size is None:
        raise FilmError(Fault.DAMAGED, "the compressed picture has no readable header. Export the film again.", name)
    if (size.width, size.height) != (layout.width, layout.height) or size.samples not in (1, 3):
        raise FilmError(
            Fault.DAMAGED,
            f"the picture is {size.width} x {size.height}, its header says {layout.width} x {layout.height}. "
            "Export the film again.",
            name,
        )
    if size.bits > 16:
        raise FilmError(Fault.DEPTH, f"{size.bits} bits a pixel are not supported. Export with 8 to 16 bits.", name)
    if kind == "JPEG":
        notes += check_scan(data, name)
        return imagecodecs.jpeg8_decode(data), size
    if kind == "JPEG-LS":
        return imagecodecs.jpegls_decode(data), size
    if not jpeg2000_is_whole(data):
        raise FilmError(
            Fault.INCOMPLETE,
            "the compressed picture is incomplete: a part is lacking. Send the file again.",
            name,
        )
    return imagecodecs.jpeg2k_decode(data, numthreads=1), size


def _coding(file: DicomFile, layout: Layout) -> str:
    """How the pixels are really stored: "native", "RLE", or the kind of a compressed stream; "" if that is not known.

    The header's transfer syntax is believed unless the bytes are plainly something else.
    """
    said = next((kind for kind, syntaxes in _SYNTAXES.items() if file.syntax in syntaxes), "")
    found = stream_kind(bytes(file.pixels[:4096]))
    whole = layout.bytes <= len(file.pixels) <= layout.bytes + 1 + layout.bytes // 100
    if said == "native":
        return found if found and not whole else said
    if said in _STREAMS:
        return found or ("native" if whole and not file.encapsulated else said)
    return said


def stored_values(file: DicomFile, notes: list[FilmNote], name: str) -> tuple[Stored, bool, int, str]:
    """Stored values [H, W] or [H, W, 3] of the one frame; whether they are signed; their bits; how they are stored.

    What is wrong with a stream and can be read all the same goes to `notes`.

    Raises: FilmError for what is refused on purpose; decoders raise what they like.
    """
    layout = Layout(file.attributes, name)
    coding = _coding(file, layout)
    signed, bits = layout.signed, layout.stored
    if coding in _STREAMS:
        values, size = _stream(bytes(file.pixels), coding, layout, notes, name)
        bits = size.bits
        if values.ndim == 3:
            pass
        elif signed and values.dtype.kind == "u":  # the stream does not know about the sign
            bits = min(bits, layout.stored)
            values = _sign_extend(values, bits)
        elif not signed and values.dtype.kind == "i":
            values = (values.astype(np.int32) & ((1 << bits) - 1)).astype(np.uint16)
    elif coding in ("native", "RLE"):
        values = _rle(file, layout) if coding == "RLE" else _native(file, layout, name)
        shift = layout.high_bit + 1 - layout.stored
        if not 0 <= shift <= layout.allocated - layout.stored:
            raise FilmError(
                Fault.DEPTH,
                f"HighBit {layout.high_bit} does not fit {layout.stored} bits. Export the film again.",
                name,
            )
        if bits < layout.allocated:  # unused bits may hold anything
            values = (values >> shift) & values.dtype.type((1 << bits) - 1)
        if signed:
            values = _sign_extend(values, bits)
    else:
        known = UID(file.syntax).name
        word = known if known != file.syntax else quoted(file.syntax)
        raise FilmError(
            Fault.COMPRESSION,
            f"the compression {word} is not supported. Export the film uncompressed or as JPEG 2000.",
            name,
        )
    return values, signed, bits, coding


def _sign_extend(values: Stored, bits: int) -> Stored:
    wide = values.astype(np.int32)
    half = 1 << (bits - 1)
    return ((wide & ((1 << bits) - 1)) ^ half) - half


def dicom_pixels(file: DicomFile, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """Pixels [H, W] in [0, 1], bone bright, and notes.

    Raises: FilmError for what is refused on purpose; decoders raise what they like.
    """
    attributes = file.attributes
    notes: list[FilmNote] = []
    values, signed, bits, coding = stored_values(file, notes, name)
    colours = str(attributes.get("PhotometricInterpretation", "")).strip()
    if colours == "PALETTE COLOR":
        rgb, full = palette_colours(values, attributes, name)
        pixels, said = grey_of_colour(rgb, full, name)
        notes += said
    elif values.ndim == 3:
        pixels, colour_notes = grey_of_samples(values, colours, bits, coding in _STREAMS, name)
        notes += colour_notes
    else:
        first = int(values.min())
        counts = np.bincount((values - first if first else values).ravel())
        table, more = grey_table(attributes, first, counts, signed=signed, bits=bits)
        pixels = table[values - first if first else values]
        notes += more
    if file.syntax not in _SYNTAXES[coding]:
        word = "uncompressed" if coding == "native" else f"as {coding}"
        notes.append(FilmNote(NoteKind.STORAGE, f"The header names another compression; the pixels were read {word}."))
    notes += [*file.notes, *_header_notes(file)]
    return np.ascontiguousarray(pixels, np.float32), tuple(notes)


def _header_notes(file: DicomFile) -> list[FilmNote]:
    attributes = file.attributes
    notes: list[FilmNote] = []
    if file.syntax in _LOSSY or str(attributes.get("LossyImageCompression", "")) == "01":
        notes.append(FilmNote(NoteKind.COMPRESSION, "The film was compressed with loss; fine detail may be missing."))
    if str(attributes.get("PresentationIntentType", "")) == "FOR PROCESSING":
        notes.append(FilmNote(NoteKind.FOR_PROCESSING, "The film is raw (FOR PROCESSING), not prepared for display."))
    if str(attributes.get("BurnedInAnnotation", "")).upper() == "YES":
        notes.append(
            FilmNote(
                NoteKind.BURNED_IN_TEXT, "Text is burned into the picture: check it for names before you share it."
            )
        )
    age = str(attributes.get("PatientAge", "") or "")
    if len(age) == 4 and age[:3].isdigit() and (age[3] in "DWM" or int(age[:3]) < 18):
        notes.append(FilmNote(NoteKind.CHILD, "The file says the patient is under 18: outside the intended use."))
    return notes
