"""RA2-DREAM (Synapse syn20545111): `<id>-LH|RH|LF|RF.jpg` beside the 90-column table, also what `phantom` writes."""

from collections.abc import Iterator
from pathlib import Path

from core.cohort.own_films import OwnFilm, film_in, find_table
from core.cohort.ra2_table import read_table
from core.svh import Limb, Reading, Side


def ra2_films(folder: Path) -> Iterator[OwnFilm]:
    """The films of every limb that the table has points for, patient by patient.

    Raises: ValueError naming file, row, column and value for a table that is no RA2 table, and the film that is not
    there.
    """
    name, text = find_table(folder, "Patient_ID")
    try:
        readings = read_table(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    for patient, reading in readings.items():
        for limb in Limb:
            for side in Side:
                mine = {cell: v for cell, v in reading.points.items() if cell[0] is side and cell[1].limb is limb}
                if mine:
                    film = film_in(folder, f"{patient}-{side.value}{limb.value[0]}.jpg", f"{name}, patient {patient}")
                    yield OwnFilm(patient, "1", film, limb, side, Reading(mine))
