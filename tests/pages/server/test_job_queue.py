"""The queue of all sessions: turns, ends, limits."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait

import pytest

from pages.server import job_queue
from pages.server.job_queue import Job, JobEnded, JobQueue, QueueFull, Steps


class Gate:
    """Lets jobs go on when the test says so, and keeps the order in which films were read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.open = threading.Event()
        self.at_work = threading.Event()

    def films(self, name: str, count: int) -> Steps:
        for number in range(count):
            yield f"film {number + 1} of {count}", number / count
            self.at_work.set()
            self.open.wait(10)
            self.read.append(name)
        return name


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


def test_one_film_of_each_session_is_read_in_turn(gate: Gate) -> None:
    queue = JobQueue()
    long = queue.start(gate.films("long", 40), "a")
    gate.at_work.wait(10)
    short = queue.start(gate.films("short", 1), "b")
    assert queue.others(short) == 1
    gate.open.set()
    assert short.future.result(10) == "short"
    assert gate.read.index("short") <= 3  # not after the other's forty
    assert long.future.result(10) == "long" and gate.read.count("long") == 40


@pytest.mark.parametrize("end", [lambda queue, job: queue.cancel(job), lambda queue, job: queue.end_all_of("a")])
def test_a_job_that_is_cancelled_or_whose_session_is_gone_reads_no_further_film(
    gate: Gate, end: Callable[[JobQueue, object], None]
) -> None:
    queue, closed = JobQueue(), threading.Event()

    def steps() -> Steps:
        try:
            yield from gate.films("long", 40)
        finally:
            closed.set()  # what the job held is let go

    job = queue.start(steps(), "a")
    gate.at_work.wait(10)
    end(queue, job)
    gate.open.set()
    with pytest.raises(JobEnded):
        job.future.result(10)
    assert gate.read == ["long"] and closed.is_set()
    assert queue.start(gate.films("next", 1), "a").future.result(10) == "next"


def test_who_waits_comes_before_a_closed_tab_whose_films_are_read_when_nobody_waits(gate: Gate) -> None:
    queue = JobQueue(connected=lambda owner: owner != "closed tab")
    queue.start(gate.films("running", 1), "a")
    gate.at_work.wait(10)
    left, here = queue.start(gate.films("left", 3), "closed tab"), queue.start(gate.films("here", 3), "b")
    gate.open.set()
    assert here.future.result(10) == "here" and left.future.result(10) == "left"
    assert gate.read == ["running", *["here"] * 3, *["left"] * 3]


def test_a_job_that_fails_fails_alone(gate: Gate) -> None:
    def broken() -> Steps:
        yield "at it", 0.5
        raise ZeroDivisionError

    gate.open.set()
    queue = JobQueue()
    first, second = queue.start(broken(), "a"), queue.start(gate.films("b", 2), "b")
    wait([first.future, second.future], 10)
    assert isinstance(first.future.exception(), ZeroDivisionError) and second.future.result() == "b"


def test_a_full_queue_says_so_and_takes_again_when_there_is_room(gate: Gate) -> None:
    queue = JobQueue(most=3)
    jobs = [queue.start(gate.films(name, 1), name) for name in "abc"]
    with pytest.raises(QueueFull, match=r"3 other uploads .* try again"):
        queue.start(gate.films("d", 1), "d")
    gate.open.set()
    wait([job.future for job in jobs], 10)
    assert queue.start(gate.films("d", 1), "d").future.result(10) == "d"


def test_one_session_has_two_jobs_at_most_and_the_server_always_its_own(gate: Gate) -> None:
    queue = JobQueue(most=2)
    for name in "ab":
        queue.start(gate.films(name, 1), "one")
    with pytest.raises(QueueFull, match="Your earlier films"):
        queue.start(gate.films("c", 1), "one")
    queue.start(gate.films("sample", 1))


def test_a_job_says_how_long_it_will_take_as_fast_as_it_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 130.0])
    monkeypatch.setattr(job_queue.time, "monotonic", lambda: next(clock))

    def steps() -> Steps:
        yield "first", 0.25
        return None

    job = Job(steps())
    assert job.left_s is None
    job.take_step()
    assert job.left_s == 90.0  # a quarter took 30 s
