"""Small films in memory: the grey values are known, the file around them is what a test is about."""

import io
import struct
import zipfile
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    generate_uid,
)

HEIGHT, WIDTH = 96, 72
JPEG, JPEG_12, JPEG_LOSSLESS, JPEG_FIRST = (f"1.2.840.10008.1.2.4.{k}" for k in (50, 51, 57, 70))
JPEG_LS, JPEG_LS_NEAR, J2K_LOSSLESS, J2K, HTJ2K = (f"1.2.840.10008.1.2.4.{k}" for k in (80, 81, 90, 91, 201))
IDENTITY = {
    "PatientName": "Zzyzx^Quirin",
    "PatientID": "QX-77123",
    "PatientBirthDate": "19501231",
    "InstitutionName": "Klinik Zzyzx",
    "ReferringPhysicianName": "Vvedensky^Olga",
    "AccessionNumber": "ACC-9911",
    "StudyDescription": "Zzyzx follow-up",
}


def grey(bits: int = 12, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint16]:
    """A smooth dark ground with a bright oval, all values in `bits` bits, [H, W]."""
    y, x = np.mgrid[:height, :width]
    oval = np.exp(-(((y - height / 2) / (height / 4)) ** 2 + ((x - width / 2) / (width / 5)) ** 2))
    ramp = 0.05 + 0.1 * x / width + 0.05 * y / height
    return np.rint((ramp + 0.75 * oval) * (2**bits - 1)).astype(np.uint16)


def grey8() -> NDArray[np.uint8]:
    """The same in 8 bits."""
    return grey(8).astype(np.uint8)


def encoded(values: NDArray[Any], syntax: str) -> bytes:
    """The compressed stream of one frame."""
    bits = 8 if values.dtype.itemsize == 1 else 12
    if syntax == JPEG:
        return imagecodecs.jpeg8_encode(values, level=98)
    if syntax == JPEG_12:
        return imagecodecs.jpeg8_encode(values, level=98, bitspersample=12)
    if syntax in (JPEG_LOSSLESS, JPEG_FIRST):
        return imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=bits, predictor=1)
    if syntax in (JPEG_LS, JPEG_LS_NEAR):
        return imagecodecs.jpegls_encode(values, level=2 if syntax == JPEG_LS_NEAR else 0)
    if syntax == HTJ2K:
        return imagecodecs.htj2k_encode(values)
    return imagecodecs.jpeg2k_encode(values, codecformat="j2k", level=0, reversible=True)


def dicom(values: NDArray[Any], syntax: str = ExplicitVRLittleEndian, bits: int = 12, **attributes: Any) -> bytes:
    """A DICOM file; attributes replace or, where None, remove what stands there."""
    data = Dataset()
    data.SOPClassUID = ComputedRadiographyImageStorage
    data.SOPInstanceUID = generate_uid(entropy_srcs=["test"])
    data.Modality = "CR"
    data.Rows, data.Columns = values.shape[:2]
    data.SamplesPerPixel = 1 if values.ndim == 2 else values.shape[2]
    data.PhotometricInterpretation = "MONOCHROME2" if values.ndim == 2 else "RGB"
    data.BitsAllocated = 8 * values.dtype.itemsize
    data.BitsStored = min(bits, data.BitsAllocated)
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(values.dtype.kind == "i")
    if values.ndim == 3:
        data.PlanarConfiguration = 0
    little = syntax != ExplicitVRBigEndian
    native = syntax in (
        ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian,
        RLELossless,
    )  # fmt: skip
    if native:
        data.PixelData = values.astype(values.dtype.newbyteorder("<" if little else ">")).tobytes()
    else:
        data.PixelData = encapsulate([encoded(values, syntax)])
    data["PixelData"].VR = "OW" if native and data.BitsAllocated > 8 else "OB"
    data["PixelData"].is_undefined_length = not native
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax == RLELossless else syntax
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    data.file_meta = meta
    if syntax == RLELossless:
        data.compress(RLELossless, generate_instance_uid=False)
    for keyword, value in attributes.items():
        if value is None:
            delattr(data, keyword)
        else:
            setattr(data, keyword, value)
    out = DicomBytesIO()
    implicit = syntax == ImplicitVRLittleEndian
    dcmwrite(out, data, enforce_file_format=True, implicit_vr=implicit, little_endian=little)
    return out.getvalue()


def picture(values: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    """A PNG, JPEG or TIFF file."""
    out = io.BytesIO()
    Image.fromarray(values).save(out, kind, **options)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header announces any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", imagecodecs.zlib_crc32(kind + body))

    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", b"x\x9c\x03\x00\x00\x00\x00\x01")
        + chunk(b"IEND", b"")
    )


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
