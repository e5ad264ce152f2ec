"""A reader at work on a study: no way to the model, an end in one step, and the way back to where one left."""

from pathlib import Path

import pytest

from core.reading_desk import Action, study_desk
from core.reading_desk.study_desk import HIDDEN
from core.store import Mark, Order, Status, StoreError, Studies
from core.svh import SITE_BY_SUFFIX, Side
from tests.core.store.conftest import postgres, url  # noqa: F401
from tests.core.studies.test_import import imported

EROSION = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])


@pytest.fixture
def studies(url: str, tmp_path: Path) -> Studies:  # noqa: F811
    """Four patients of two visits, read by Ann, on each database."""
    made, _ = imported(url, tmp_path)
    made.assign("RA-1", "Ann")
    return made


def test_the_end_of_a_reading_is_one_step_and_never_shows_the_model(studies: Studies) -> None:
    desk = study_desk(studies, studies.get("RA-1"), "Ann", 1)
    assert (desk.title, desk.order, desk.reads_again, desk.reveals) == ("Visit 1 of 8", Order.BLINDED, False, False)
    desk.act(Action({EROSION: Mark(2)}), 1)
    desk.act(Action(accept=EROSION), 2)
    desk.act(Action(to=Status.REVEALED), 3)
    sheet = desk.sheet
    assert (sheet.values.status, sheet.values.mark(EROSION), desk.trouble) == (Status.COMPLETE, Mark(2), "")
    assert sheet.answer.result().nothing == HIDDEN and sheet.model() is not None and not sheet.model().points
    desk.keep_model()
    desk.begin_again()  # a second pass is assigned, not begun
    assert (sheet.values.status, len(studies.readings("RA-1"))) == (Status.COMPLETE, 1)


def test_the_order_is_the_recorded_one_and_one_comes_back_to_the_first_visit_that_is_open(studies: Studies) -> None:
    study = studies.get("RA-1")
    order = study.assignments[0].order
    for number in range(2):
        reading = studies.begin("RA-1", "Ann", 1, order[number], request=f"r{number}")
        studies.store.record(reading.id, {EROSION: Mark(1)}, request=f"m{number}")
        studies.store.complete(reading.id, request=f"c{number}")
    desk = study_desk(studies, study, "Ann", 1)
    assert desk.at == 2 and desk.ids == list(order) == [visit.id for visit in map(studies.visits(study).get, order)]


def test_nothing_is_written_after_the_study_was_locked(studies: Studies) -> None:
    desk = study_desk(studies, studies.get("RA-1"), "Ann", 1)
    desk.act(Action({EROSION: Mark(2)}), 1)
    studies.lock("RA-1")
    desk.act(Action({EROSION: Mark(3)}), 2)
    assert "locked" in desk.trouble
    with pytest.raises(StoreError, match="locked"):
        studies.begin("RA-1", "Ann", 1, desk.ids[1], request="late")
