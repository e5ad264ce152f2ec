"""From jobs to the session's case: take a sample, add films, score a film again."""

import streamlit as st

from core.model_reader.case import UNNAMED, Case
from core.model_reader.changes import CaseFilm
from core.model_reader.evidence import FilmReading
from core.radiograph import Radiograph
from core.svh import Limb, Side
from pages.server.accounts import access
from pages.server.job_queue import QueueFull
from pages.widgets.shared.film_pictures import session_shelf
from pages.widgets.shared.kept_cases import NOT_KEPT, keep_case, last_case, leave_kept
from pages.widgets.shared.sample_case import PATIENT, sample_files, sample_job
from pages.widgets.shared.scoring_job import Outcome, read_again, read_files, start, wait, watch


def case_films(films: tuple[Radiograph, ...], readings: tuple[FilmReading, ...]) -> list[CaseFilm]:
    """One entry a limb: a film with two hands becomes two; a film without a reading stays one."""
    made = []
    for film in films:
        its = [reading for reading in readings if reading.sha256 == film.sha256]
        made += [CaseFilm(f"{film.sha256[:16]}-{n}", film, found) for n, found in enumerate(its or [None])]
    return sorted(made, key=lambda film: film.place)


def _show(case: Case) -> None:
    st.session_state["case"] = case
    session_shelf().keep_only({film.radiograph.sha256 for film in case.films})


def _keep_weights_word(outcome: Outcome) -> None:
    st.session_state["no_weights"] = outcome.no_weights


def current_case() -> Case:
    """The session's case, kept as it is now; else the one that this browser had in view last, or the scored sample."""
    if "case" not in st.session_state:
        kept = last_case()
        if kept is not None:
            _show(kept)
        else:
            _open_sample()
    case: Case = st.session_state["case"]
    if account := access().name:
        case.reader = account
    keep_case(case)
    return case


def _open_sample() -> None:
    """Show the sample case, waiting for its reading if this is the first session."""
    if not sample_files():
        _show(Case(UNNAMED))
        return
    outcome = wait(sample_job(), "Scoring the sample case")
    if outcome.no_weights or not outcome.films:
        sample_job.clear()  # what was missing may come back while the server runs
    _keep_weights_word(outcome)
    _show(Case(PATIENT, case_films(outcome.films, outcome.readings), list(outcome.notes), sample=True))


def leave_case() -> None:
    """The sample takes the place of the session's case, which stays in the work list."""
    leave_kept()
    st.session_state.pop("case", None)


def reopen(case: Case) -> None:
    """Put a case of the work list into the session."""
    st.session_state.pop("job", None)
    _show(case)


def begin_files(items: list[tuple[str, bytes]], *, keep: bool, weights: str = "") -> None:
    """Start to score dropped files with a set of weights; `keep` adds them to the case in view.

    Raises: QueueFull, in words for the person, if the server takes no more at present.
    """
    case: Case | None = st.session_state.get("case") if keep else None
    known = tuple({film.radiograph.sha256: film.radiograph for film in case.films}.values()) if case else ()
    st.session_state["job"] = ("files", case.id if case else "", start(read_files(items, known, weights)))


def begin_again(film: CaseFilm, *, slot: tuple[Limb, Side | None] | None = None, force: bool = False) -> None:
    """Start to score one film of the case once more; where the server takes no more, the case says so."""
    case: Case = st.session_state["case"]
    if busy():
        case.notes = ["Other films are being scored. Wait until they are done, or cancel them."]
        return
    try:
        job = start(read_again(film.radiograph, slot, force, case.weights))
    except QueueFull as full:
        case.notes = [str(full)]
        return
    st.session_state["job"] = ("again", film.key, job)


def busy() -> bool:
    """Whether films of this session are being scored."""
    return "job" in st.session_state


def finish_job() -> None:
    """Put the outcome of the session's job into the case; while it runs its stages stand above the case."""
    if "job" not in st.session_state:
        return
    kind, what, job = st.session_state["job"]
    title = "Scoring your films" if kind == "files" else "Scoring this film"
    try:
        outcome = watch(job, title) if "case" in st.session_state else wait(job, title)
    finally:
        if job.future.done():
            st.session_state.pop("job", None)
    if outcome is None:
        return
    _keep_weights_word(outcome)
    if kind == "files":
        _take_files(outcome, keep=what)
    elif outcome.readings:
        _take_again(outcome, what)


def _take_again(outcome: Outcome, key: str) -> None:
    case: Case = st.session_state["case"]
    if all(film.key != key for film in case.films):
        return  # another case was opened meanwhile
    case.replace_film(key, case_films(outcome.films, outcome.readings))
    if all(not reading.scored for reading in outcome.readings):
        case.notes = [f"{outcome.films[0].name} holds nothing that could be scored, even so."]


def _take_files(outcome: Outcome, *, keep: str) -> None:
    """`keep` is the id of the case that they are added to, "" for a new one."""
    films = case_films(outcome.films, outcome.readings)
    if keep and "case" in st.session_state and st.session_state["case"].id == keep:
        case: Case = st.session_state["case"]
        case.films = sorted([*case.films, *films], key=lambda film: film.place)
        case.notes, case.left_out = list(outcome.notes), list(outcome.left_out)
        case.labels = outcome.labels
        if films:
            case.film_key, case.joint = films[0].key, ""
    elif films:
        case, *others = [_new_case(each) for each in (outcome, *outcome.others)]
        case.notes, case.left_out = list(outcome.notes), list(outcome.left_out)
        if others:
            case.notes.insert(0, _keep_others(case, others))
        _show(case)
    else:  # nothing usable came: keep what is on the screen and say why
        case = current_case()
        case.left_out = list(outcome.left_out)
        case.notes = list(outcome.notes) or ([] if case.left_out else ["No files came."])


def _new_case(outcome: Outcome) -> Case:
    made = Case(UNNAMED, case_films(outcome.films, outcome.readings), weights=outcome.weights, labels=outcome.labels)
    made.reader = access().name or st.session_state.get("reader_name", "")
    return made


def _keep_others(case: Case, others: list[Case]) -> str:
    """Put the other cases of an upload into the work list; what is to be said of them."""
    count = 1 + len(others)
    for number, each in enumerate([case, *others], start=1):
        each.visit_name = f"study {number} of {count}"
    for each in others:
        keep_case(each)
    if NOT_KEPT in st.session_state:
        return f"These files are of {count} patients or days. Only one is here: send the others by themselves."
    return f"These files are of {count} patients or days, a case each. The others are on the page Cases."
