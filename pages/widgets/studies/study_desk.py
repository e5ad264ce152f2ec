"""A reader at work on a study: the recorded order, and no way to the model."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from core.store import Order, Status, Studies, Study
from pages.server.job_queue import Job
from pages.widgets.read.reading_desk import Change, Desk, Sheet
from pages.widgets.shared.reading_lists import ListedVisit, stored_films
from pages.widgets.shared.scoring_job import Outcome, Steps

HIDDEN = "The points of the model stay hidden until the study is revealed."


@dataclass
class StudyDesk(Desk):
    """Enter completes the reading of a visit; a complete one stays as it is."""

    study: str = ""
    session: int = 1
    ids: list[str] = field(default_factory=list)
    reads_again: ClassVar[bool] = False
    reveals: ClassVar[bool] = False

    def _model_job(self, films: object) -> Job:
        job = Job(_nothing())
        job.future.set_result(Outcome(no_weights=HIDDEN))
        return job

    def _begin(self, sheet: Sheet, *, again: bool) -> None:
        assert self.store is not None
        visit = self.ids[self.at]
        begun = Studies(self.store).begin(
            self.study, self.reader, self.session, visit, request=f"{self.token}-{sheet.key}"
        )
        sheet.stored, sheet.reading = begun.visit, begun.id
        if not sheet.waiting:
            sheet.values, sheet.spent_ms = begun.values, dict(begun.spent_ms)

    def keep_model(self) -> None:
        """The store holds the model's points since the import."""

    def begin_again(self) -> None:
        """Nothing: a second pass is assigned by the coordinator."""

    def _turn(self, sheet: Sheet, do: object, request: str) -> None:
        if do in ("reveal", "complete") and sheet.values.status is not Status.COMPLETE:
            sheet.values = sheet.values.turned(Status.COMPLETE)
            sheet.waiting.append(Change(f"{request}-complete", status=Status.COMPLETE))


def _nothing() -> Steps:
    yield from ()
    return Outcome()


def study_desk(studies: Studies, study: Study, reader: str, session: int) -> StudyDesk:
    """The desk of a pass, at the first visit that is not complete."""
    assignment = study.assignment(reader, session)
    order: list[str] = list(assignment.order) if assignment else []
    found: dict[str, Any] = studies.visits(study)
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
        at=at,
        study=study.name,
        session=session,
        ids=order,
    )
    desk.open_visit()
    return desk
