"""The attributes of a DICOM picture: its size, bits and samples, checked before a pixel is read."""

from pydicom.dataset import Dataset

from core.radiograph.film import Fault, FilmError, quoted
from core.radiograph.picture_files import check_size

_NEEDED = ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation")


def _integer(attributes: Dataset, keyword: str, default: int | None, name: str) -> int:
    value = attributes.get(keyword)
    if value is None or value == "":
        if default is None:
            raise FilmError(
                Fault.ATTRIBUTE, f"the attribute {keyword} is missing. Export the film from its archive again.", name
            )
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise FilmError(
            Fault.DAMAGED, f"the attribute {keyword} makes no sense. Export the film again.", name
        ) from None


class Layout:
    """The checked picture attributes of a header (PS3.3, C.7.6.3)."""

    def __init__(self, attributes: Dataset, name: str) -> None:
        for keyword in _NEEDED:
            if attributes.get(keyword) in (None, ""):
                _integer(attributes, keyword, None, name)
        self.height = _integer(attributes, "Rows", None, name)
        self.width = _integer(attributes, "Columns", None, name)
        self.allocated = _integer(attributes, "BitsAllocated", None, name)
        self.stored = _integer(attributes, "BitsStored", self.allocated, name)
        self.high_bit = _integer(attributes, "HighBit", self.stored - 1, name)
        self.samples = _integer(attributes, "SamplesPerPixel", None, name)
        self.signed = _integer(attributes, "PixelRepresentation", 0, name) == 1
        self.planar = _integer(attributes, "PlanarConfiguration", 0, name) == 1
        self.colours = str(attributes.get("PhotometricInterpretation", "")).strip()
        frames = _integer(attributes, "NumberOfFrames", 1, name)
        if frames > 1:
            raise FilmError(
                Fault.FRAMES, f"the file holds {frames} pictures. Send the one film as a file of its own.", name
            )
        if frames < 0:
            raise FilmError(Fault.DAMAGED, f"the file announces {frames} pictures. Export the film again.", name)
        if self.height < 1 or self.width < 1:
            raise FilmError(
                Fault.DAMAGED, "the header announces a picture without rows or columns. Export again.", name
            )
        check_size(self.width, self.height, name)
        if self.allocated not in (8, 16) or not 1 <= self.stored <= self.allocated:
            raise FilmError(
                Fault.DEPTH,
                f"{self.stored} bits in {self.allocated} cannot be a film. Export it with 8 to 16 bits.",
                name,
            )
        if self.samples not in (1, 3) or (self.samples == 1) != (
            self.colours in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
        ):
            raise FilmError(
                Fault.DAMAGED,
                f"its header names {self.samples} samples a pixel and the colours {quoted(self.colours)}, which do not"
                " go together. Export the film again.",
                name,
            )

    @property
    def subsampled(self) -> bool:
        """Whether two pixels share one colour."""
        return self.samples == 3 and self.colours == "YBR_FULL_422"

    @property
    def bytes(self) -> int:
        """Bytes of one uncompressed frame."""
        return self.height * self.width * (2 if self.subsampled else self.samples) * self.allocated // 8
