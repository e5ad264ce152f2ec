"""A file's type comes from its first bytes; whatever else is sent gets its name said."""

import pytest

from core.radiograph import Fault, FilmError
from core.radiograph.file_type import FileType, file_type
from tests.core.radiograph import films


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (films.dicom(films.grey(12)), FileType.DICOM),
        (films.dicom(films.grey(12))[132:], FileType.DICOM),
        (films.picture(films.grey8()), FileType.PNG),
        (films.picture(films.grey8(), "JPEG"), FileType.JPEG),
        (films.picture(films.grey8(), "TIFF"), FileType.TIFF),
    ],
)
def test_the_four_types_under_any_name(data: bytes, kind: FileType) -> None:
    assert file_type(data, "film.exe") is kind


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"PK\x03\x04", "zip"), (b"Rar!", "RAR"), (b"%PDF-1.7", "PDF"), (b"%!PS-Adobe", "PostScript"),
        (b"MZ\x90", "program"),
        (b"GIF89a", "GIF"), (b"<svg>", "web page"), (b"RIFF\0\0\0\0WEBP", "WebP"), (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"), (b"plain words", "not accepted"), (b"\0", "not accepted"),
    ],
)  # fmt: skip
def test_anything_else_is_named(data: bytes, word: str) -> None:
    with pytest.raises(FilmError, match=word) as caught:
        file_type(data, "film.dcm")
    assert caught.value.code == Fault.FILE_TYPE
