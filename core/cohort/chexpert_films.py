"""CheXpert (Irvin 2019, AAAI 33:590): chest films and 14 findings, on which the ResNet-Dwise50 paper pretrains.

Never evaluated here. `train.csv` or `valid.csv` has the columns Path, Sex, Age, Frontal/Lateral, AP/PA and the
findings; `Path` begins with the name of the set's folder:
`CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.cohort.own_films import film_in, read_text
from core.cohort.table_text import rows

FINDINGS = (
    "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation",
    "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices",
)  # fmt: skip
_PLACE = re.compile(r"(?P<patient>patient[0-9]+)/(?P<study>study[0-9]+)/")
_VALUES = {"1": 1, "1.0": 1, "0": 0, "0.0": 0, "-1": -1, "-1.0": -1}


@dataclass(frozen=True)
class ChestFilm:
    """A chest film; `findings` holds 1 present, 0 absent, -1 uncertain.

    A finding that the report does not name is not in it.
    """

    patient: str
    study: str
    path: Path
    frontal: bool
    findings: Mapping[str, int]


def chexpert_films(folder: Path, split: str = "train") -> Iterator[ChestFilm]:
    """The films of `<split>.csv`, row by row.

    Raises: ValueError naming file, row, column and value.
    """
    table = folder / f"{split}.csv"
    if not table.is_file():
        raise ValueError(f"the folder {folder.name} has no {table.name}")
    try:
        for number, row in rows(read_text(table), ("Path", "Frontal/Lateral", *FINDINGS)):
            path = row["Path"].strip()
            place = _PLACE.search(path)
            if not place:
                raise ValueError(f"row {number}: Path holds {path[:80]!r}, which names no patient and study")
            inside = "/".join(PurePosixPath(path).parts[1:])  # the first part is the set's own folder
            view = row["Frontal/Lateral"].strip()
            if view not in ("Frontal", "Lateral"):
                raise ValueError(f"row {number}: Frontal/Lateral holds {view[:40]!r}")
            findings: dict[str, int] = {}
            for name in FINDINGS:
                text = row[name].strip()
                if text and text not in _VALUES:
                    raise ValueError(f"row {number}: {name} holds {text[:40]!r}; it takes 1, 0, -1 or nothing")
                if text:
                    findings[name] = _VALUES[text]
            film = film_in(folder, inside, f"row {number}")
            yield ChestFilm(place["patient"], place["study"], film, view == "Frontal", findings)
    except ValueError as error:
        text = str(error)
        raise ValueError(text if text.startswith(table.name) else f"{table.name}, {text}") from None
