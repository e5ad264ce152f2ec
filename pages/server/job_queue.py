"""One queue for the films of all sessions.

A film of each job in turn, so that nobody waits for another's hundred films. Nothing here knows streamlit. A job is a
generator: it yields what comes next and the share that is done, and returns its result.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

Steps = Generator[tuple[str, float], None, Any]
FIRST_FILM = 0.06  # the share that is done when the first film is taken up, and a little more
MAX_JOBS = 60  # of all sessions, waiting and running
MAX_JOBS_OF_ONE = 2


class QueueFull(Exception):
    """The queue takes no more; the message says why and what to do, for the person who waits."""


class JobEnded(Exception):
    """The job was cancelled, or its session is gone."""


@dataclass(eq=False)
class Job:
    """A job in the queue. The thread writes stage and share, the page shows them; the thread never calls streamlit."""

    steps: Steps
    owner: str = ""  # the session; empty for what belongs to the server
    stage: str = "Waiting for other films"
    share: float = 0.0
    future: "Future[Any]" = field(default_factory=Future)
    ended: bool = False
    began: float | None = None  # when its first film was taken up

    @property
    def left_s(self) -> float | None:
        """Seconds until it is done, as fast as it has gone so far; None before a film is read."""
        if self.began is None or self.share < FIRST_FILM:
            return None
        return (time.monotonic() - self.began) * (1 - self.share) / self.share

    def take_step(self) -> bool:
        """Work up to the next film; whether there is more to do."""
        try:
            if self.ended:
                self.steps.close()
                raise JobEnded
            self.began = self.began or time.monotonic()
            self.stage, share = next(self.steps)
            self.share = min(1.0, max(0.0, share))
            return True
        except StopIteration as end:
            self.future.set_result(end.value)
        except BaseException as error:  # whatever it was, it is told to the page that waits, and the queue goes on
            self.future.set_exception(error)
        return False


class JobQueue:
    """Jobs of all sessions, worked at by one thread.

    A second one would only share the same cores and double the memory.
    """

    def __init__(
        self,
        most: int = MAX_JOBS,
        most_of_one: int = MAX_JOBS_OF_ONE,
        connected: Callable[[str], bool] = lambda owner: True,
    ) -> None:
        self._most, self._most_of_one, self._connected = most, most_of_one, connected
        self._jobs: deque[Job] = deque()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self, steps: Steps, owner: str = "") -> Job:
        """Put a job into the queue.

        Raises: QueueFull if too many wait, of all sessions or of this one.
        """
        job = Job(steps, owner)
        with self._change:
            if owner and sum(other.owner == owner for other in self._jobs) >= self._most_of_one:
                raise QueueFull("Your earlier films are still being read. Wait until they are done, or cancel them.")
            if owner and len(self._jobs) >= self._most:
                raise QueueFull(
                    f"Films of {len(self._jobs)} other uploads are being read, and the server takes no more at present."
                    " Your files are still in the drop zone: try again in a few minutes."
                )
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="scoring", daemon=True)
                self._thread.start()
            self._change.notify()
        return job

    def others(self, job: Job) -> int:
        """How many jobs take turns with this one."""
        with self._change:
            return sum(other is not job and not other.ended for other in self._jobs)

    def cancel(self, job: Job) -> None:
        """End a job after the film that it is at."""
        job.ended = True

    def end_all_of(self, owner: str) -> None:
        """End the jobs of a session that is gone."""
        with self._change:
            for job in self._jobs:
                if job.owner == owner:
                    job.ended = True

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._jobs:
                    self._change.wait()
                # Somebody who waits comes before a closed tab. The job stays in the queue while it is worked at: it
                # counts.
                job = next((job for job in self._jobs if self._connected(job.owner)), self._jobs[0])
            more = job.take_step()
            with self._change:
                self._jobs.remove(job)
                if more:
                    self._jobs.append(job)
            del job  # a job that is done holds films
