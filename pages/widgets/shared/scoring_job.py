"""Reading films beside the page: a film of each session in turn, and a click interrupts nothing."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

import streamlit as st

from core.batch import read_each
from core.checkpoint import WeightsError
from core.model_reader import ModelReader
from core.model_reader.evidence import FilmReading
from core.model_reader.film_reading import as_read
from core.radiograph import Entry, FileLabels, FilmError, Radiograph, case_visits, expand, one_visit
from core.report.summary import without_no_films
from core.svh import Limb, Side
from pages.server.job_queue import Job, JobEnded
from pages.server.limits import SESSION_FILMS, hold, no_room
from pages.server.sessions import QUEUE, session_name
from pages.widgets.shared import cached_reader

LOOK_EVERY_S = 0.3
LOOK_AT_LEAST_EVERY_S = 2.0


@dataclass(frozen=True)
class Outcome:
    """What came of a job: checked films, their readings in order, and sentences for the person."""

    films: tuple[Radiograph, ...] = ()
    readings: tuple[FilmReading, ...] = ()
    notes: tuple[str, ...] = ()
    no_weights: str = ""
    weights: str = ""  # the set that was chosen; empty is the default set
    left_out: tuple[str, ...] = ()  # files that are no films, a line each, where there are many
    labels: FileLabels = field(default_factory=FileLabels)  # where all files say the same
    others: "tuple[Outcome, ...]" = ()  # cases of other patients or days that came with the files


Steps = Generator[tuple[str, float], None, Outcome]


def start(steps: Steps) -> Job:
    """Put a job of this session into the queue.

    Raises: QueueFull, in words for the person, if it takes no more.
    """
    return QUEUE.start(steps, session_name())


def look_every_s(others: int) -> float:
    """How often a page that waits looks at its job: the more wait, the rarer, so that looking takes no work away."""
    return min(LOOK_EVERY_S * (1 + others), LOOK_AT_LEAST_EVERY_S)


def _stages(job: Job, title: str) -> None:
    st.fragment(_stages_now, run_every=look_every_s(QUEUE.others(job)))(job, title)


def _stages_now(job: Job, title: str) -> None:
    if job.future.done():
        st.rerun()
    # Not as a context: leaving one would put the mark of being done on it.
    box = st.status(title, expanded=True)
    box.progress(job.share, text=f"{job.stage[:1].upper()}{job.stage[1:]} …")
    others = QUEUE.others(job)
    turns = f"In turn with {others} other upload{'s' if others > 1 else ''}, a film of each. " if others else ""
    if turns or job.left_s is not None:
        box.caption(turns + time_left(job.left_s))
    if job.owner:
        box.button("Cancel", icon=":material/close:", on_click=QUEUE.cancel, args=(job,), key="cancel_job")


def time_left(seconds: float | None) -> str:
    """`About 40 seconds left.`, rounded as a person would; empty where nothing can be said yet."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"About {max(10, 10 * round(seconds / 10))} seconds left."
    return f"About {round(seconds / 60)} minutes left."


def watch(job: Job, title: str) -> Outcome | None:
    """The job's outcome; None, and its stages on the page, until it is there."""
    if not job.future.done():
        _stages(job, title)
        return None
    return wait(job, title)


def wait(job: Job, title: str) -> Outcome:
    """The job's outcome; until it is there the page ends here, shows the stages and stays open to clicks."""
    if not job.future.done():
        _stages(job, title)
        st.stop()
    try:
        outcome: Outcome = job.future.result()
        return outcome
    except JobEnded:
        return Outcome(notes=("Cancelled. Nothing was added.",))


