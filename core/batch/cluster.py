"""The visits of a run on several processes: Dask distributed, on this machine or on a cluster that runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.batch.plan import PlannedVisit, Settings
from core.batch.work import Outcome, score_visit
from core.radiograph import VisitFiles


class NoCluster(Exception):
    """Why there is no cluster, in a sentence for the person who asked for one."""


@dataclass
class _Task:
    """A visit under way.

    After it ended a worker more than once its films are tried one by one, then it is done without those that do it
    again.
    """

    visit: PlannedVisit
    without: frozenset[int] = frozenset()
    probing: int | None = None

    def arguments(self) -> tuple[PlannedVisit, frozenset[int]]:
        """What the worker is asked to read."""
        if self.probing is None:
            return self.visit, self.without
        entry = self.visit.files.entries[self.probing]
        alone = VisitFiles(self.visit.files.name, (entry,))
        return replace(self.visit, files=alone, overlays=(self.visit.overlays[self.probing],)), frozenset()

    def after(self, *, died: bool) -> "_Task":
        """The task that follows one that is not finished yet."""
        if self.probing is None:
            return replace(self, probing=0)
        without = self.without | {self.probing} if died else self.without
        further = self.probing + 1
        return replace(self, without=without, probing=further if further < len(self.visit.files.entries) else None)


class Cluster:
    """An engine for `run_cohort`: at most one visit a worker thread is under way."""

    def __init__(self, *, workers: int = 2, scheduler: str = "") -> None:
        """`scheduler` is the address of one that runs (tcp://...); without it so many processes are started here.

        Raises: NoCluster if Dask is not installed or the scheduler does not answer.
        """
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            words = "several workers need Dask: install it with `pip install -r core/batch/requirements.txt`"
            raise NoCluster(words) from None
        # A task that was on a worker when it died is tried once more, then given back to us.
        dask.config.set({"distributed.scheduler.allowed-failures": 1})
        self._local = None
        if not scheduler:
            self._local = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            )
        try:
            self._client = Client(self._local or scheduler, timeout="20s")
        except (OSError, ValueError, TimeoutError):
            raise NoCluster(f"no Dask scheduler answers at {scheduler[:80]}") from None

    def __call__(self, visits: Sequence[PlannedVisit], settings: Settings) -> Iterator[Outcome]:
        """Outcomes as they come."""
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        waiting = [_Task(visit) for visit in reversed(visits)]
        under_way: dict[Any, _Task] = {}
        finished = as_completed()

        def fill() -> None:
            most = max(1, sum(self._client.nthreads().values()))
            while waiting and len(under_way) < most:
                task = waiting.pop()
                visit, without = task.arguments()
                future = self._client.submit(score_visit, visit, settings, without, pure=False)
                under_way[future] = task
                finished.add(future)

        fill()
        for future in finished:
            task = under_way.pop(future)
            error = future.exception()
            if error is None and task.probing is None:
                yield future.result()
            elif error is None or isinstance(error, KilledWorker):
                waiting.append(task.after(died=error is not None))
            else:
                raise error
            fill()

    def close(self) -> None:
        """End the connection, and the processes that were started here."""
        self._client.close()
        if self._local is not None:
            self._local.close()
