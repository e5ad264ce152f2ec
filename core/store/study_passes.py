"""The passes of a study: how far each has come, and whether the wash-out before a second one is over."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from core.store.blinded_reading import Status
from core.store.study_records import Role, Study
from core.store.tables import LogRow, ReadingRow


@dataclass(frozen=True)
class Progress:
    """How far a pass has come; `from_day` is set while the wash-out still runs."""

    reader: str
    session: int
    role: Role
    done: int
    total: int
    from_day: str = ""


def washed_out(db: Session, study: Study, reader: str, session: int, now: datetime) -> str:
    """The day from which a pass may begin, empty once it may."""
    if session == 1:
        return ""
    first = study.assignment(reader, session - 1)
    ended = _ends(db, study, reader, session - 1)
    if first is None or len(ended) < len(first.order):
        return "the day when the first pass is complete"
    day = max(ended) + timedelta(days=study.washout_days)
    return "" if now >= day else day.date().isoformat()


def _ends(db: Session, study: Study, reader: str, session: int) -> list[datetime]:
    """When the readings of a pass were completed, out of the log."""
    wanted = select(ReadingRow).where(
        ReadingRow.reader == reader,
        ReadingRow.list_name == study.list_name(session),
        ReadingRow.status == Status.COMPLETE,
    )
    complete = {row.id for row in db.exec(wanted).all()}
    turned = select(LogRow.entry).where(LogRow.entry.contains('"action":"status"'))  # type: ignore[attr-defined]
    entries = [json.loads(text) for text in db.exec(turned).all()] if complete else []
    return [
        datetime.fromisoformat(entry["at"])
        for entry in entries
        if entry["asked"]["reading"] in complete and entry["asked"]["status"] == Status.COMPLETE
    ]
