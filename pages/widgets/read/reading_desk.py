"""A reader at work: the visits in their order, what was marked, and the way of every key into the store."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.checkpoint import WeightsError
from core.model_reader.evidence import FilmReading
from core.store import NOT_SCORABLE_REASONS, BlindedReading, Mark, Order, Status, Store, StoredVisit, StoreError
from core.svh import SITE_BY_SUFFIX, Cell, Limb, Reading, Side
from pages.server.job_queue import Job, QueueFull
from pages.widgets.shared import cached_reader
from pages.widgets.shared.outbox import new_actions, whole
from pages.widgets.shared.reading_lists import ListedVisit, ReadFilm
from pages.widgets.shared.scoring_job import Outcome, Steps, start, weights_words

MOST_MS = 60_000  # a longer pause between two keys is not reading
LimbSide = tuple[Limb, Side]


@dataclass(frozen=True)
class Change:
    """One thing to be stored: marks with time spent, or a new status."""

    request: str
    marks: Mapping[Cell, Mark | None] = field(default_factory=dict)
    spent_ms: Mapping[LimbSide, int] = field(default_factory=dict)
    status: Status | None = None


@dataclass
class Sheet:
    """The reading of one visit. `waiting` is what the store has not acknowledged yet; it is empty in good times."""

    films: tuple[ReadFilm, ...]
    model_job: Job
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    stored: StoredVisit | None = None
    reading: str = ""
    values: BlindedReading = field(default_factory=BlindedReading)
    spent_ms: dict[LimbSide, int] = field(default_factory=dict)
    waiting: list[Change] = field(default_factory=list)
    fault: str = ""  # why the films of a visit cannot be shown
    model_kept: bool = False

    def model(self) -> Reading | None:
        """What the model gave; None until it is done. Never asked for while the reading is blinded."""
        if self.values.model_hidden or not self.model_job.future.done():
            return None
        readings = self.model_job.future.result().readings
        return Reading({(r.side, c.site): c.points for r in readings if r.side for c in r.cells})


@dataclass
class Desk:
    """One reader with one list. Lives in the session's state."""

    reads_again: ClassVar[bool] = True  # a complete reading may be begun anew
    reveals: ClassVar[bool] = True  # Enter shows the model before it completes

    reader: str
    order: Order
    list_name: str
    visits: list[ListedVisit]
    store: Store | None
    trouble: str = ""
    at: int = 0
    token: str = field(default_factory=lambda: secrets.token_hex(8))  # the request ids of this desk begin with it
    acked: int = 0
    sheets: dict[int, Sheet] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        """The sheet of the visit in view."""
        return self.sheets[self.at]

    def open_visit(self) -> None:
        """Open the visit in view where the reader left it: films, the model's job, the reading in the store."""
        if self.at in self.sheets:
            return
        # Films take memory: sheets that the store holds whole are let go and opened again when needed.
        self.sheets = {n: old for n, old in self.sheets.items() if old.waiting or not old.reading}
        films, fault = self._films()
        self.sheets[self.at] = Sheet(films, self._model_job(films), fault=fault)
        self.save()

    def _model_job(self, films: tuple[ReadFilm, ...]) -> Job:
        return _model_job(films)

    def _films(self) -> tuple[tuple[ReadFilm, ...], str]:
        try:
            films = self.visits[self.at].load()
        except StoreError as error:
            return (), str(error)
        none = "This visit has no film whose limb and side are known. Set them on the Score page first."
        return films, "" if films else none

    @property
    def title(self) -> str:
        """Visit and place in the list; in blinded order neither patient nor date."""
        place = f"Visit {self.at + 1} of {len(self.visits)}"
        visit = self.visits[self.at]
        return place if self.order is Order.BLINDED else f"{place} · {visit.patient}, {visit.label}"

    def go(self, by: int) -> None:
        """To a neighbouring visit, if there is one."""
        self.at = min(len(self.visits) - 1, max(0, self.at + by))
        self.open_visit()

    def begin_again(self) -> None:
        """Begin a complete reading anew; the old one is kept and superseded."""
        sheet = self.sheet
        sheet.values, sheet.spent_ms, sheet.waiting = BlindedReading(), {}, []
        sheet.reading, sheet.key = "", secrets.token_hex(8)
        self.save(again=True)

    def save(self, *, again: bool = False) -> None:
        """Bring what waits into the store. When that fails, say so and go on: it is tried again at the next key."""
        sheet = self.sheets[self.at]
        if self.store is None or not sheet.films:
            return
        try:
            if not sheet.reading:
                self._begin(sheet, again=again)
            while sheet.waiting:
                change = sheet.waiting[0]
                if change.status is Status.REVEALED:
                    self.store.reveal(sheet.reading, request=change.request)
                elif change.status is Status.COMPLETE:
                    self.store.complete(sheet.reading, request=change.request)
                else:
                    self.store.record(sheet.reading, change.marks, request=change.request, spent_ms=change.spent_ms)
                sheet.waiting.pop(0)
            self.trouble = ""
        except StoreError as error:
            self.trouble = str(error)

    def _begin(self, sheet: Sheet, *, again: bool) -> None:
        assert self.store is not None
        listed = self.visits[self.at]
        visit = self.store.add_visit(listed.patient, listed.label, position=listed.position or None)
        for film in sheet.films:
            shot = film.radiograph
            self.store.add_film(
                visit, shot.pixels, limb=film.limb, side=film.side, joints=film.joints, spacing_mm=shot.spacing_mm
            )
        begun = self.store.begin(
            visit,
            self.reader,
            order=self.order,
            list_name=self.list_name,
            request=f"{self.token}-{sheet.key}",
            again=again,
        )
        sheet.stored, sheet.reading = visit, begun.id
        if not sheet.waiting:  # otherwise what was read before the store came back stands
            sheet.values, sheet.spent_ms = begun.values, dict(begun.spent_ms)

    def keep_model(self) -> None:
        """Store the model's values beside the reader's, with its cards, once it was shown."""
        sheet, model = self.sheet, self.sheet.model()
        if self.store is None or sheet.stored is None or sheet.model_kept or model is None or not model.points:
            return
        try:
            cards = {card.name: card.sha256 for card in cached_reader.open_reader().cards}
            self.store.record_model(sheet.stored, model, cards=cards)
            sheet.model_kept = True
        except StoreError as error:
            self.trouble = str(error)

    def take(self, outbox: object) -> None:
        """Do what came from the browser after the last acknowledged action, in order, once each."""
        for number, action in new_actions(outbox, self.acked):
            if action.get("sheet") == self.sheet.key:
                self._act(action, f"{self.token}-{number}")
                self.acked = number

    def _act(self, action: dict[str, Any], request: str) -> None:
        sheet, do = self.sheet, action.get("do")
        spent = _spent(sheet, action.get("spent"))
        if do == "next visit":
            return self.go(1)
        if sheet.values.status is Status.COMPLETE:
            return None
        marks = _marks(sheet, action) if do in ("mark", "accept") else {}
        for cell, mark in marks.items():
            sheet.values = sheet.values.marked(cell, mark)
        for where, ms in spent.items():
            sheet.spent_ms[where] = sheet.spent_ms.get(where, 0) + ms
        if marks or spent:
            sheet.waiting.append(Change(request, marks, spent))
        self._turn(sheet, do, request)
        return self.save()

    def _turn(self, sheet: Sheet, do: object, request: str) -> None:
        """Reveal, then complete."""
        if do == "reveal" and sheet.values.model_hidden:
            sheet.values = sheet.values.turned(Status.REVEALED)
            sheet.waiting.append(Change(f"{request}-reveal", status=Status.REVEALED))
        elif do == "complete" and sheet.values.status is Status.REVEALED:
            sheet.values = sheet.values.turned(Status.COMPLETE)
            sheet.waiting.append(Change(f"{request}-complete", status=Status.COMPLETE))


