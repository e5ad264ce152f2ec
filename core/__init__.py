"""Sharp/van der Heijde scoring of hand and foot radiographs: the method, the networks, the evidence.

From films to points in other people's Python:

    import core

    visits = core.read_visits(["export.zip", "cohort/"])
    for visit in visits:
        print(visit.patient, visit.reading.svh, [str(error) for error in visit.refused])
    for line in (*visits.lines, *visits.left_out):  # what was joined, split, or is no film
        print(line)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.batch import ReadVisits


def read_visits(paths: Any, **options: Any) -> "ReadVisits":
    """The visits among films, folders and zips, grouped at once and read one by one while they are asked for.

    Options: `weights` ("compact", "paper"), `device` ("auto", "cpu", "cuda"), `force` (score refused films too).

    Raises: WeightsError if the weights cannot be used; ValueError for a device that is not there.
    """
    from core.batch import ReadVisits  # the networks are opened for who asks for them

    return ReadVisits(paths, **options)
