"""One reader with one list of visits: what was marked, and the way of every key into the store."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from core.reading_desk.sheet import AskModel, Change, LimbSide, Sheet
from core.reading_desk.visits import ListedVisit, ReadFilm
from core.store import BlindedReading, Mark, Order, Status, Store, StoreError
from core.svh import Cell


@dataclass(frozen=True)
class Action:
    """One key of the reader: marks (None takes a cell back), a cell of the model's to accept, the status wanted."""

    marks: Mapping[Cell, Mark | None] = field(default_factory=dict)
    accept: Cell | None = None
    to: Status | None = None
    spent_ms: Mapping[LimbSide, int] = field(default_factory=dict)


@dataclass
class Desk:
    """One reader with one list. Without a store one reads on, and what waits is stored when there is one again."""

    reads_again: ClassVar[bool] = True  # a complete reading may be begun anew
    reveals: ClassVar[bool] = True  # the model is shown before a reading is completed

    reader: str
    order: Order
    list_name: str
    visits: list[ListedVisit]
    store: Store | None
    ask_model: AskModel
    trouble: str = ""
    at: int = 0
    token: str = field(default_factory=lambda: secrets.token_hex(8))  # the request ids of this desk begin with it
    acked: int = 0  # the number of the last action that was done
    sheets: dict[int, Sheet] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        """The sheet of the visit in view."""
        return self.sheets[self.at]

    @property
    def title(self) -> str:
        """Visit and place in the list; in blinded order neither patient nor date."""
        place = f"Visit {self.at + 1} of {len(self.visits)}"
        visit = self.visits[self.at]
        return place if self.order is Order.BLINDED else f"{place} · {visit.patient}, {visit.label}"

    def open_visit(self) -> None:
        """Open the visit in view where the reader left it: films, the model's answer, the reading in the store."""
        if self.at in self.sheets:
            return
        # Films take memory: sheets that the store holds whole are let go and opened again when needed.
        self.sheets = {n: old for n, old in self.sheets.items() if old.waiting or not old.reading}
        films, fault = self._films()
        self.sheets[self.at] = Sheet(films, self.ask_model(films), fault=fault)
        self.save()

    def _films(self) -> tuple[tuple[ReadFilm, ...], str]:
        try:
            films = self.visits[self.at].load()
        except StoreError as error:
            return (), str(error)
        none = "This visit has no film whose limb and side are known. Set them on the Score page first."
        return films, "" if films else none

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
                self._begin(sheet, self.store, again=again)
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

    def _begin(self, sheet: Sheet, store: Store, *, again: bool) -> None:
        listed = self.visits[self.at]
        visit = store.add_visit(listed.patient, listed.label, position=listed.position or None)
        for film in sheet.films:
            shot = film.radiograph
            store.add_film(
                visit, shot.pixels, limb=film.limb, side=film.side, joints=film.joints, spacing_mm=shot.spacing_mm
            )
        begun = store.begin(
            visit,
            self.reader,
            order=self.order,
            list_name=self.list_name,
            request=f"{self.token}-{sheet.key}",
            again=again,
        )
        sheet.take_up(begun)

    def keep_model(self) -> None:
        """Store the model's values beside the reader's, with its cards, once it was shown."""
        sheet, model = self.sheet, self.sheet.model()
        if self.store is None or sheet.stored is None or sheet.model_kept or model is None or not model.points:
            return
        try:
            self.store.record_model(sheet.stored, model, cards=sheet.answer.result().cards)
            sheet.model_kept = True
        except StoreError as error:
            self.trouble = str(error)

    def act(self, action: Action, number: int) -> None:
        """Do an action on the visit in view and store it; `number` tells it from every other of this desk."""
        sheet, request = self.sheet, f"{self.token}-{number}"
        self.acked = number
        if sheet.values.status is Status.COMPLETE:
            return
        marks, model = dict(action.marks), sheet.model()
        if action.accept is not None and model is not None and action.accept in model.points:
            marks[action.accept] = Mark(model.points[action.accept])
        for cell, mark in marks.items():
            sheet.values = sheet.values.marked(cell, mark)
        for where, ms in action.spent_ms.items():
            sheet.spent_ms[where] = sheet.spent_ms.get(where, 0) + ms
        if marks or action.spent_ms:
            sheet.waiting.append(Change(request, marks, action.spent_ms))
        self._turn(sheet, action.to, request)
        self.save()

    def _turn(self, sheet: Sheet, to: Status | None, request: str) -> None:
        """Reveal, then complete."""
        if to is Status.REVEALED and sheet.values.model_hidden:
            sheet.turn(Status.REVEALED, f"{request}-reveal")
        elif to is Status.COMPLETE and sheet.values.status is Status.REVEALED:
            sheet.turn(Status.COMPLETE, f"{request}-complete")
