"""What a file is, from its first bytes; its name never counts."""

import struct
from enum import Enum

from core.radiograph.film import Fault, FilmError

_MAGIC_AT = 128


class FileType(Enum):
    """The accepted types."""

    DICOM = "DICOM"
    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"
    BMP = "BMP"


# First bytes of what people (or attackers) send instead, with the word for it.
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"GIF8", "a GIF picture"),
    (b"8BPS", "a Photoshop file"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"BLP", "a BLP picture"),
    (b"DDS ", "a DDS picture"),
    (b"SIMPLE", "a FITS file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"#!", "a script"),
    (b"<", "a web page or an XML file"),
    (b"{", "a JSON file"),
)
# What a DICOM preamble must not begin with; a TIFF preamble is legal (PS3.10, 7.1).
_HIDDEN = (b"MZ", b"\x7fELF", b"#!", b"<", b"{", b"PK", b"%PDF", b"%!PS", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_BMP_HEADERS = frozenset((12, 40, 52, 56, 64, 108, 124))  # lengths of the header of a BMP, OS/2 1 to Windows 5
_VR = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)


def _bare_dicom(data: bytes) -> bool:
    """Whether a file without preamble begins like a little-endian data set."""
    if len(data) < 16:
        return False
    group, element, length = struct.unpack_from("<HHL", data)
    if group not in (0x0002, 0x0008) or element > 0x2000:
        return False
    return data[4:6] in _VR or length <= 1024


def file_type(data: bytes, name: str) -> FileType:
    """The type of a file.

    Raises: FilmError if it is empty, of another type, or a DICOM that carries something else in its preamble.
    """
    if not data:
        raise FilmError(Fault.EMPTY, "the file is empty. Send it again.", name)
    if data[_MAGIC_AT : _MAGIC_AT + 4] == b"DICM":
        if data[:_MAGIC_AT].lstrip().startswith(_HIDDEN):
            raise FilmError(
                Fault.HIDDEN_CONTENT,
                "this DICOM carries something else (a program, script or document) in its preamble. Export it again.",
                name,
            )
        return FileType.DICOM
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return FileType.TIFF
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return FileType.BMP
    if _bare_dicom(data):
        return FileType.DICOM
    word = next((word for magic, word in _REFUSED if data.startswith(magic)), None)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        word = "a WebP picture"
    if data[4:8] == b"ftyp":
        word = "a HEIC or AVIF picture or a video"
    what = f"this is {word}" if word else "this type of file is not accepted"
    raise FilmError(Fault.FILE_TYPE, f"{what}. Send the film as DICOM, PNG, JPEG, TIFF or BMP.", name)
