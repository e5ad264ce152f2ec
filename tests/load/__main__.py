"""`python -m tests.load COMMAND`.

Many sessions on a server of one's own, on 127.0.0.1, and files and stores that are damaged. Each prints its figures
beside their bars and ends with code 1 where one is missed. The figures hold for a machine that does nothing else; the
load average that stands beside them says whether it did.
"""

import os
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import numpy as np
import typer

from tests.core.store.kills import kill_writers
from tests.load.films import films, visit
from tests.load.served import served
from tests.load.visitor import Visitor

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
T = TypeVar("T")
Checks = Iterator[tuple[str, float, float]]  # what, measured, the most that it may be


def _tell(checks: Checks) -> None:
    """Print the figures and end with code 1 if one is above its bar."""
    missed = 0
    before = os.getloadavg()[0]
    for what, measured, most in checks:
        missed += measured > most
        typer.echo(f"{'over' if measured > most else 'ok  '}  {what}: {measured:.2f} (at most {most:g})")
    typer.echo(f"{os.cpu_count()} cores; load average before {before:.1f}, after {os.getloadavg()[0]:.1f}")
    if missed:
        raise typer.Exit(1)


def _at_once(count: int, work: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


@app.command()
def busy(sessions: int = 25, edits: int = 5, batch: int = 20, think_s: float = 1.0) -> None:
    """Sessions edit while another's batch of films is scored."""

    def checks() -> Checks:
        with served() as server:
            Visitor(server.port).understand()  # the networks and the sample are there
            opened: list[float] = []

            def come(number: int) -> Visitor:
                time.sleep(0.3 * number)
                begin = time.monotonic()
                made = Visitor(server.port)
                made.understand()
                opened.append(time.monotonic() - begin)
                return made

            visitors = _at_once(sessions, come)
            heavy = Visitor(server.port)
            heavy.understand()
            heavy.score(films(batch), wait=False)
            took: list[float] = []

            def work(number: int) -> None:
                for turn in range(edits):
                    time.sleep(think_s * (0.5 + np.random.default_rng([number, turn]).random()))
                    took.append(visitors[number].edit(turn))

            _at_once(sessions, work)
            heavy.poll()
            during = heavy.scoring
            heavy.until(lambda: not heavy.scoring)
            faults = [fault for visitor in [*visitors, heavy] for fault in visitor.exceptions]
            yield f"seconds to open the page, median of {sessions}", float(np.median(opened)), 5.0
            yield f"seconds of an edit, 95th percentile of {len(took)}", float(np.percentile(took, 95)), 1.0
            yield "seconds of an edit, median", float(np.median(took)), 1.0
            yield "errors", len(faults), 0
            yield "edits that were not during the batch (1: the batch had ended)", float(not during), 0
            yield "MB of the server, peak", server.peak_mb, 2560

    _tell(checks())


@app.command()
def soak(sessions: int = 10, minutes: float = 10.0) -> None:
    """Sessions come, score a visit, edit and go, for minutes; memory must stay."""

    def checks() -> Checks:
        with served() as server:
            end = time.monotonic() + 60 * minutes
            faults: list[str] = []
            after_first: list[float] = []

            def work(number: int) -> int:
                turns = 0
                while time.monotonic() < end:
                    visitor = Visitor(server.port)
                    visitor.understand()
                    visitor.score(visit(1000 * number + turns))
                    for turn in range(5):
                        visitor.edit(turn)
                        time.sleep(0.5)
                    faults.extend(visitor.exceptions)
                    visitor.close()
                    turns += 1
                return turns

            timer = threading.Timer(60, lambda: after_first.append(server.resident_mb()))
            timer.start()
            visits = sum(_at_once(sessions, work))
            timer.cancel()
            ended = server.resident_mb()
            yield f"errors in {visits} visits", len(faults), 0
            yield "MB at the end, as a share of those after the first minute", ended / (after_first or [ended])[0], 1.1
            yield "MB of the server, peak", server.peak_mb, 2560

    _tell(checks())


@app.command()
def closed(sessions: int = 20) -> None:
    """Sessions score four films and close; the server gives their memory back within a minute."""

    def checks() -> Checks:
        with served() as server:
            first = Visitor(server.port)
            first.understand()
            first.score(visit(99))
            first.close()
            time.sleep(45)
            start = server.resident_mb()

            def work(number: int) -> Visitor:
                visitor = Visitor(server.port)
                visitor.understand()
                visitor.score(visit(number))
                return visitor

            visitors = [work(number) for number in range(sessions)]
            full = server.resident_mb()
            addresses = [visitor.viewer["url"] for visitor in visitors]
            there = sum(first.picture(address) == 200 for address in addresses)
            for visitor in visitors:
                visitor.close()
            time.sleep(60)
            yield "pictures that could not be seen while their session was open", len(addresses) - there, 0
            yield "pictures that can still be seen", sum(first.picture(address) != 404 for address in addresses), 0
            yield f"MB above the start a minute after {sessions} sessions closed", server.resident_mb() - start, 200
            yield "MB above the start with all of them open", full - start, 2560 - start

    _tell(checks())


@app.command()
def abandoned(batch: int = 20) -> None:
    """Somebody scores a batch and closes the tab; the next one's single film must not wait for it."""

    def checks() -> Checks:
        with served() as server:
            other = Visitor(server.port)
            other.understand()
            other.score(films(1, 7))
            idle = other.score(films(1, 8))
            gone = Visitor(server.port)
            gone.understand()
            gone.score(films(batch, 9), wait=False)
            time.sleep(3)
            gone.close()
            after = other.score(films(1, 10))
            yield "seconds of one film, idle", idle, 60
            yield "the same behind an abandoned batch, as a multiple", after / idle, 3

    _tell(checks())


@app.command()
def upload(count: int = 60) -> None:
    """One upload of a zip with many films."""

    def checks() -> Checks:
        with served() as server:
            visitor = Visitor(server.port)
            visitor.understand()
            packed = BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
                for name, data in films(count, 3).items():
                    archive.writestr(name, data)
            took = visitor.score({"films.zip": packed.getvalue()})
            yield f"seconds for a zip of {count} films, {len(packed.getvalue()) / 2**20:.0f} MB", took, 300
            yield "MB of the server, peak", server.peak_mb, 2560
            yield "MB of the server and its decoding child, peak", server.peak_with_children_mb, 4096
            yield "errors", len(visitor.exceptions), 0

    _tell(checks())


@app.command()
def fuzz(mutants: int = 13_500, seed: int = 0) -> None:
    """Damaged files of 14 kinds: each is opened or refused in words. The same seed gives the same files."""
    from tests.load.fuzz import fuzz as run

    if run(mutants, seed, typer.echo):
        raise typer.Exit(1)


@app.command()
def kills(count: int = 200, seed: int = 5) -> None:
    """Kill a writer of the store at random moments; nothing that was acknowledged may be lost."""
    with tempfile.TemporaryDirectory() as folder:
        acknowledged = kill_writers(Path(folder), count, seed)
    typer.echo(f"{count} kills: {acknowledged} acknowledged changes, none lost; the store verifies")


if __name__ == "__main__":
    app()
