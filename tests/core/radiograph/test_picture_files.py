"""PNG, JPEG, TIFF and BMP: the same picture from 8 and 16 bits, upright, grey.

Everything else refused before decoding.
"""

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.radiograph import Fault, FilmError, NoteKind, decode_film
from tests.core.radiograph import films


def code_of(data: bytes) -> str:
    with pytest.raises(FilmError) as caught:
        decode_film(data, "film.png")
    return caught.value.code


def tiff(values: np.ndarray, order: str = "<", white_is_zero: bool = False, tile: int = 0) -> bytes:
    """An uncompressed TIFF written by hand (TIFF 6.0): one strip, or square tiles."""
    height, width = values.shape
    bits, kind = 8 * values.dtype.itemsize, 3 if values.dtype.kind == "f" else 1
    stored = values.astype(values.dtype.newbyteorder(order))
    if tile:
        padded = np.pad(stored, ((0, -height % tile), (0, -width % tile)))
        rows, columns = padded.shape[0] // tile, padded.shape[1] // tile
        pieces = [
            padded[r * tile :][:tile, c * tile :][:, :tile].tobytes() for r in range(rows) for c in range(columns)
        ]
    else:
        pieces = [stored.tobytes()]
    offsets = [8 + sum(map(len, pieces[:k])) for k in range(len(pieces))]
    body = b"".join(pieces)
    lists = struct.pack(f"{order}{2 * len(pieces)}L", *offsets, *map(len, pieces))
    at_lists = 8 + len(body)
    many = len(pieces) > 1
    place = (at_lists, at_lists + 4 * len(pieces)) if many else (offsets[0], len(body))
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, 0 if white_is_zero else 1), (277, 1), (339, kind)]
    tags += [(322, tile), (323, tile)] if tile else [(278, height)]
    found = [(tag, 1, value) for tag, value in tags]
    found += [(324 if tile else 273, len(pieces), place[0]), (325 if tile else 279, len(pieces), place[1])]
    entries = b"".join(struct.pack(f"{order}HHLL", tag, 4, count, value) for tag, count, value in sorted(found))
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HL", 42, at_lists + len(lists))
    return head + body + lists + struct.pack(f"{order}H", len(found)) + entries + b"\0" * 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_grey_of_any_depth_is_the_same_picture(kind: str, bits: int) -> None:
    values = films.grey8() if bits == 8 else films.grey(bits)
    film = decode_film(films.picture(values, kind), "film")
    assert np.abs(film.pixels - films.grey8() / 255).max() < 0.02


def test_8_bits_are_exact() -> None:
    np.testing.assert_allclose(
        decode_film(films.picture(films.grey8()), "f").pixels, films.grey8() / 255, atol=1e-6
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["BMP", "PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_bmp_and_palettes_are_the_same_picture(kind: str, mode: str) -> None:
    image = Image.fromarray(films.grey8())
    if mode == "P":  # a palette that holds the grey levels upside down: the colours count, not the indices
        image = Image.fromarray(255 - films.grey8(), "P")
        image.putpalette([level for k in range(256) for level in [255 - k] * 3])
    out = io.BytesIO()
    (image.convert(mode) if mode == "RGB" else image).save(out, kind)
    np.testing.assert_allclose(decode_film(out.getvalue(), "f").pixels, films.grey8() / 255, atol=1e-6)


def test_jpeg_comes_close() -> None:
    film = decode_film(films.picture(films.grey8(), "JPEG", quality=95), "f")
    assert np.abs(film.pixels - films.grey8() / 255).max() < 0.03


def test_12_bit_and_lossless_jpeg_files_are_read() -> None:
    deep = imagecodecs.jpeg8_encode(films.grey(12), level=98, bitspersample=12)
    assert np.abs(decode_film(deep, "f").pixels - films.grey(12) / 4095).max() < 0.02
    exact = imagecodecs.jpeg8_encode(films.grey8(), lossless=True, predictor=1)
    np.testing.assert_allclose(decode_film(exact, "f").pixels, films.grey8() / 255, atol=1e-6)


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_turns_are_undone(turn: int) -> None:
    upright = Image.fromarray(films.grey8())
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]  # fmt: skip
    stored = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = turn
    out = io.BytesIO()
    stored.save(out, "PNG", exif=exif)
    np.testing.assert_allclose(decode_film(out.getvalue(), "f").pixels, films.grey8() / 255, atol=1e-6)


def test_tiff_white_is_zero_is_turned() -> None:
    film = decode_film(tiff(65535 - films.grey(16), white_is_zero=True), "f")
    assert np.abs(film.pixels - films.grey(16) / 65535).max() < 0.02
    film = decode_film(tiff(255 - films.grey8(), white_is_zero=True), "f")
    assert np.abs(film.pixels - films.grey8() / 255).max() < 0.02


@pytest.mark.parametrize(
    "data",
    [
        tiff(films.grey(16), order=">"),
        tiff(films.grey(16), tile=32),
        films.picture(films.grey(16), "TIFF", big_tiff=True),
        films.picture(films.grey(16), "TIFF", compression="tiff_lzw"),
        films.picture(films.grey(16), "TIFF", compression="tiff_adobe_deflate"),
    ],
    ids=["big-endian", "tiled", "big", "lzw", "deflate"],
)
def test_tiff_variants_open(data: bytes) -> None:
    assert np.abs(decode_film(data, "f").pixels - films.grey(16) / 65535).max() < 0.02


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_float_tiff_with_nan_or_inf_is_refused(odd: float) -> None:
    values = films.grey(12).astype(np.float32)
    assert np.isfinite(decode_film(tiff(values), "f").pixels).all()
    values[5, 5] = odd
    assert code_of(tiff(values)) == Fault.DAMAGED


def test_grey_rgb_with_a_small_coloured_marker_is_read_and_colour_refused() -> None:
    rgb = np.repeat(films.grey8()[..., None], 3, axis=2)
    rgb[2:6, 2:6] = (255, 0, 0)
    film = decode_film(films.picture(rgb), "f")
    assert any("coloured" in note.text for note in film.notes)
    rgb[..., 2] = 255 - rgb[..., 2]
    assert code_of(films.picture(rgb)) == Fault.COLOUR


def test_transparent_parts_are_dark() -> None:
    grey = films.grey8()
    rgba = np.stack([grey, grey, grey, np.where(np.arange(films.WIDTH) < 8, 0, 255) + 0 * grey], axis=2).astype(
        np.uint8
    )
    assert decode_film(films.picture(rgba), "f").pixels[:, :8].max() == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_other_types_are_refused(kind: str) -> None:
    assert code_of(films.picture(films.grey8(), kind)) == Fault.FILE_TYPE


def test_several_pages_are_refused() -> None:
    page = Image.fromarray(films.grey8())
    out = io.BytesIO()
    page.save(out, "TIFF", save_all=True, append_images=[page])
    assert code_of(out.getvalue()) == Fault.FRAMES


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (13_000, 13_000), (6001, 6000)])
def test_a_huge_header_is_refused_before_decoding(width: int, height: int) -> None:
    assert code_of(films.huge_png(width, height)) == Fault.PICTURE_SIZE


