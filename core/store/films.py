"""Pictures of films, named by their content.

Written whole or not at all, without anything of the upload but its pixels.
"""

import hashlib
import os
import secrets
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.store.errors import StoreError, spoken_errors

_LEVELS = 65535  # 16-bit grey


def picture_bytes(pixels: NDArray[np.float32]) -> bytes:
    """A 16-bit PNG of pixels in [0, 1]; the same pixels give the same bytes.

    Raises: StoreError if the picture cannot be written as a PNG.
    """
    done, data = cv2.imencode(".png", np.round(pixels * _LEVELS).astype(np.uint16), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise StoreError("The film could not be written as a picture.")
    return data.tobytes()


def picture_path(folder: Path, content: str) -> Path:
    """Where the picture of a content lies."""
    return folder / f"{content}.png"


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place so that a crash at any moment leaves the old one, or none, or the whole new one.

    Raises: StoreError if the disk is full or may not be written.
    """
    with spoken_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        if hasattr(os, "O_DIRECTORY"):  # a rename is safe once its folder is on the disk; Windows has no such call
            folder = os.open(path.parent, os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def keep_picture(folder: Path, data: bytes) -> str:
    """Store a picture once; its SHA-256.

    Raises: StoreError as `write_whole` does.
    """
    content = hashlib.sha256(data).hexdigest()
    if picture_fault(folder, content):
        write_whole(picture_path(folder, content), data)
    return content


def picture_fault(folder: Path, content: str) -> str:
    """What is wrong with a stored picture, empty when it is whole."""
    path = picture_path(folder, content)
    if not path.is_file():
        return f"The picture {content[:12]} is gone."
    with spoken_errors():
        whole = hashlib.sha256(path.read_bytes()).hexdigest() == content
    return "" if whole else f"The picture {content[:12]} was changed."


def read_pixels(folder: Path, content: str) -> NDArray[np.float32]:
    """Pixels [H, W] float32 in [0, 1] of a stored picture.

    Raises: StoreError if it is gone or was changed.
    """
    if fault := picture_fault(folder, content):
        raise StoreError(f"{fault} Restore a backup of the store.")
    grey = cv2.imdecode(np.fromfile(picture_path(folder, content), np.uint8), cv2.IMREAD_UNCHANGED)
    if grey is None or grey.ndim != 2 or grey.dtype != np.uint16:
        raise StoreError(f"The picture {content[:12]} is no film.")
    pixels: NDArray[np.float32] = (grey / np.float32(_LEVELS)).astype(np.float32)
    return pixels
