"""What a class consists of: its questions, what students gave, and what a member may see."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.svh import Limb, Site
from core.teaching.cases import Difficulty, TeachingCase


class ClassError(Exception):
    """A sentence for the person: what is wrong and what to do."""


@dataclass(frozen=True)
class Question:
    """One joint of one case."""

    seed: int
    difficulty: Difficulty
    limb: Limb
    joint: str
    film: str = ""  # one of the teacher's own films; empty is the phantom of the seed


@dataclass(frozen=True)
class Given:
    """The points that a student gave to a site of a question."""

    student: str
    question: Question
    site: Site
    points: int


@dataclass(frozen=True)
class ClassView:
    """What one member may see. `counts` (site to points to number of students) is None until it may be seen."""

    question: Question | None
    revealed: bool
    students: tuple[str, ...]
    answered: int
    counts: Mapping[Site, Mapping[int, int]] | None
    mine: Mapping[Site, int] | None
    minutes_left: int


@dataclass
class Round:
    """The answers to one question, by seat."""

    answers: dict[str, dict[Site, int]] = field(default_factory=dict)
    revealed: bool = False

    def counts(self) -> dict[Site, Counter[int]]:
        """How many students gave how many points to each site."""
        out: dict[Site, Counter[int]] = {}
        for points in self.answers.values():
            for site, value in points.items():
                out.setdefault(site, Counter())[value] += 1
        return out


@dataclass
class OpenClass:
    """One class while it lasts; `teacher` is the teacher's key, `owner` the address that opened it."""

    teacher: str
    ends: float
    seen: float  # when the teacher's browser last asked
    owner: str
    students: dict[str, str] = field(default_factory=dict)  # seat to nickname
    question: Question | None = None
    rounds: dict[Question, Round] = field(default_factory=dict)
    films: dict[str, TeachingCase] = field(default_factory=dict)  # the teacher's own, by name
