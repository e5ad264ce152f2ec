"""A run over a cohort: plan, do what is missing, and write the result from what is there."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from core.batch.journal import Busy, Journal, write_whole
from core.batch.plan import Plan, PlannedVisit, Settings, make_plan
from core.batch.work import Outcome, score_visit
from core.report.joint_spaces import counted_rows, spaces_text
from core.report.readings import readings_pieces, refused_row, table_head
from core.report.summary import left_out_summary

LEAST_FREE_BYTES = 50 * 2**20
Engine = Callable[[Sequence[PlannedVisit], Settings], Iterable[Outcome]]
Progress = Callable[[int, int, int], None]  # films done before, films done now, films of all


class CannotRun(Exception):
    """Why a run cannot begin or go on, in a sentence for the person who started it."""


def one_process(visits: Sequence[PlannedVisit], settings: Settings) -> Iterator[Outcome]:
    """Score visits here, one after the other."""
    return (score_visit(visit, settings) for visit in visits)


def check(paths: Sequence[Path], out: Path) -> None:
    """Refuse paths that are not there and a folder for results that cannot take them, before any work.

    Raises: CannotRun.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise CannotRun(f"there is no {missing[0]}. Check the name.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / "probe.part"
        probe.write_bytes(bytes(2**20))
        probe.unlink()
        free = shutil.disk_usage(out).free
    except (FileExistsError, NotADirectoryError):
        raise CannotRun(f"{out} is a file. Name a folder for the results.") from None
    except OSError as error:
        raise CannotRun(_no_room(out, error)) from None
    if free < LEAST_FREE_BYTES:
        raise CannotRun(
            f"the disc of {out} is full ({free // 2**20} MB are free). Free some space or name another folder."
        )


def _no_room(out: Path, error: OSError) -> str:
    why = {28: "its disc is full", 122: "your quota is used up", 30: "it is read-only", 13: "you may not write there"}
    reason = why.get(error.errno or 0, (error.strerror or "it cannot be used").lower())
    return f"nothing can be written into {out}: {reason}. Free some space or name another folder."


def run_cohort(
    paths: Sequence[Path],
    out: Path,
    settings: Settings,
    *,
    engine: Engine = one_process,
    resume: bool = True,
    progress: Progress = lambda before, now, total: None,
) -> list[str]:
    """Score everything under `paths` into `out`; the lines that are to be said at the end.

    Visits are written as they are finished. A run over the same files with the same weights does only what is missing;
    the result does not depend on interruptions, on the number of workers or on the order in which they finish.

    Raises: CannotRun, WeightsError, ValueError.
    """
    check(paths, out)
    plan = make_plan(paths, settings, without=out)
    try:
        with closing(Journal(out, [visit.key for visit in plan.visits], resume=resume)) as journal:
            _do(plan, out, settings, journal, engine, progress)
            journal.settle()
        with closing(Journal(out, [visit.key for visit in plan.visits], resume=True)) as journal:
            _write(plan, out, settings, journal)
            told = [line for row in journal.rows() for line in row["told"]]
            return [*plan.lines, *told, *left_out_summary(plan.left_out)]
    except Busy:
        raise CannotRun(f"another run writes into {out}. Wait for its end or name another folder.") from None
    except OSError as error:
        raise CannotRun(f"{_no_room(out, error)} The finished visits are kept: run it again.") from None


def _do(plan: Plan, out: Path, settings: Settings, journal: Journal, engine: Engine, progress: Progress) -> None:
    films = {visit.key: len(visit.files.entries) for visit in plan.visits}
    total, before = sum(films.values()), sum(films[key] for key in journal.done)
    now = 0
    progress(before, now, total)
    todo = [visit for visit in plan.visits if visit.key not in journal.done]
    for outcome in engine(todo, settings) if todo else ():
        for name, data in outcome.overlays:
            write_whole(out / name, iter([data]))
        journal.append(outcome.key, outcome.line)
        now += films[outcome.key]
        progress(before, now, total)


def _write(plan: Plan, out: Path, settings: Settings, journal: Journal) -> None:
    """`readings.json`, `readings.csv` and `joint_spaces.csv` from the finished visits, one at a time in memory."""

    def films() -> Iterator[dict[str, object]]:
        for row in journal.rows():
            yield from row["films"]
        yield from (refused_row(error) for error in plan.left_out)

    visits = (row["visit"] for row in journal.rows() if row["visit"])
    pieces = readings_pieces(settings.described, films(), visits, plan.lines)
    write_whole(out / "readings.json", (piece.encode() for piece in pieces))
    table = (row["table"].encode() for row in journal.rows())
    write_whole(out / "readings.csv", (piece for part in ((table_head().encode(),), table) for piece in part))
    spaces = spaces_text(space for row in journal.rows() for space in counted_rows(row["films"]))
    write_whole(out / "joint_spaces.csv", iter([spaces.encode()]))
