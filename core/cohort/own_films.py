"""Films of the user's own data set: where each lies and what readers gave it.

Pixels stay on disk until they are asked for.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import Box
from core.cohort.labelled_film import unit
from core.cohort.table_text import header, table_text
from core.radiograph import open_film
from core.svh import Limb, Reading, Side


@dataclass(frozen=True)
class OwnFilm:
    """One film of a data set on the user's disk.

    `side` is None where the film shows both sides. `reading` holds the points of this film's limb, None in a set that
    has only totals. `hand_totals` are the points of both hands of this visit (0-280), one a reader. `boxes` are joint
    boxes in pixels of the film, under the set's own names, where the set has them.
    """

    patient: str
    visit: str
    path: Path
    limb: Limb
    side: Side | None
    reading: Reading | None = None
    hand_totals: tuple[float, ...] = ()
    boxes: Mapping[str, Box] = field(default_factory=dict)

    def pixels(self) -> NDArray[np.float32]:
        """Pixels [H, W] in [0, 1], bone bright.

        Raises: FilmError if the file is no film; ValueError for a BMP picture that cannot be read.
        """
        data = self.path.read_bytes()
        if not data.startswith(b"BM"):
            return np.asarray(open_film(data, self.path.name).pixels, np.float32)
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)  # the RAM sets are BMP
        if grey is None:
            raise ValueError(f"{self.path.name} is a damaged BMP picture")
        return unit(np.asarray(grey, np.uint8))


def film_in(folder: Path, name: str, where: str) -> Path:
    """The film that a table names; `where` says which file and row named it.

    Raises: ValueError if it is not in the folder, or outside of it.
    """
    path = folder / name
    if not name or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ValueError(f"{where}: the film {name!r} is not in the folder {folder.name}")
    return path


def find_table(folder: Path, column: str) -> tuple[str, str]:
    """Name and text of the one CSV table in `folder` that has this column.

    Raises: ValueError if there is none or more than one, or the folder is not there.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    found = [(path.name, read_text(path)) for path in sorted(folder.glob("*.csv"))]
    tables = [(name, text) for name, text in found if column in [cell.strip() for cell in header(text)]]
    if not tables:
        books = [path.name for path in sorted(folder.glob("*.xls*"))]
        what = f"; save {books[0]} as CSV UTF-8 first" if books else ""
        raise ValueError(f"the folder {folder.name} has no CSV table with the column {column}{what}")
    if tables[1:]:
        raise ValueError(
            f"both {tables[0][0]} and {tables[1][0]} have the column {column}; keep one of them in the folder"
        )
    return tables[0]


def read_text(path: Path) -> str:
    """Text of a table.

    Raises: ValueError naming the file if it is no text.
    """
    try:
        return table_text(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises: ValueError naming the file and line if it is not there or no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ValueError(f"the file {path.name} is not in {path.parent.name}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name}, line {error.lineno}: this is no JSON ({error.msg})") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is no JSON: its text is not UTF-8") from None


def own_names(path: Path) -> dict[str, str]:
    """The user's mapping of names, an optional JSON object of texts; empty where the file is not there.

    Raises: ValueError naming the file if it holds anything else.
    """
    if not path.is_file():
        return {}
    names = read_json(path)
    if not isinstance(names, dict) or not all(isinstance(value, str) for value in names.values()):
        raise ValueError(f"{path.name} must be one JSON object whose values are texts")
    return names
