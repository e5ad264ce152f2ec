"""A reader at work on a study: the recorded order, and no way to the model."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from core.reading_desk.desk import Desk
from core.reading_desk.sheet import ModelAnswer, Sheet, answered
from core.reading_desk.visits import ListedVisit, ReadFilm, stored_films
from core.store import Order, Status, Store, StoredVisit, Studies, Study

HIDDEN = "The points of the model stay hidden until the study is revealed."


@dataclass
class StudyDesk(Desk):
    """The end of a reading is one step here, without the model; a complete one stays as it is."""

    study: str = ""
    session: int = 1
    ids: list[str] = field(default_factory=list)
    reads_again: ClassVar[bool] = False
    reveals: ClassVar[bool] = False

    def _begin(self, sheet: Sheet, store: Store, *, again: bool) -> None:
        request = f"{self.token}-{sheet.key}"
        sheet.take_up(Studies(store).begin(self.study, self.reader, self.session, self.ids[self.at], request=request))

    def keep_model(self) -> None:
        """The store holds the model's points since the import."""

    def begin_again(self) -> None:
        """Nothing: a second pass is assigned by the coordinator."""

    def _turn(self, sheet: Sheet, to: Status | None, request: str) -> None:
        if to is not None and sheet.values.status is not Status.COMPLETE:
            sheet.turn(Status.COMPLETE, f"{request}-complete")


def _no_model(films: Sequence[ReadFilm], /) -> "Future[ModelAnswer]":
    return answered(ModelAnswer(nothing=HIDDEN))


def study_desk(studies: Studies, study: Study, reader: str, session: int) -> StudyDesk:
    """The desk of a pass, at the first visit that is not complete."""
    assignment = study.assignment(reader, session)
    order: list[str] = list(assignment.order) if assignment else []
    found: dict[str, StoredVisit] = studies.visits(study)
    listed = [
        ListedVisit(
            found[key].patient, found[key].label, found[key].position, partial(stored_films, studies.store, found[key])
        )
        for key in order
    ]
    done = {key[2:] for key in studies.readings(study.name) if key[:2] == (reader, session)}
    at = next((n for n, visit in enumerate(listed) if (visit.patient, visit.label) not in done), 0)
    desk = StudyDesk(
        reader,
        Order.BLINDED,
        study.list_name(session),
        listed,
        studies.store,
        _no_model,
        at=at,
        study=study.name,
        session=session,
        ids=order,
    )
    desk.open_visit()
    return desk
