"""PNG, JPEG, TIFF and BMP files to grey pixels in [0, 1]."""

import io
import warnings

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.radiograph import limits
from core.radiograph.brightness import Floats, looks_inverted, picture_bits, to_unit
from core.radiograph.codestream import jpeg_frame
from core.radiograph.file_type import FileType
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind

_WHITE_IS_ZERO, _PHOTOMETRIC, _BITS = 0, 262, 258
_COLOUR_STEP = 24  # of 255: a channel this far from another is colour
_COLOUR_SHARE = 0.005  # so much may be coloured (a marker, a logo)
_TOO_LARGE = (
    f"the picture is larger than {limits.PIXELS // 1_000_000} megapixels. Export the film at a lower resolution."
)
_GREY_16 = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})


def check_size(width: int, height: int, name: str) -> None:
    """Refuse pictures above 36 megapixels or with a side below 64 pixels.

    Raises: FilmError.
    """
    if width * height > limits.PIXELS:
        raise FilmError(
            Fault.PICTURE_SIZE,
            f"the picture is larger than {limits.PIXELS // 1_000_000} megapixels ({width} x {height}). "
            "Export the film at a lower resolution.",
            name,
        )
    if min(width, height) < limits.SIDE_PX:
        raise FilmError(
            Fault.TOO_SMALL,
            f"the picture is too small ({width} x {height} pixels). Send the film at full size.",
            name,
        )


def grey_of_colour(rgb: NDArray[np.generic], full: float, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """Grey out of [H, W, 3] samples of 0..full that hold a grey picture.

    Raises: FilmError if more than 0.5 % of the pixels are coloured.
    """
    red, green, blue = (rgb[..., k] for k in range(3))
    high = np.maximum(np.maximum(red, green), blue)
    spread = high - np.minimum(np.minimum(red, green), blue)
    share = float(np.count_nonzero(spread > _COLOUR_STEP / 255 * full)) / spread.size
    if share > _COLOUR_SHARE:
        raise FilmError(
            Fault.COLOUR, "this is a colour picture, not a radiograph. Export the film itself, in grey.", name
        )
    notes = (
        (FilmNote(NoteKind.COLOUR, "A few coloured pixels (marker, logo or annotation) were read as grey."),)
        if share > 0
        else ()
    )
    return to_unit(green, 0, full), notes


def _frames(image: Image.Image) -> int:
    if image.format == "MPO":  # a phone writes a second, smaller picture behind the first
        return 1
    try:
        image.seek(1)
    except EOFError:
        return 1
    finally:
        image.seek(0)
    return 2


def _open(data: bytes, kind: FileType, name: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data), formats=(kind.value,))
        except Image.DecompressionBombError:  # far above our own limit, so Pillow does not even tell the size
            raise FilmError(Fault.PICTURE_SIZE, _TOO_LARGE, name) from None
        check_size(*image.size, name)
        if kind is FileType.PNG:  # the only type whose checksums can be verified
            Image.open(io.BytesIO(data), formats=(kind.value,)).verify()
        if _frames(image) > 1:
            raise FilmError(
                Fault.FRAMES, "the file holds several pictures. Send the one film as a file of its own.", name
            )
        image.load()
    return image


def _without_alpha(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _integers(values: NDArray[np.generic], white_is_zero: bool, declared: int, name: str) -> Floats:
    """16-bit (or wider) integers by the bits that are used; MinIsWhite turned round within the declared bits."""
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise FilmError(
            Fault.DEPTH, "the grey values are negative or wider than 16 bits. Export the film with 8 or 16 bits.", name
        )
    grey = values.astype(np.uint16)
    if white_is_zero:
        grey = ((1 << declared) - 1 - grey.astype(np.int32)).clip(0, 65535).astype(np.uint16)
    return to_unit(grey, 0, 2 ** picture_bits(grey) - 1)


def _deep_jpeg(data: bytes, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """12-bit and lossless JPEG files, which Pillow does not read."""
    values = imagecodecs.jpeg8_decode(data)
    if values.ndim == 3:
        return grey_of_colour(values, 2 ** picture_bits(values[..., 1]) - 1, name)
    return _integers(values, False, 16, name), ()


def read_picture(data: bytes, kind: FileType, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """Pixels [H, W] in [0, 1] of one still picture, upright by EXIF, and notes. Embedded text is not read.

    Raises: FilmError for what is refused on purpose; decoders raise what they like.
    """
    if kind is FileType.JPEG:
        frame = jpeg_frame(data)
        if frame is not None:
            check_size(frame.width, frame.height, name)
            if frame.bits != 8 or frame.lossless:
                return _deep_jpeg(data, name)
    image = _open(data, kind, name)
    tags = getattr(image, "tag_v2", {})
    white_is_zero = kind is FileType.TIFF and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    bits = tags.get(_BITS, 16)
    declared = int(bits[0] if isinstance(bits, tuple) else bits)
    image = ImageOps.exif_transpose(image)
    notes: tuple[FilmNote, ...] = ()
    if image.mode in _GREY_16:
        pixels = _integers(np.asarray(image), white_is_zero, declared, name)
    elif image.mode == "F":
        values = np.asarray(image)
        if not np.isfinite(values).all():
            raise FilmError(Fault.DAMAGED, "some grey values are not numbers. Export the film again.", name)
        if float(values.max()) <= float(values.min()):
            raise FilmError(Fault.NO_CONTRAST, "no contrast: the picture is blank. Send the film itself.", name)
        pixels = to_unit(values, float(values.min()), float(values.max()))
    elif image.mode in ("1", "L"):
        pixels = to_unit(np.asarray(image.convert("L")), 0, 255)
    else:
        has_alpha = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
        rgb = _without_alpha(image) if has_alpha else image.convert("RGB")
        pixels, notes = grey_of_colour(np.asarray(rgb), 255, name)
    if looks_inverted(pixels):
        notes += (
            FilmNote(
                NoteKind.POLARITY, "The border is bright: check that bone is bright and not dark (inverted scan)."
            ),
        )
    return pixels, notes