def test_a_huge_jpeg_header_is_refused() -> None:
    data = bytearray(films.picture(films.grey8(), "JPEG"))
    at = data.find(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xdc\xff\xdc"
    assert code_of(bytes(data)) == Fault.PICTURE_SIZE


@pytest.mark.parametrize("size", [(1, 1), (32, 32), (63, 900)])
def test_tiny_pictures_are_refused(size: tuple[int, int]) -> None:
    assert code_of(films.picture(films.grey(8, *size).astype(np.uint8))) == Fault.TOO_SMALL


@pytest.mark.parametrize("level", [0, 90, 255])
def test_blank_pictures_are_refused(level: int) -> None:
    assert code_of(films.picture(np.full((100, 100), level, np.uint8))) == Fault.NO_CONTRAST


def test_a_wrong_checksum_is_refused() -> None:
    data = bytearray(films.picture(films.grey8()))
    at = data.find(b"IDAT") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    data[at + 8 + length] ^= 0xFF
    assert code_of(bytes(data)) == Fault.DAMAGED


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_cut_files_are_refused(kind: str, share: float) -> None:
    data = films.picture(films.grey8(), kind)
    assert code_of(data[: int(len(data) * share)]) in (Fault.DAMAGED, Fault.INCOMPLETE, Fault.FILE_TYPE)


def test_a_bright_border_gives_a_hint() -> None:
    film = decode_film(films.picture(255 - films.grey8()), "f")
    assert any("inverted" in note.text for note in film.notes)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_narrow_range_in_16_bits_is_stretched_and_said(kind: str) -> None:
    narrow = (20_000 + films.grey(8, 300, 240).astype(np.uint16) * 4).astype(np.uint16)
    film = decode_film(films.picture(narrow, kind), "f")
    assert np.percentile(film.pixels, 99) > 0.9 and np.percentile(film.pixels, 1) < 0.1
    assert [note.kind for note in film.notes] == [NoteKind.GREY_SCALE]
    assert np.corrcoef(film.pixels.ravel(), narrow.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("wild", [1e9, -1e9, 3e38])
def test_wild_pixels_of_a_float_tiff_do_not_darken_the_film(wild: float) -> None:
    values = films.grey(8, 300, 240).astype(np.float32) / 255
    tame = decode_film(tiff(values), "f").pixels
    values[::60, ::50] = wild
    assert np.abs(np.median(np.abs(decode_film(tiff(values), "f").pixels - tame))) < 0.01


def pages(*shown: np.ndarray, reduced: tuple[int, ...] = ()) -> bytes:
    out = io.BytesIO()
    images = [Image.fromarray(values) for values in shown]
    for number, image in enumerate(images):
        image.encoderinfo = {"tiffinfo": {254: int(number in reduced)}}
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


@pytest.mark.parametrize("first", [True, False])
def test_the_large_page_is_read_where_the_others_are_previews_of_it(first: bool) -> None:
    large = films.grey(8, 480, 360).astype(np.uint8)
    small = np.asarray(Image.fromarray(large).resize((72, 96), Image.Resampling.BOX))
    film = decode_film(pages(large, small, small) if first else pages(small, large), "f")
    np.testing.assert_allclose(film.pixels, large / 255, atol=1e-6)
    assert [note.kind for note in film.notes] == [NoteKind.PAGE]
    assert ("page 1 of 3" if first else "page 2 of 2") in film.notes[0].text


def test_a_small_page_of_something_else_is_no_preview() -> None:
    large = films.grey(8, 480, 360).astype(np.uint8)
    other = np.asarray(Image.fromarray(large).resize((72, 96)).rotate(180).point(lambda v: (v * 37) % 255))
    assert code_of(pages(large, other)) == Fault.FRAMES
    assert code_of(pages(large, large)) == Fault.FRAMES
