"""What a study is: its visits, who reads them in which order, how far it has come. One JSON text in the store."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sqlmodel import Session, select

from core.store.tables import MetaRow

PREFIX = "study:"


class State(StrEnum):
    """Open for reading, locked for good, and then revealed: only then may the model's points be seen."""

    OPEN = "open"
    LOCKED = "locked"
    REVEALED = "revealed"


class Role(StrEnum):
    """A reader reads everything; an adjudicator reads where two readers lie too far apart."""

    READER = "reader"
    ADJUDICATOR = "adjudicator"


@dataclass(frozen=True)
class Assignment:
    """One pass of one reader: `session` 1, or 2 for the second reading; `order` the ids of visits as they come."""

    reader: str
    session: int
    role: Role
    order: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """`seed` makes the order of every reader; `washout_days` lie between the end of a pass and the next one."""

    name: str
    seed: int
    visits: tuple[str, ...]
    state: State = State.OPEN
    washout_days: int = 0
    assignments: tuple[Assignment, ...] = ()

    @property
    def text(self) -> str:
        """The one JSON text of the study."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)

    @property
    def row(self) -> MetaRow:
        """The row that holds it in the store."""
        return MetaRow(name=PREFIX + self.name, value=self.text)

    @classmethod
    def parse(cls, text: str) -> "Study":
        """The study of a text.

        Raises: ValueError, KeyError or TypeError if this program did not write it.
        """
        found = json.loads(text)
        assignments = tuple(
            Assignment(str(a["reader"]), int(a["session"]), Role(a["role"]), tuple(map(str, a["order"])))
            for a in found.pop("assignments")
        )
        made = cls(**{**found, "visits": tuple(map(str, found["visits"])), "state": State(found["state"])})
        if not made.name or any(set(a.order) - set(made.visits) for a in assignments):
            raise ValueError("no study")
        return replace(made, assignments=assignments)

    def list_name(self, session: int) -> str:
        """Under which name of a list the readings of a pass stand in the store."""
        return f"{PREFIX}{self.name}#{session}"

    def assignment(self, reader: str, session: int) -> Assignment | None:
        """The pass of a reader; None where none is assigned."""
        mine = (a for a in self.assignments if (a.reader, a.session) == (reader, session))
        return next(mine, None)


def studies_in(session: Session) -> Iterator[Study]:
    """All studies of the store, by name."""
    rows = session.exec(select(MetaRow).where(MetaRow.name.startswith(PREFIX))).all()
    return (Study.parse(row.value) for row in sorted(rows, key=lambda row: row.name))


def study_of_visit(session: Session) -> dict[str, Study]:
    """The study that a visit belongs to, by the visit's id: such a visit is read in its study and nowhere else."""
    return {visit: study for study in studies_in(session) for visit in study.visits}
