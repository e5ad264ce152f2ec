"""Studies in the case store: visits read blind, by assigned readers, in recorded orders, until they are locked."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session, SQLModel, select

from core.radiograph import display_text
from core.store.blinded_reading import Status
from core.store.errors import StoreError
from core.store.log import append, done_before, now_text, reading, writing
from core.store.records import OpenReading, Order, StoredVisit, id_of, open_reading, visit_of
from core.store.store import Store
from core.store.study_passes import Progress, washed_out
from core.store.study_readings import ReadingOf, complete_readings
from core.store.study_records import PREFIX, Assignment, Role, State, Study, studies_in
from core.store.tables import MetaRow, PatientRow, ReaderRow, ReadingRow, VisitRow

MAX_SESSIONS = 2
MODEL = "model"


class Studies:
    """The studies of a store. Every method raises StoreError, in words, when the store cannot be used."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def all(self) -> list[Study]:
        """Every study, by name."""
        if not self.store.connection.exists:
            return []
        with reading(self.store.connection) as session:
            return list(studies_in(session))

    def get(self, name: str) -> Study:
        """A study by its name.

        Raises: StoreError if there is none.
        """
        found = next((study for study in self.all() if study.name == name), None)
        if found is None:
            raise StoreError(f"There is no study {display_text(name)!r}.")
        return found

    def create(self, name: str, visits: Sequence[tuple[str, str, int]], *, seed: int, who: str = "") -> Study:
        """A new study of visits (patient, label, position in time). The same asked twice gives the same study.

        Raises: StoreError without a name or visit, for a visit that comes twice, or if another study has the name.
        """
        name = display_text(name)
        asked = [(display_text(patient), display_text(label), position) for patient, label, position in visits]
        if not name or "#" in name:
            raise StoreError("A study needs a name without the sign #.")
        if not asked or not all(patient and label for patient, label, _ in asked):
            raise StoreError("A study needs visits, each with a patient and a name.")
        if len({(patient, label) for patient, label, _ in asked}) < len(asked):
            raise StoreError("A visit comes twice: patient and visit must name it alone.")
        ids = tuple(_visit_id(name, patient, label) for patient, label, _ in asked)
        study = Study(name, seed, ids)
        with writing(self.store.connection) as session:
            row = session.get(MetaRow, study.row.name)
            if row is not None:
                old = Study.parse(row.value)
                if (old.visits, old.seed) != (ids, seed):
                    raise StoreError("There is another study of this name. Choose another name.")
                return old
            rows: list[SQLModel] = [PatientRow(pseudonym=patient) for patient in sorted({p for p, _, _ in asked})]
            for key, (patient, label, position) in zip(ids, asked, strict=True):
                rows.append(VisitRow(id=key, patient=patient, label=label, position=position))
            request = f"study:{id_of(name)}"
            append(session, request=request, who=who, action="study", asked={"name": name}, rows=[*rows, study.row])
        return study

    def visits(self, study: Study) -> dict[str, StoredVisit]:
        """The visits of a study by id, in the order of the import."""
        with reading(self.store.connection) as session:
            rows = session.exec(select(VisitRow).where(VisitRow.id.in_(study.visits))).all()  # type: ignore[attr-defined]
            found = {row.id: visit_of(row) for row in rows}
        return {key: found[key] for key in study.visits if key in found}

    def assign(
        self,
        name: str,
        reader: str,
        *,
        session: int = 1,
        visits: Sequence[str] | None = None,
        washout_days: int | None = None,
        who: str = "",
    ) -> Study:
        """Give a reader a pass over the study, or an adjudicator the visits that are named; shuffled by its seed.

        Raises: StoreError for a pass that is assigned, a second pass without a first, or after the study was locked.
        """
        reader = display_text(reader)
        role = Role.READER if visits is None else Role.ADJUDICATOR
        if not reader or reader.startswith(MODEL):
            raise StoreError("A reader needs a name, and not that of a model.")
        with self._changing(name, f"assign:{reader}:{session}", who) as (study, put):
            if study.state is not State.OPEN:
                raise StoreError("This study is locked: no more reading is assigned.")
            if study.assignment(reader, session) is not None:
                raise StoreError(f"{reader} has this pass already.")
            first = study.assignment(reader, session - 1)
            if session not in range(1, MAX_SESSIONS + 1) or (session > 1 and first is None):
                raise StoreError("A second pass needs a first one of the same reader; there is no third.")
            order = list(study.visits if visits is None else visits)
            if not order or set(order) - set(study.visits):
                raise StoreError("There is nothing to read: no visit of the study is named.")
            random.Random(f"{study.seed}/{reader}/{session}").shuffle(order)
            days = study.washout_days if washout_days is None else washout_days
            if days < 0:
                raise StoreError("A wash-out lasts 0 days or more.")
            made = Assignment(reader, session, role, tuple(order))
            put(replace(study, washout_days=days, assignments=(*study.assignments, made)))
        return self.get(name)

    def lock(self, name: str, *, who: str = "") -> Study:
        """End the reading for good: nothing of the study is written after that.

        Raises: StoreError if there is no such study.
        """
        return self._turn(name, State.LOCKED, who)

    def reveal(self, name: str, *, who: str = "") -> Study:
        """Let the model's points be seen.

        Raises: StoreError if the study is not locked.
        """
        if self.get(name).state is State.OPEN:
            raise StoreError("Lock the study first: the model is shown when nobody reads any more.")
        return self._turn(name, State.REVEALED, who)

    def begin(self, name: str, reader: str, session: int, visit: str, *, request: str) -> OpenReading:
        """The reading of a visit in a pass: the one already begun, or a new one.

        Raises: StoreError if the pass is not the reader's, the wash-out still runs, or the study is locked.
        """
        study = self.get(name)
        assignment = study.assignment(reader, session)
        if assignment is None or visit not in assignment.order:
            raise StoreError("This visit is not assigned to this reader.")
        if day := self._washed_out(study, reader, session):
            raise StoreError(f"The second pass begins on {day}, when the wash-out is over.")
        with writing(self.store.connection) as db:
            list_name = study.list_name(session)
            last = _reading_row(db, visit, reader, list_name)
            if last is None:
                if Study.parse(db.get_one(MetaRow, study.row.name).value).state is not State.OPEN:
                    raise StoreError("This study is locked: its readings stay as they are.")
                known = db.get(ReaderRow, reader)
                asked = {"visit": visit, "reader": reader, "list": list_name}
                if not done_before(db, request, "begin", asked):
                    key = id_of("reading", request)
                    row = ReadingRow(
                        id=key,
                        visit=visit,
                        reader=reader,
                        list_name=list_name,
                        order=Order.BLINDED,
                        status=Status.BLINDED,
                        begun_at=now_text(),
                    )
                    rows: list[SQLModel] = [row] if known else [ReaderRow(name=reader, kind="person", cards="{}"), row]
                    append(db, request=request, who=reader, action="begin", asked=asked, rows=rows)
                last = _reading_row(db, visit, reader, list_name)
            if last is None:
                raise StoreError("The reading could not be begun.")
            return open_reading(db, last)

    def progress(self, name: str) -> list[Progress]:
        """Every pass with the number of complete readings."""
        study = self.get(name)
        done: dict[tuple[str, int], int] = {}
        for reader, session, _, _ in self.readings(name):
            done[reader, session] = done.get((reader, session), 0) + 1
        return [
            Progress(
                a.reader,
                a.session,
                a.role,
                done.get((a.reader, a.session), 0),
                len(a.order),
                self._washed_out(study, a.reader, a.session),
            )
            for a in study.assignments
        ]

    def readings(self, name: str, *, model: bool = False) -> ReadingOf:
        """The complete readings; those of the model (session 1) are there with `model`.

        Raises: StoreError if the model is asked for before the reveal.
        """
        study = self.get(name)
        if model and study.state is not State.REVEALED:
            raise StoreError("The model's points stay hidden until the study is revealed.")
        with reading(self.store.connection) as db:
            return complete_readings(db, study, model=model)

    def _washed_out(self, study: Study, reader: str, session: int) -> str:
        with reading(self.store.connection) as db:
            return washed_out(db, study, reader, session, datetime.now(UTC))

    def _turn(self, name: str, state: State, who: str) -> Study:
        with self._changing(name, state, who) as (study, put):
            if list(State).index(study.state) < list(State).index(state):
                put(replace(study, state=state))
        return self.get(name)

    @contextmanager
    def _changing(self, name: str, what: str, who: str) -> Iterator[tuple[Study, Callable[[Study], None]]]:
        """The study as it is, and the way to write it; one change a request."""
        with writing(self.store.connection) as session:
            row = session.get(MetaRow, PREFIX + name)
            if row is None:
                raise StoreError(f"There is no study {display_text(name)!r}.")

            def put(after: Study) -> None:
                request = f"study:{id_of(name)}:{id_of(what)}"
                append(session, request=request, who=who, action="study", asked={"what": what}, rows=[after.row])

            yield Study.parse(row.value), put


def _visit_id(study: str, patient: str, label: str) -> str:
    """Ids of the same patient and label in another study, or in none, differ: their films are never mixed."""
    return id_of("study visit", study, patient, label)


def _reading_row(session: Session, visit: str, reader: str, list_name: str) -> ReadingRow | None:
    wanted = select(ReadingRow).where(
        ReadingRow.visit == visit, ReadingRow.reader == reader, ReadingRow.list_name == list_name
    )
    return session.exec(wanted).first()