def _model_job(films: tuple[ReadFilm, ...]) -> Job:
    """The model reads beside the person; where the queue is full the words for that take the reading's place."""
    try:
        return start(_read(films))
    except QueueFull as full:
        job = Job(_read(()))
        job.future.set_result(Outcome(no_weights=str(full)))
        return job


def _read(films: tuple[ReadFilm, ...]) -> Steps:
    """The model's reading of films whose limb and side are known."""
    try:
        reader = cached_reader.open_reader()
    except WeightsError as error:
        return Outcome(no_weights=weights_words(error))
    readings: list[FilmReading] = []
    for n, film in enumerate(films):
        yield "the model reads", n / len(films)
        readings += reader.read_film(film.radiograph, slot=(film.limb, film.side))[:1]
    return Outcome(readings=tuple(r for r in readings if r.scored))


def _spent(sheet: Sheet, said: object) -> dict[LimbSide, int]:
    times = said if isinstance(said, dict) else {}
    known = {film.key: (film.limb, film.side) for film in sheet.films}
    return {
        known[key]: int(min(ms, MOST_MS))
        for key, ms in times.items()
        if key in known and isinstance(ms, int | float) and not isinstance(ms, bool) and ms >= 1
    }


def _marks(sheet: Sheet, action: dict[str, Any]) -> dict[Cell, Mark | None]:
    """The cell and mark of an action. What does not fit is passed over: it came from a browser."""
    site = SITE_BY_SUFFIX.get(str(action.get("site")))
    film = next((f for f in sheet.films if f.key == action.get("film")), None)
    if site is None or film is None or site.limb is not film.limb:
        return {}
    cell = (film.side, site)
    if action.get("do") == "accept":
        model = sheet.model()
        return {cell: Mark(model.points[cell])} if model and cell in model.points else {}
    points, sides, reason = action.get("points"), action.get("sides"), action.get("reason")
    if action.get("clear"):
        return {cell: None}
    try:
        if reason is not None:
            number = whole(reason)
            if number is not None and 0 <= number < len(NOT_SCORABLE_REASONS):
                return {cell: Mark(None, None, NOT_SCORABLE_REASONS[number]).checked(site)}
        elif sides is not None:
            first, second = (whole(s) for s in sides) if isinstance(sides, list) and len(sides) == 2 else (None, None)
            if first is not None and second is not None:
                return {cell: Mark(first + second, (first, second)).checked(site)}
        elif (value := whole(points)) is not None:
            return {cell: Mark(value).checked(site)}
    except ValueError:
        return {}
    return {}
