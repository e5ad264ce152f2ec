"""Classes that a teacher opens and students join by a code; in memory only, with a lock, limits and an end.

Nothing personal is held beyond nicknames. A code is drawn from 25 ** 6 = 244 million; what a guess would win is a seat
in a class about phantoms, or close-ups of joints without a name, so a limit on guesses is left to the front of the
server.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping

from core.svh import Site, check_points
from core.teaching.cases import TeachingCase
from core.teaching.class_records import ClassError, ClassView, Given, OpenClass, Question, Round

ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"  # without 0 O, 1 I L, 2 Z, 5 S, 8 B
CODE_LENGTH, NAME_MAX = 6, 20
CLASSES_MAX, STUDENTS_MAX, QUESTIONS_MAX = 40, 60, 200
FILMS_MAX, FILMS_ALL = 8, 40  # teachers' own films in a class, and on the server: some 8 MB each
LIFE_S = 3 * 3600.0
IDLE_S = 20 * 60.0  # without the teacher's browser, which asks every few seconds
AWAY_S = 60.0  # a class without students whose teacher is away so long gives way to a new one where the server is full
CLASSES_OF_ONE = 20  # opened from one address, which may be a proxy with many teachers behind it


def clean_code(text: str) -> str:
    """A code as typed, in capitals and without blanks and hyphens."""
    return "".join(text.upper().replace("-", "").split())


class Classes:
    """All classes of this server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._classes: dict[str, OpenClass] = {}

    def open(self, owner: str = "") -> tuple[str, str]:
        """A new class: its code, and the key that only the teacher holds.

        `owner` is the address that asks, empty if unknown.

        Raises: ClassError when the server has no room, or the address has opened its share.
        """
        with self._lock:
            self._drop_ended()
            if owner and sum(each.owner == owner for each in self._classes.values()) >= CLASSES_OF_ONE:
                raise ClassError(f"{CLASSES_OF_ONE} classes were opened from your address. End one of them first.")
            if len(self._classes) >= CLASSES_MAX:
                self._drop_abandoned()
            if len(self._classes) >= CLASSES_MAX:
                raise ClassError(f"This server holds {CLASSES_MAX} classes already. Try again when one has ended.")
            code = self._free_code()
            key = secrets.token_urlsafe(18)
            self._classes[code] = OpenClass(key, self._clock() + LIFE_S, self._clock(), owner)
            return code, key

    def join(self, code: str, nickname: str) -> str:
        """Take a seat; the key of the seat.

        Raises: ClassError for a code without a class, a full class, or a nickname that is empty, long, odd or taken.
        """
        name = " ".join(nickname.split())
        with self._lock:
            found = self._find(clean_code(code))
            if not name or len(name) > NAME_MAX or not name.isprintable():
                raise ClassError(f"A nickname has 1 to {NAME_MAX} letters or digits. Choose another.")
            if name.casefold() in {other.casefold() for other in found.students.values()}:
                raise ClassError("Somebody in this class has that nickname. Choose another.")
            if len(found.students) >= STUDENTS_MAX:
                raise ClassError(f"This class is full: it holds {STUDENTS_MAX} students.")
            seat = secrets.token_urlsafe(18)
            found.students[seat] = name
            return seat

    def leave(self, code: str, seat: str) -> None:
        """Give the seat up; the student's answers go with it."""
        with self._lock:
            found = self._classes.get(code)
            if found and found.students.pop(seat, None) is not None:
                for each in found.rounds.values():
                    each.answers.pop(seat, None)

    def bring(self, code: str, key: str, case: TeachingCase) -> str:
        """Put a film of the teacher's own into the class, for as long as it lasts; the name under which it is asked.

        Raises: ClassError without the teacher's key, or where class or server hold as many films as they can.
        """
        with self._lock:
            found = self._taught(code, key)
            if len(found.films) >= FILMS_MAX:
                raise ClassError(f"A class holds {FILMS_MAX} films of your own at most. Open another class.")
            if sum(len(each.films) for each in self._classes.values()) >= FILMS_ALL:
                raise ClassError("This server holds as many films of teachers as it can. Try again in an hour.")
            name = f"film {len(found.films) + 1}"
            found.films[name] = case
            return name

    def films(self, code: str, key: str) -> Mapping[str, TeachingCase]:
        """The films that the teacher brought, by name: all of them to the teacher, to a student the one that is asked.

        Raises: ClassError when the class has ended or the key is none of its keys.
        """
        with self._lock:
            found = self._find(code)
            if secrets.compare_digest(found.teacher.encode(), key.encode()):
                return dict(found.films)
            if key not in found.students:
                raise ClassError("You are no longer in this class. Join it again.")
            asked = found.question.film if found.question else ""
            return {name: case for name, case in found.films.items() if name == asked}

    def ask(self, code: str, key: str, question: Question) -> None:
        """Put a joint to the class; a joint that was asked before comes back with its answers.

        Raises: ClassError without the teacher's key, for a film that is not in the class, or after 200 joints.
        """
        with self._lock:
            found = self._taught(code, key)
            if question.film and question.film not in found.films:
                raise ClassError("This film is no longer in the class. Bring it again.")
            if question not in found.rounds and len(found.rounds) >= QUESTIONS_MAX:
                raise ClassError(f"A class has {QUESTIONS_MAX} joints at most. Open another class.")
            found.rounds.setdefault(question, Round())
            found.question = question

    def answer(self, code: str, seat: str, question: Question, points: Mapping[Site, int]) -> None:
        """Hand in points for the joint that is asked, or change them until the answers are revealed.

        Raises: ClassError for a stranger, another joint, points that are not the joint's, or after the answers were
        revealed.
        """
        with self._lock:
            found = self._find(code)
            if seat not in found.students:
                raise ClassError("You are no longer in this class. Join it again.")
            if question != found.question:
                raise ClassError("The teacher has gone on to another joint.")
            if found.rounds[question].revealed:
                raise ClassError("The answers to this joint are shown already.")
            if not points or any(s.joint != question.joint or s.limb is not question.limb for s in points):
                raise ClassError("These points belong to another joint.")
            try:
                for site, value in points.items():
                    check_points(site, value)
            except ValueError as error:
                raise ClassError(f"{error}.") from error
            found.rounds[question].answers[seat] = dict(points)

    def reveal(self, code: str, key: str) -> None:
        """Show the answers to the joint that is asked to everybody.

        Raises: ClassError without the teacher's key.
        """
        with self._lock:
            found = self._taught(code, key)
            if found.question is not None:
                found.rounds[found.question].revealed = True

    def close(self, code: str, key: str) -> None:
        """End the class and forget it.

        Raises: ClassError without the teacher's key.
        """
        with self._lock:
            self._taught(code, key)
            del self._classes[code]

    def view(self, code: str, key: str) -> ClassView:
        """What the holder of a teacher's or a seat's key may see now.

        Raises: ClassError when the class has ended or the key is none of its keys.
        """
        with self._lock:
            found = self._find(code)
            teacher = secrets.compare_digest(found.teacher.encode(), key.encode())
            if not teacher and key not in found.students:
                raise ClassError("You are no longer in this class. Join it again.")
            if teacher:
                found.seen = self._clock()
            now = found.rounds[found.question] if found.question else Round()
            return ClassView(
                found.question,
                now.revealed,
                tuple(found.students.values()) if teacher else (),
                len(now.answers),
                now.counts() if teacher or now.revealed else None,
                dict(now.answers[key]) if key in now.answers else None,
                max(0, round((found.ends - self._clock()) / 60)),
            )

    def results(self, code: str, key: str) -> tuple[Given, ...]:
        """Every answer of the students who are still there, for the teacher alone.

        Raises: ClassError without the teacher's key.
        """
        with self._lock:
            found = self._taught(code, key)
            return tuple(
                Given(found.students[seat], question, site, points)
                for question, asked in found.rounds.items()
                for seat, answer in asked.answers.items()
                for site, points in answer.items()
            )

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            if code not in self._classes:
                return code

    def _drop_ended(self) -> None:
        now = self._clock()
        self._classes = {
            code: each for code, each in self._classes.items() if each.ends > now and now - each.seen < IDLE_S
        }

    def _drop_abandoned(self) -> None:
        """Let the class go that nobody joined and whose teacher is away longest."""
        now = self._clock()
        empty = {code: each.seen for code, each in self._classes.items() if not each.students}
        code = min(empty, key=lambda code: empty[code], default=None)
        if code is not None and now - empty[code] >= AWAY_S:
            del self._classes[code]

    def _find(self, code: str) -> OpenClass:
        self._drop_ended()
        if code not in self._classes:
            raise ClassError("There is no class with this code, or it has ended. Ask the teacher for the code.")
        return self._classes[code]

    def _taught(self, code: str, key: str) -> OpenClass:
        found = self._find(code)
        if not secrets.compare_digest(found.teacher.encode(), key.encode()):
            raise ClassError("Only the teacher of this class can do that.")
        return found
