"""Two visits of one patient side by side: which films show the same limb, and how one lies over the other."""

from core.anatomy.pose import fit_pose
from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.evidence import FilmReading

Affine = tuple[float, float, float, float, float, float]
"""a, b, c, d, e, f as CSS writes a matrix: x' = a x + c y + e, y' = b x + d y + f."""


def same_limb(other: Case, reading: FilmReading) -> CaseFilm | None:
    """The film of another visit that shows the same limb on the same side and is counted there; None without one."""
    if reading.limb is None or reading.side is None:
        return None
    counted = other.counted_keys()
    for film in other.films:
        its = other.edited(film)
        if its and film.key in counted and (its.limb, its.side) == (reading.limb, reading.side):
            return film
    return None


def laid_over(before: FilmReading, now: FilmReading) -> Affine | None:
    """What takes pixels of the film `before` to those of `now`, by all joints that both show: turn, scale and shift.

    None where fewer than three joints are on both.
    """
    here = {joint.name: (joint.x, joint.y) for joint in now.joints}
    there = {joint.name: (joint.x, joint.y) for joint in before.joints if joint.name in here}
    if now.limb is None or len(there) < 3:
        return None
    try:
        (a, c, e), (b, d, f) = fit_pose(now.limb, there, onto=here).matrix.tolist()
    except ValueError:
        return None  # all joints lie on one point
    return a, b, c, d, e, f
