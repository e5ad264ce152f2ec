"""What a checked film is, and the one error that says why a file is not one."""

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.svh import Limb, Side

LONGEST_TEXT = 64  # characters of a foreign text that are shown


class Fault(StrEnum):
    """Why a file is no Radiograph. The values are stable: they stand in tables, logs and the store."""

    # The file cannot be read.
    EMPTY = "empty"
    FILE_SIZE = "file-size"
    FILE_TYPE = "file-type"
    HIDDEN_CONTENT = "hidden-content"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    ATTRIBUTE = "attribute-missing"
    COMPRESSION = "compression-not-supported"
    PICTURE_SIZE = "picture-too-large"
    MEMORY = "out-of-memory"
    TIME = "out-of-time"
    CRASH = "could-not-be-read-safely"
    NOT_FOUND = "not-found"
    # The file can be read, but holds no film that can be scored.
    NOT_A_PICTURE = "not-a-picture"
    MODALITY = "not-a-radiograph"
    FRAMES = "several-pictures"
    TOO_SMALL = "picture-too-small"
    COLOUR = "colour-picture"
    NO_CONTRAST = "no-contrast"
    DEPTH = "depth-not-supported"
    # About archives and batches.
    ARCHIVE = "archive-damaged"
    ENCRYPTED = "archive-encrypted"
    ARCHIVE_SIZE = "archive-too-large"
    NESTED = "archive-in-archive"
    SKIPPED = "skipped"


# Of these there are hundreds on a disc with a viewer: they are told in one line.
NO_FILM = frozenset({Fault.SKIPPED, Fault.FILE_TYPE, Fault.EMPTY, Fault.NOT_A_PICTURE, Fault.TOO_SMALL})


class NoteKind(StrEnum):
    """What a note on a film is about. The values are stable: they stand in readings.json."""

    CHILD = "child"
    FOR_PROCESSING = "for-processing"
    BURNED_IN_TEXT = "burned-in-text"
    POLARITY = "polarity"
    PIXEL_ASPECT = "pixel-aspect"
    SPACING = "spacing"
    PAGE = "page"
    COLOUR = "colour"
    GREY_SCALE = "grey-scale"
    COMPRESSION = "lossy-compression"
    STORAGE = "storage"
    DAMAGE = "damage"


@dataclass(frozen=True)
class FilmNote:
    """One sentence about how a film was read or what its file says, for the person who looks at it."""

    kind: NoteKind
    text: str

    def __str__(self) -> str:
        return self.text


TURNED_ROUND = "The picture was stored light for dark; it was turned round so that bone is bright."


def display_text(text: str) -> str:
    """A foreign text as it may be shown: one line, no control or direction characters, at most 64 characters."""
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in unicodedata.normalize("NFC", text))
    kept = re.sub(" +", " ", kept).strip()
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"


def quoted(text: str) -> str:
    """A foreign code word inside a sentence.

    Its letters, digits and `_-. ` only, at most 24 characters, in quotation marks.
    """
    kept = re.sub(r"[^A-Za-z0-9_. -]+", "", text[:200]).strip()
    return f'"{kept if len(kept) <= 24 else kept[:23] + "…"}"' if kept else "that cannot be read"


class FilmError(Exception):
    """This file cannot be used as a film; `message` says why and what to do, in words for the person who sent it.

    `code` is a value of `Fault` (or of a later check of the same kind); `file` the display name of the file, `folder`
    where it lay and `visit` the visit that it would have belonged to.
    """

    def __init__(self, code: str, message: str, file: str = "", folder: str = "", visit: str = "") -> None:
        self.code = str(code)
        self.message = message
        self.file = display_text(file)
        self.folder = "/".join(display_text(part) for part in folder.split("/"))
        self.visit = visit
        super().__init__(self.code, message, self.file)

    def placed(self, folder: str, visit: str = "") -> "FilmError":
        """The same reason with folder and visit."""
        return FilmError(self.code, self.message, self.file, folder, visit)

    @property
    def where(self) -> str:
        """The file with its folder."""
        return "/".join(part for part in (self.folder, self.file) if part)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True)
class Radiograph:
    """A checked film.

    `pixels` are [H, W] float32 in [0, 1], finite, read-only, bone bright. `name` is display text, never a path to open.
    `sha256` is that of the file. `limb_tag` and `side_tag` come from DICOM attributes, `limb_name`, `side_name` and
    `patient` from the file name (`UAB003-LH.jpg`); `folder` is the path of its folder as text ("" where there is none).
    No identity is ever taken from inside a file. `notes` say how the film was read; they go with it into every result.
    """

    pixels: NDArray[np.float32]
    name: str
    sha256: str
    spacing_mm: float | None = None
    limb_tag: Limb | None = None
    side_tag: Side | None = None
    limb_name: Limb | None = None
    side_name: Side | None = None
    patient: str | None = None
    folder: str = ""
    notes: tuple[FilmNote, ...] = field(default=())

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 2 or pixels.dtype != np.float32 or pixels.size == 0:
            raise ValueError("a radiograph needs pixels [H, W] of float32")
        low, high = float(pixels.min()), float(pixels.max())  # NaN fails the next line
        if not (low >= 0.0 and high <= 1.0):
            raise ValueError("the pixels of a radiograph lie in [0, 1] and are finite")
        if self.spacing_mm is not None and not (math.isfinite(self.spacing_mm) and self.spacing_mm > 0):
            raise ValueError("a pixel spacing is above zero")
        if not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError("a radiograph needs the SHA-256 of its file")
        pixels.setflags(write=False)

    def inverted(self) -> "Radiograph":
        """The same film light for dark, with the note that says so in place of any other on its polarity."""
        notes = tuple(note for note in self.notes if note.kind is not NoteKind.POLARITY)
        turned = FilmNote(NoteKind.POLARITY, TURNED_ROUND)
        return replace(self, pixels=np.float32(1) - self.pixels, notes=(*notes, turned))

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return int(self.pixels.shape[0])

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return int(self.pixels.shape[1])