def read_files(items: Sequence[tuple[str, bytes]], known: Sequence[Radiograph], weights: str = "") -> Steps:
    """Files and zips to films and their readings, one film after the other; what cannot be used becomes a sentence.

    Without readings where the weights cannot be used. Stops in words at what a session may hold. Files of several
    patients or days are as many outcomes, the largest with the others in it; beside the `known` films of a case only
    the largest is read.
    """
    yield "opening files", 0.0
    found, refused = expand(items)
    named, no_films = without_no_films(refused)
    notes = [str(error) for error in named]
    if known:
        mine, lines = one_visit(found)
        visits = [deque(mine)]
    else:
        cases, lines = case_visits(found)
        visits = [deque(case.entries) for case in cases]
        del cases
    notes += lines
    del items, found  # a file that was read is let go
    yield "opening the networks", 0.02
    reader, no_weights = None, ""
    if any(visits):
        try:
            reader = cached_reader.reader_of(weights)
        except WeightsError as error:
            no_weights = weights_words(error)
    total = sum(map(len, visits))
    made: list[Outcome] = []

    def stage() -> tuple[str, float]:
        left = sum(map(len, visits))
        return f"reading file {total - left + 1} of {total}", 1 - 0.95 * left / total

    for entries in visits:
        others = [film for outcome in made for film in outcome.films]
        made.append((yield from _read_visit(reader, entries, known, others, stage)))
        notes += made[-1].notes
    made = [replace(outcome, no_weights=no_weights, weights=weights) for outcome in made]
    left_out = tuple(str(error) for error in no_films)
    first, *rest = [each for each in made if each.films] or [Outcome(no_weights=no_weights, weights=weights)]
    return replace(first, notes=tuple(notes), left_out=left_out, others=tuple(rest))


def _read_visit(
    reader: ModelReader | None,
    entries: deque[Entry],
    known: Sequence[Radiograph],
    others: Sequence[Radiograph],
    stage: Callable[[], tuple[str, float]],
) -> Steps:
    """The files of one case; `known` are its films so far, `others` those of other cases that the session holds."""
    notes: list[str] = []
    names = {film.sha256: film.name for film in known}
    films: list[Radiograph] = []
    readings: list[FilmReading] = []
    labels: list[FileLabels] = []

    def keep_out(film: Radiograph) -> str:
        if film.sha256 in names:
            return f"{film.name} is the same file as {names[film.sha256]}. It is counted once."
        return no_room([*known, *others, *films], film)

    reads = read_each(reader, _taken_from(entries), keep_out=keep_out)
    while entries:
        yield stage()
        if len(known) + len(films) >= SESSION_FILMS:
            notes.append(f"A case holds {SESSION_FILMS} films at most: {_files(len(entries))} not opened.")
            entries.clear()
            break
        read = next(reads)
        if read.film is None:
            notes.append(str(read.error))
        elif not read.kept_out:
            names[read.film.sha256] = read.film.name
            films.append(read.film)
            hold(read.film)  # it may be another than the one that was let in: one light for dark is turned round
            readings += read.readings
            labels += _labels_of(read.entry)
        elif read.film.sha256 in names:
            notes.append(read.kept_out)
        else:
            notes.append(f"{read.kept_out} {_files(len(entries) + 1)} not opened, from {read.film.name} on.")
            entries.clear()
    patients = {film.patient for film in (*known, *films) if film.patient}
    if len(patients) > 1:
        notes.append(
            f"The file names tell of several patients ({', '.join(sorted(patients))}). Here they count as one case."
        )
    return Outcome(tuple(films), tuple(readings), tuple(notes), labels=_common(labels))


def _taken_from(entries: deque[Entry]) -> Iterator[Entry]:
    while entries:
        yield entries.popleft()


def _labels_of(entry: Entry) -> list[FileLabels]:
    try:
        return [entry.labels]
    except FilmError:
        return []  # they only offer to fill the fields of the case


def _common(labels: Sequence[FileLabels]) -> FileLabels:
    """Patient and day where the files that name any name the same one."""
    patients, days = ({getattr(each, what) for each in labels} - {"", None} for what in ("patient", "day"))
    return FileLabels(patients.pop() if len(patients) == 1 else "", days.pop() if len(days) == 1 else None)


def _files(count: int) -> str:
    return f"{count} files were" if count != 1 else "1 file was"


def read_again(film: Radiograph, slot: tuple[Limb, Side | None] | None, force: bool, weights: str = "") -> Steps:
    """One film once more: although it was refused, or as the limb that the person named."""
    yield "scoring one film", 0.3
    try:
        reader = cached_reader.reader_of(weights)
    except WeightsError as error:
        return Outcome((film,), no_weights=weights_words(error))
    readings = tuple(reader.read_film(film, slot=slot, force=force))
    return Outcome((as_read(film, readings),), readings)


def weights_words(error: WeightsError) -> str:
    """The sentence of a WeightsError."""
    return str(getattr(error, "message", error))
