"""Damaged files of every kind that the program reads.

Each is opened or refused in words, and nothing else ever happens.
"""

import io
import time
import zipfile
from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np
import pydicom
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from core.cohort.long_table import write_long
from core.cohort.reading_table import read_readings
from core.phantom.simulated_readers import simulated_readings
from core.radiograph import FilmError, expand
from tests.load.films import SAMPLE

SLOWEST_S = 65.0  # the guard ends a file after 60


def _picture(kind: str, deep: bool = False, **more: object) -> bytes:
    with Image.open(SAMPLE / "P0042-LH.jpg") as film:
        grey = np.array(film.convert("L").resize((300, 400)))
    out = io.BytesIO()
    Image.fromarray(grey.astype(np.uint16) * 200 if deep else grey).save(out, kind, **more)
    return out.getvalue()


def _dicom(syntax: str | None) -> bytes:
    film = pydicom.dcmread(SAMPLE / "P0042-RF.dcm")
    out = io.BytesIO()
    if syntax in (DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian):
        film.decompress()
        film.file_meta.TransferSyntaxUID = syntax
        film.save_as(out, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    else:
        if syntax:
            film.decompress()
            film.compress(syntax, generate_instance_uid=False)
        film.save_as(out)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("study/P1-LH.png", _picture("PNG"))
        archive.writestr("study/P1-RH.jpg", _picture("JPEG"))
    return out.getvalue()


def bases() -> dict[str, bytes]:
    """Fourteen whole files, by name."""
    return {
        "film.jpg": (SAMPLE / "P0042-LH.jpg").read_bytes(),
        "film.png": _picture("PNG"),
        "deep.png": _picture("PNG", deep=True),
        "film.tif": _picture("TIFF"),
        "deflated.tif": _picture("TIFF", compression="tiff_adobe_deflate"),
        "progressive.jpg": _picture("JPEG", progressive=True),
        "film.dcm": _dicom(None),
        "implicit.dcm": _dicom(ImplicitVRLittleEndian),
        "deflated.dcm": _dicom(DeflatedExplicitVRLittleEndian),
        "rle.dcm": _dicom(RLELossless),
        "j2k.dcm": _dicom(JPEG2000Lossless),
        "jpegls.dcm": _dicom(JPEGLSLossless),
        "films.zip": _zip(),
        "readings.csv": write_long(simulated_readings(1, patients=2)).encode(),
    }


def mutant(base: bytes, chance: np.random.Generator) -> bytes:
    """The file with one to eight faults.

    Flipped bits, runs of a byte, random bytes, a piece cut out, doubled or moved, an end cut off.
    """
    data = bytearray(base)
    for _ in range(int(chance.integers(1, 9))):
        if not data:
            break
        near_start = chance.random() < 0.5  # headers are where the traps are
        at = int(chance.integers(min(len(data), 600) if near_start else len(data)))
        length = int(chance.integers(1, 65))
        match int(chance.integers(7)):
            case 0:
                data[at] ^= 1 << int(chance.integers(8))
            case 1:
                data[at : at + length] = bytes([int(chance.choice([0, 255, 127, 128]))]) * length
            case 2:
                data[at : at + length] = chance.bytes(length)
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length]
            case 5:
                other = int(chance.integers(len(data)))
                data[other:other] = data[at : at + length]
            case _:
                del data[max(1, int(len(data) * chance.random())) :]
    return bytes(data)


def read(name: str, data: bytes) -> str:
    """Read a file as the program does: "opened", or the code of what it is refused for.

    Raises: whatever is none of the errors that the program promises.
    """
    if name.endswith(".csv"):
        try:
            read_readings(data, "A")
        except ValueError as error:
            assert str(error).strip() and "Traceback" not in str(error)
            return "table refused"
        return "opened"
    entries, refused = expand([(name, data)])
    codes = [error.code for error in refused]
    for entry in entries:
        try:
            entry.open()
        except FilmError as error:
            assert len(error.message) > 15 and "\n" not in str(error)
            codes.append(error.code)
    return codes[0] if codes else "opened"


def fuzz(mutants: int, seed: int, tell: Callable[[str], None]) -> int:
    """Read so many damaged files; the number of those that ended in anything but an answer in words."""
    cv2.setNumThreads(1)
    faults, slowest = 0, 0.0
    whole = bases()
    answers: Counter[str] = Counter()
    for name, base in whole.items():
        assert read(name, base) == "opened", f"the base {name} is not opened: {read(name, base)}"
    for number in range(mutants):
        name = list(whole)[number % len(whole)]
        data = mutant(whole[name], np.random.default_rng([seed, number]))
        begin = time.monotonic()
        try:
            answers[read(name, data)] += 1
        except Exception as error:
            faults += 1
            tell(f"mutant {number} of {name}: {type(error).__name__}: {str(error)[:120]}")
        took = time.monotonic() - begin
        slowest = max(slowest, took)
        if took > SLOWEST_S:
            faults += 1
            tell(f"mutant {number} of {name} took {took:.0f} s")
    tell(f"{mutants} mutants of {len(whole)} files, seed {seed}: {faults} faults, slowest {slowest:.1f} s")
    tell(", ".join(f"{answer} {count}" for answer, count in answers.most_common()))
    return faults
