"""PNG, JPEG, TIFF and BMP files to grey pixels in [0, 1]."""

import io
import warnings
from collections.abc import Sequence

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.radiograph import limits
from core.radiograph.brightness import Floats, looks_inverted, picture_bits, robust_ends, stretched, to_unit
from core.radiograph.codestream import jpeg_frame
from core.radiograph.colours import grey_of_colour
from core.radiograph.file_type import FileType
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind
from core.radiograph.jpeg_damage import check_scan
from core.radiograph.pixel_shape import picture_shape, square
from core.radiograph.tiff_strips import check_strips

_ORIENTATION, _SIDEWAYS = 274, 5  # EXIF: from 5 on width and height change places
_WHITE_IS_ZERO, _PHOTOMETRIC, _BITS = 0, 262, 258
_NARROW = 0.25  # of the range: a deep picture that fills less is stretched
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


_REDUCED, _SUBFILE = 1, 254
_PAGES = 16  # more pages than this are no film with its previews
_LIKE = 0.9  # correlation of a preview with its film


def _page(image: Image.Image, name: str) -> tuple[FilmNote, ...]:
    """Put the image on the page of the film; other pages may only be small previews of it.

    Raises: FilmError if the file holds several pictures.
    """
    if image.format == "MPO":  # a phone writes a second, smaller picture behind the first
        return ()
    sizes: list[tuple[int, int]] = []
    reduced: list[bool] = []
    for page in range(_PAGES + 1):
        try:
            image.seek(page)
        except EOFError:
            break
        sizes.append(image.size)
        reduced.append(bool(getattr(image, "tag_v2", {}).get(_SUBFILE, 0) & _REDUCED))
    largest = max(range(len(sizes)), key=lambda page: sizes[page][0] * sizes[page][1])
    others = [page for page in range(len(sizes)) if page != largest]
    several = image.format != "TIFF" or len(sizes) > _PAGES
    if others and (several or not all(_preview(image, largest, page, sizes, reduced[page]) for page in others)):
        raise FilmError(Fault.FRAMES, "the file holds several pictures. Send the one film as a file of its own.", name)
    image.seek(largest)
    if not others:
        return ()
    words = f"page {largest + 1} of {len(sizes)} was read; the others are small previews of it."
    return (FilmNote(NoteKind.PAGE, f"The file has several pages: {words}"),)


def _preview(image: Image.Image, film: int, page: int, sizes: Sequence[tuple[int, int]], reduced: bool) -> bool:
    """Whether a page is a smaller picture of the film: said by its tag, or of the same shape and content."""
    (width, height), (wide, high) = sizes[film], sizes[page]
    if wide * high > 0.3 * width * height or abs(wide / high - width / height) > 0.05 * width / height:
        return False
    if reduced:
        return True
    pair = []
    for number in (film, page):
        image.seek(number)
        check_size(*sizes[film], "")
        small = np.asarray(image.copy().resize((32, 32), Image.Resampling.BOX).convert("F"), np.float64)
        pair.append(small - small.mean())
    scale = float(np.sqrt((pair[0] ** 2).sum() * (pair[1] ** 2).sum()))
    return scale > 0 and float((pair[0] * pair[1]).sum()) / scale > _LIKE


def _open(data: bytes, kind: FileType, name: str) -> tuple[Image.Image, tuple[FilmNote, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data), formats=(kind.value,))
        except Image.DecompressionBombError:  # far above our own limit, so Pillow does not even tell the size
            raise FilmError(Fault.PICTURE_SIZE, _TOO_LARGE, name) from None
        check_size(*image.size, name)
        if kind is FileType.PNG:  # the only type whose checksums can be verified
            Image.open(io.BytesIO(data), formats=(kind.value,)).verify()
        notes = _page(image, name)
        check_size(*image.size, name)
        image.load()
    return image, notes


def _without_alpha(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB")


def _integers(
    values: NDArray[np.generic], white_is_zero: bool, declared: int, name: str
) -> tuple[Floats, tuple[FilmNote, ...]]:
    """16-bit (or wider) integers by the bits that are used; MinIsWhite turned round within the declared bits.

    Where the film fills a small part of that range, its own robust ends are taken, as for a DICOM without a window.
    """
    if int(values.min()) < 0 or int(values.max()) > 65535:
        raise FilmError(
            Fault.DEPTH, "the grey values are negative or wider than 16 bits. Export the film with 8 or 16 bits.", name
        )
    grey = values.astype(np.uint16)
    if white_is_zero:
        grey = ((1 << declared) - 1 - grey.astype(np.int32)).clip(0, 65535).astype(np.uint16)
    top = 2 ** picture_bits(grey) - 1
    low, high = robust_ends(grey)
    if 0 < high - low < _NARROW * top:
        narrow = f"The grey values lie between {low:.0f} and {high:.0f} of {top}; they were stretched."
        return to_unit(grey, low, high), (FilmNote(NoteKind.GREY_SCALE, narrow),)
    return to_unit(grey, 0, top), ()


def _deep_jpeg(data: bytes, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """12-bit and lossless JPEG files, which Pillow does not read."""
    values = imagecodecs.jpeg8_decode(data)
    if values.ndim == 3:
        return grey_of_colour(values, 2 ** picture_bits(values[..., 1]) - 1, name)
    return _integers(values, False, 16, name)


def read_picture(data: bytes, kind: FileType, name: str) -> tuple[Floats, tuple[FilmNote, ...]]:
    """Pixels [H, W] in [0, 1] of one still picture, upright by EXIF, and notes. Embedded text is not read.

    Raises: FilmError for what is refused on purpose; decoders raise what they like.
    """
    damage: tuple[FilmNote, ...] = ()
    if kind is FileType.JPEG:
        frame = jpeg_frame(data)
        if frame is not None:
            check_size(frame.width, frame.height, name)
        damage = check_scan(data, name)
        if frame is not None and (frame.bits != 8 or frame.lossless):
            return _deep_jpeg(data, name)
    image, notes = _open(data, kind, name)
    notes += damage
    tags = getattr(image, "tag_v2", {})
    if kind is FileType.TIFF:
        notes += check_strips(tags, *image.size, data, name)
    white_is_zero = kind is FileType.TIFF and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    bits = tags.get(_BITS, 16)
    declared = int(bits[0] if isinstance(bits, tuple) else bits)
    ratio = picture_shape(image.info)
    if image.getexif().get(_ORIENTATION, 1) >= _SIDEWAYS:
        ratio = 1 / ratio
    image = ImageOps.exif_transpose(image)
    if image.mode in _GREY_16:
        pixels, more = _integers(np.asarray(image), white_is_zero, declared, name)
        notes += more
    elif image.mode == "F":
        values = np.asarray(image)
        if not np.isfinite(values).all():
            raise FilmError(Fault.DAMAGED, "some grey values are not numbers. Export the film again.", name)
        pixels = stretched(values, name)
    elif image.mode in ("1", "L"):
        pixels = to_unit(np.asarray(image.convert("L")), 0, 255)
    else:
        has_alpha = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
        rgb = _without_alpha(image) if has_alpha else image.convert("RGB")
        pixels, more = grey_of_colour(np.asarray(rgb), 255, name)
        notes += more
    pixels, reshaped = square(pixels, ratio)
    notes += reshaped
    if looks_inverted(pixels):
        notes += (
            FilmNote(
                NoteKind.POLARITY, "The border is bright: check that bone is bright and not dark (inverted scan)."
            ),
        )
    return pixels, notes
