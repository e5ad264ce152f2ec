"""Reading films beside the page: one queue for all sessions bounds the memory, and a click interrupts nothing."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import streamlit as st

from core.checkpoint import WeightsError
from core.model_reader.evidence import FilmReading
from core.radiograph import FilmError, Radiograph, expand, open_film
from core.svh import Limb, Side
from pages.widgets.shared import cached_reader

Progress = Callable[[str, float], None]
_QUEUE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")
LOOK_EVERY_S = 0.3


@dataclass(frozen=True)
class Outcome:
    """What came of a job: checked films, their readings in order, and sentences for the person."""

    films: tuple[Radiograph, ...] = ()
    readings: tuple[FilmReading, ...] = ()
    notes: tuple[str, ...] = ()
    no_weights: str = ""
    weights: str = ""  # the set that was chosen; empty is the default set


@dataclass
class Job:
    """A running job. The thread writes stage and share, the page shows them; the thread never calls streamlit."""

    stage: str = "Waiting for other films"
    share: float = 0.0
    future: "Future[Outcome]" = field(default_factory=Future)

    def progress(self, stage: str, share: float) -> None:
        """Called from the thread."""
        self.stage, self.share = stage, min(1.0, max(0.0, share))


def start(work: Callable[[Progress], Outcome]) -> Job:
    """Put a job into the queue."""
    job = Job()
    job.future = _QUEUE.submit(work, job.progress)
    return job


@st.fragment(run_every=LOOK_EVERY_S)
def _stages(job: Job, title: str) -> None:
    if job.future.done():
        st.rerun()
    # Not as a context: leaving one would put the mark of being done on it.
    st.status(title, expanded=True).progress(job.share, text=f"{job.stage[:1].upper()}{job.stage[1:]} …")


def wait(job: Job, title: str) -> Outcome:
    """The job's outcome; until it is there the page ends here, shows the stages and stays open to clicks."""
    if not job.future.done():
        _stages(job, title)
        st.stop()
    return job.future.result()


def open_files(items: Sequence[tuple[str, bytes]], known: Sequence[Radiograph], progress: Progress) -> Outcome:
    """Files and zips to checked films; what cannot be used, and what is there twice, becomes a sentence."""
    progress("opening files", 0.0)
    entries, refused = expand(items)
    notes = [str(error) for error in refused]
    names = {film.sha256: film.name for film in known}
    films: list[Radiograph] = []
    for number, entry in enumerate(entries):
        progress(f"opening file {number + 1} of {len(entries)}", 0.1 * number / len(entries))
        try:
            film = open_film(entry.data, entry.name)
        except FilmError as error:
            notes.append(str(error))
            continue
        if film.sha256 in names:
            notes.append(f"{film.name} is the same file as {names[film.sha256]}. It is counted once.")
            continue
        names[film.sha256] = film.name
        films.append(film)
    patients = {film.patient for film in (*known, *films) if film.patient}
    if len(patients) > 1:
        notes.append(
            f"The file names tell of several patients ({', '.join(sorted(patients))}). Here they count as one case."
        )
    return Outcome(films=tuple(films), notes=tuple(notes))


def score(opened: Outcome, patient: str, progress: Progress, weights: str = "") -> Outcome:
    """The opened films with their readings; without them where the weights cannot be used."""
    if not opened.films:
        return opened
    progress("opening the networks", 0.1)
    try:
        reader = cached_reader.reader_of(weights)
    except WeightsError as error:
        return Outcome(opened.films, (), opened.notes, no_weights=weights_words(error))
    visit = reader.read_visit(
        opened.films, patient=patient, progress=lambda stage, share: progress(stage, 0.15 + 0.85 * share)
    )
    return Outcome(opened.films, visit.films, opened.notes, weights=weights)


def score_files(
    items: Sequence[tuple[str, bytes]], known: Sequence[Radiograph], patient: str, weights: str = ""
) -> Job:
    """Open and score files that were dropped."""
    return start(lambda progress: score(open_files(items, known, progress), patient, progress, weights))


def score_again(film: Radiograph, slot: tuple[Limb, Side] | None, force: bool, weights: str = "") -> Job:
    """Score one film once more: although it was refused, or as the limb that the person named."""

    def work(progress: Progress) -> Outcome:
        progress("scoring one film", 0.3)
        try:
            reader = cached_reader.reader_of(weights)
        except WeightsError as error:
            return Outcome((film,), no_weights=weights_words(error))
        return Outcome((film,), tuple(reader.read_film(film, slot=slot, force=force)))

    return start(work)


def weights_words(error: WeightsError) -> str:
    """The sentence of a WeightsError."""
    return str(getattr(error, "message", error))
