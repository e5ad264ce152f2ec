"""What can be asked of the store and put into it. Every change carries a request id: asking twice does it once."""

import hashlib
import json
from collections.abc import Mapping
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel, select

from core.radiograph import display_text
from core.store import reading_rows
from core.store.blinded_reading import Status
from core.store.connection import Connection, store_url
from core.store.errors import StoreError
from core.store.films import keep_picture, picture_bytes, read_pixels
from core.store.log import append, done_before, now_text, reading, writing
from core.store.reading_rows import Marks, latest_row, writable_row
from core.store.records import (
    LimbSide,
    OpenReading,
    Order,
    Points,
    StoredFilm,
    StoredVisit,
    film_of,
    id_of,
    in_time,
    open_reading,
    visit_of,
)
from core.store.study_records import study_of_visit
from core.store.tables import FilmRow, PatientRow, ReaderRow, ReadingRow, VisitRow
from core.svh import Limb, Reading, Side


class Store:
    """The case store at a URL (`SVH_STORE_URL` when none is given). Nothing is created before the first write.

    Every method raises StoreError, with a sentence for the person at the screen, when the store cannot be used.
    """

    def __init__(self, url: str | None = None) -> None:
        self.connection = Connection(url or store_url())

    def close(self) -> None:
        """Give files and sockets back."""
        self.connection.close()

    # Patients, visits, films

    def add_visit(self, patient: str, label: str, *, position: int | None = None) -> StoredVisit:
        """The visit of a patient with this label, made if it is new. Without `position` it comes after the others.

        Raises: StoreError for an empty pseudonym or label.
        """
        patient, label = _typed(patient, "pseudonym of the patient"), _typed(label, "label of the visit")
        key = id_of("visit", patient, label)
        with writing(self.connection) as session:
            row = session.get(VisitRow, key)
            if row is None:
                others = session.exec(select(VisitRow).where(VisitRow.patient == patient)).all()
                place = position if position is not None else 1 + max((v.position for v in others), default=0)
                row = VisitRow(id=key, patient=patient, label=label, position=place)
                rows: list[SQLModel] = [PatientRow(pseudonym=patient), row]
                append(session, request=f"visit:{key}", who="", action="visit", asked={}, rows=rows)
            return visit_of(row)

    def add_film(
        self,
        visit: StoredVisit,
        pixels: NDArray[np.float32],
        *,
        limb: Limb,
        side: Side,
        joints: Points,
        spacing_mm: float | None = None,
    ) -> StoredFilm:
        """Keep the pixels ([H, W] in [0, 1]) of a film of a visit; the same film twice is one.

        No name, tag or date is kept.
        """
        data = picture_bytes(pixels)
        key = id_of("film", visit.id, limb, side, hashlib.sha256(data).hexdigest())
        with writing(self.connection) as session:
            content = keep_picture(self.connection.films, data)
            row = session.get(FilmRow, key)
            if row is None:
                text = json.dumps({name: [round(x, 1), round(y, 1)] for name, (x, y) in sorted(joints.items())})
                row = FilmRow(
                    id=key, visit=visit.id, limb=limb, side=side, content=content, spacing_mm=spacing_mm, joints=text
                )
                append(session, request=f"film:{key}", who="", action="film", asked={}, rows=[row])
            return film_of(row)

    def visits(self) -> list[StoredVisit]:
        """All visits that are in no study (which are read there alone), by patient and in time, as `in_time` tells."""
        if not self.connection.exists:
            return []
        with reading(self.connection) as session:
            apart = study_of_visit(session)
            rows = session.exec(select(VisitRow).order_by(VisitRow.patient)).all()
            free = [visit_of(row) for row in rows if row.id not in apart]
            return [visit for _, mine in groupby(free, lambda v: v.patient) for visit in in_time(mine)]

    def films(self, visit: StoredVisit) -> list[StoredFilm]:
        """The films of a visit, hands before feet, left before right."""
        with reading(self.connection) as session:
            rows = session.exec(select(FilmRow).where(FilmRow.visit == visit.id)).all()
            return sorted(map(film_of, rows), key=lambda f: (list(Limb).index(f.limb), f.side, f.id))

    def pixels(self, film: StoredFilm) -> NDArray[np.float32]:
        """Pixels [H, W] in [0, 1] of a film, checked against its content hash."""
        return read_pixels(self.connection.films, film.content)

    # Readings

    def begin(
        self,
        visit: StoredVisit,
        reader: str,
        *,
        order: Order,
        list_name: str,
        request: str,
        again: bool = False,
    ) -> OpenReading:
        """The reader's reading of a visit: the one already begun, or a new one.

        A complete reading comes back as it is; with `again` a new one is begun that supersedes it.

        Raises: StoreError for the name of a model, or if the reading could not be begun.
        """
        reader = _typed(reader, "name of the reader")
        with writing(self.connection) as session:
            asked = {"visit": visit.id, "reader": reader, "order": order, "list": list_name, "again": again}
            known = session.get(ReaderRow, reader)
            if known is not None and known.kind != "person":
                raise StoreError("This is the name of a model. Choose another name for the reader.")
            last = latest_row(session, visit.id, reader)
            if last is None or (again and last.status == Status.COMPLETE):
                if not done_before(session, request, "begin", asked):
                    row = ReadingRow(
                        id=id_of("reading", request),
                        visit=visit.id,
                        reader=reader,
                        list_name=list_name,
                        order=order,
                        status=Status.BLINDED,
                        begun_at=now_text(),
                        supersedes=last.id if last else None,
                    )
                    rows: list[SQLModel] = [row]
                    if known is None:
                        rows.insert(0, ReaderRow(name=reader, kind="person", cards="{}"))
                    append(session, request=request, who=reader, action="begin", asked=asked, rows=rows)
                last = latest_row(session, visit.id, reader)
            if last is None:
                raise StoreError("The reading could not be begun.")
            return open_reading(session, last)

    def record(
        self, reading: str, marks: Marks, *, request: str, spent_ms: Mapping[LimbSide, int] | None = None
    ) -> None:
        """Write cells of a reading (None takes a cell back) and add time spent.

        Both values change until the model is shown.

        Raises: StoreError for a complete or unknown reading; ValueError for a mark that does not fit its site.
        """
        for (_, site), mark in marks.items():
            if mark is not None:
                mark.checked(site)
        times = {f"{limb}-{side}": int(ms) for (limb, side), ms in (spent_ms or {}).items() if ms > 0}
        cells = {f"{side}-{site.suffix}": mark.text if mark else None for (side, site), mark in marks.items()}
        asked = {"reading": reading, "cells": cells, "spent_ms": times}
        with writing(self.connection) as session:
            if done_before(session, request, "record", asked):
                return
            row = writable_row(session, reading)
            if row.status == Status.COMPLETE:
                raise StoreError("This reading is complete. Begin it again to change it; the old one is kept.")
            rows = reading_rows.marked_rows(session, row, marks) + reading_rows.time_rows(session, row, spent_ms or {})
            append(session, request=request, who=row.reader, action="record", asked=asked, rows=rows)

    def reveal(self, reading: str, *, request: str) -> None:
        """Note that the model is shown from here on: first values stay as they are."""
        self._turn(reading, Status.REVEALED, request)

    def complete(self, reading: str, *, request: str) -> None:
        """Close a reading; it is never changed again."""
        self._turn(reading, Status.COMPLETE, request)

    def _turn(self, reading: str, status: Status, request: str) -> None:
        asked = {"reading": reading, "status": status}
        with writing(self.connection) as session:
            if done_before(session, request, "status", asked):
                return
            row = writable_row(session, reading)
            if Status(row.status).reaches(status):
                return
            after = ReadingRow(**{**row.model_dump(warnings=False), "status": status})
            append(session, request=request, who=row.reader, action="status", asked=asked, rows=[after])

    def record_model(self, visit: StoredVisit, reading: Reading, *, cards: Mapping[str, str]) -> str:
        """Keep what a model gave for a visit, once for each set of weights ({file: SHA-256}).

        The model's name as reader.
        """
        text = json.dumps(dict(sorted(cards.items())))
        name = f"model {id_of('model', text)[:8]}"
        request = f"model:{id_of(visit.id, name)}"
        asked = {"visit": visit.id, "model": name}
        with writing(self.connection) as session:
            if done_before(session, request, "model", asked):
                return name
            rows: list[SQLModel] = [ReaderRow(name=name, kind="model", cards=text)]
            rows += reading_rows.model_rows(id_of("reading", request), visit, name, reading)
            append(session, request=request, who=name, action="model", asked=asked, rows=rows)
        return name

    def readings(self, *, first: bool = False, unfinished: bool = False) -> dict[tuple[str, str, str], Reading]:
        """The readings that stand (not superseded), of no study, by (reader, patient, visit label), for the agreement.

        `first` takes the values given before the model was shown instead of the final ones; `unfinished` also takes
        readings that are not complete.
        """
        if not self.connection.exists:
            return {}
        with reading(self.connection) as session:
            return reading_rows.standing_readings(session, first=first, unfinished=unfinished)

    def progress(self, reader: str) -> dict[str, tuple[Status, int]]:
        """Status and number of cells read of a reader's standing readings, by visit id."""
        if not self.connection.exists:
            return {}
        with reading(self.connection) as session:
            return reading_rows.progress_of(session, reader)


def _typed(text: str, what: str) -> str:
    kept = display_text(text)
    if not kept:
        raise StoreError(f"The {what} is empty.")
    return kept
