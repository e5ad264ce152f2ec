"""Sessions whose browser is gone are closed in time, with their jobs; others stay."""

import gc
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from core.model_reader.evidence import FilmReading
from core.radiograph import FilmNote, NoteKind, Radiograph
from core.radiograph.film import TURNED_ROUND
from pages.server import limits, sessions
from pages.server.job_queue import JobEnded, JobQueue, Steps
from pages.server.sessions import Sessions
from pages.widgets.shared import cached_reader
from pages.widgets.shared.scoring_job import read_files
from tests.pages.page_runs import film_bytes
from tests.pages.stub_reader import StubReader


def endless(open_: threading.Event) -> Steps:
    while True:
        yield "a film", 0.5
        open_.wait(10)


def test_a_session_without_a_connection_is_closed_after_its_time_and_its_jobs_end() -> None:
    now, open_ = [0.0], threading.Event()
    queue = JobQueue()
    sessions = Sessions(queue, clock=lambda: now[0])
    for name in ("here", "gone", "back"):
        sessions.seen(name)
    connected, closed = {"here", "back"}, []

    def look(at: float) -> int:
        now[0] = at
        return sessions.close_gone(connected.__contains__, closed.append, 30.0)

    job = queue.start(endless(open_), "gone")
    connected.discard("back")
    assert look(100) == 0
    connected.add("back")  # a lost connection that comes back within the time
    assert look(125) == 0 and closed == []
    assert look(130) == 1 and closed == ["gone"]
    open_.set()
    with pytest.raises(JobEnded):
        job.future.result(10)
    assert look(500) == 0 and closed == ["gone"]


def test_a_session_is_closed_while_streamlit_still_knows_it_and_nothing_holds_its_state_afterwards() -> None:
    """Past its time a stored session is neither found nor dropped: closing it did nothing, and its films stayed."""
    now, closed = [0.0], []
    storage = MemorySessionStorage(ttl_seconds=st.get_option("server.disconnectedSessionTTL"))
    storage._cache._timer = lambda: now[0]  # type: ignore[attr-defined]
    storage.save(SimpleNamespace(session=SimpleNamespace(id="gone")))  # type: ignore[arg-type]

    def close(name: str) -> None:
        if storage.get(name):
            storage.delete(name)
            closed.append(name)

    watched = Sessions(JobQueue(), clock=lambda: now[0])
    state = {"case": film(8)}
    watched.seen("gone", state.clear)
    while now[0] <= 60:
        watched.close_gone(lambda name: False, close, sessions.AWAY_S)
        now[0] += sessions.LOOK_EVERY_S
    assert closed == ["gone"] and not storage._cache._data and not state  # type: ignore[attr-defined]


def film(side: int) -> Radiograph:
    return Radiograph(np.zeros((side, side), np.float32), "f.png", "a" * 64)


def test_a_session_and_all_sessions_hold_so_many_pixels_and_what_is_let_go_of_counts_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "SESSION_PIXEL_BYTES", 3 * 4 * 100**2)
    monkeypatch.setattr(limits, "PIXEL_BYTES_ALL", limits.held_bytes() + 5 * 4 * 100**2)
    mine: list[Radiograph] = []
    for _ in range(3):
        new = film(100)
        assert limits.no_room(mine, new) == ""
        mine.append(new)
    assert "million pixels at most" in limits.no_room(mine, film(100))
    others = [film(100), film(100)]
    assert [limits.no_room([], other) for other in others] == ["", ""]
    assert "as many films as it can" in limits.no_room([], film(100))
    del others, mine, new
    assert limits.no_room([], film(100)) == ""


class _Turning(StubReader):
    """Finds every film light for dark."""

    def read_film(self, radiograph: Radiograph, **how: object) -> tuple[FilmReading, ...]:
        turned = FilmNote(NoteKind.POLARITY, TURNED_ROUND)
        return tuple(replace(each, notes=(turned,)) for each in super().read_film(radiograph, **how))


def test_a_film_that_was_turned_round_is_counted_while_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_reader, "reader_of", lambda weights: _Turning())
    gc.collect()
    before, steps = limits.held_bytes(), read_files([("A-LH.png", film_bytes(1))], ())
    with pytest.raises(StopIteration) as done:
        while True:
            next(steps)
    gc.collect()
    (kept,) = done.value.value.films
    assert TURNED_ROUND in map(str, kept.notes) and limits.held_bytes() - before == kept.pixels.nbytes
