"""A film of the teacher's own as a teaching case: its joints close up, its truth what the teacher gave it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.model_reader.evidence import FilmReading
from core.svh import SITES, Side
from core.teaching.cases import Difficulty, TeachingCase

LONGEST_PX = 1600
_USUAL_MM = 250.0  # the longer side of a film where nothing tells its scale


def own_case(reading: FilmReading, pixels: NDArray[np.float32]) -> TeachingCase:
    """The case of a scored film [H, W], without file name and identity.

    A joint is asked where it was found and each of its sites has points; the order is that of the score sheet.

    Raises: ValueError, in words, where the film has no such joint.
    """
    if not reading.scored or reading.limb is None:
        raise ValueError("This film was not scored.")
    grades = {cell.site: cell.points for cell in reading.cells if cell.points is not None}
    found = {joint.name: (joint.x, joint.y) for joint in reading.joints}
    sites = SITES[reading.limb]
    order = tuple(
        joint
        for joint in dict.fromkeys(site.joint for site in sites)
        if joint in found and all(site in grades for site in sites if site.joint == joint)
    )
    if not order:
        raise ValueError("No joint of this film has points at all of its sites.")
    share = min(1.0, LONGEST_PX / max(pixels.shape))
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA) if share < 1 else pixels
    film = LabelledFilm(
        np.asarray(small, np.float32),
        reading.limb,
        reading.side or Side.L,
        {name: (x * share, y * share) for name, (x, y) in found.items()},
        grades,
        film_id="",
        source="a film of the teacher",
        spacing_mm=(reading.mm_per_px or _USUAL_MM / max(pixels.shape)) / share,
    )
    return TeachingCase(0, Difficulty.MIDDLE, film, order, own=True)
