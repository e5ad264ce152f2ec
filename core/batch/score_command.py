"""The `score` command: which engine, and how far it is."""

import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from core.batch.cluster import Cluster, NoCluster
from core.batch.plan import Overlays, Settings
from core.batch.run import CannotRun, check, one_process, run_cohort
from core.batch.work import reader_of

_LOG_EVERY_S = 60.0


class _Rate(ProgressColumn):
    """Films a minute."""

    def render(self, task: Task) -> Text:
        """Source: the speed of the last minutes."""
        return Text(f"{60 * task.speed:.0f} films/min" if task.speed else "", style="cyan")


class _Shown:
    """A bar on a terminal, a line a minute in a log."""

    def __init__(self, console: Console) -> None:
        self._console, self._began, self._last = console, time.monotonic(), time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} films"))
        self.bar = Progress(*columns, _Rate(), TimeElapsedColumn(), TimeRemainingColumn(), console=console)
        self._task = self.bar.add_task("Scoring", total=None)

    def __call__(self, before: int, now: int, total: int) -> None:
        self.bar.update(self._task, completed=before + now, total=total)
        passed = time.monotonic() - self._began
        if now and not self._console.is_terminal and time.monotonic() - self._last > _LOG_EVERY_S:
            self._last = time.monotonic()
            left = passed / now * (total - before - now)
            self._console.print(
                f"{before + now} of {total} films, {60 * now / passed:.0f} a minute, {left / 60:.0f} minutes left"
            )


def score_into(
    paths: Sequence[Path],
    out: Path,
    *,
    weights: str,
    device: str,
    force: bool,
    overlays: Overlays | str,
    resume: bool,
    workers: int,
    scheduler: str,
) -> list[str]:
    """Score everything under `paths` into `out`; the lines to be said at the end.

    Raises: CannotRun, WeightsError, ValueError.
    """
    check(paths, out)
    cards = reader_of(weights, device).cards
    digests = tuple((card.name, card.sha256) for card in cards)
    settings = Settings(weights, device, force, Overlays(overlays), digests)
    shown = _Shown(Console(stderr=True))
    try:
        cluster = Cluster(workers=workers, scheduler=scheduler) if workers > 1 or scheduler else None
    except NoCluster as error:
        raise CannotRun(f"{error}.") from None
    with closing(cluster) if cluster else nullcontext(), shown.bar:
        return run_cohort(paths, out, settings, engine=cluster or one_process, resume=resume, progress=shown)
