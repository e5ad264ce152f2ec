"""The end of a browser session: its jobs, uploads, films and pictures go within a minute of its last connection.

Streamlit keeps a session that lost its connection for `server.disconnectedSessionTTL` seconds, so that a browser can
come back. After that it can no longer be closed, and yet is let go of only when another session comes: so it is closed
here, before.
"""

import asyncio
import ctypes
import gc
import logging
import sys
import time
from collections.abc import Callable

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.server.job_queue import JobQueue

_LOG = logging.getLogger(__name__)


def _connected(session: str) -> bool:
    return not session or not Runtime.exists() or Runtime.instance().is_active_session(session)


QUEUE = JobQueue(connected=_connected)  # of the server
LOOK_EVERY_S = 5.0
AWAY_S = 30.0  # without a connection; well below server.disconnectedSessionTTL


class Sessions:
    """The sessions that a page was shown to, and since when each has no connection."""

    def __init__(self, queue: JobQueue, clock: Callable[[], float] = time.monotonic) -> None:
        self._queue, self._clock = queue, clock
        self._gone_since: dict[str, float | None] = {}
        self._forget: dict[str, Callable[[], None]] = {}

    def seen(self, session: str, forget: Callable[[], None] = lambda: None) -> None:
        """A page runs in this session; `forget` empties what the session holds."""
        self._gone_since[session], self._forget[session] = None, forget

    def close_gone(self, active: Callable[[str], bool], close: Callable[[str], None], after_s: float) -> int:
        """Close every session that has had no connection for `after_s` seconds, and end its jobs.

        How many those were.
        """
        now, closed = self._clock(), 0
        for session, since in list(self._gone_since.items()):
            if active(session):
                self._gone_since[session] = None
            elif since is None:
                self._gone_since[session] = now
            elif now - since >= after_s:
                del self._gone_since[session]
                self._queue.end_all_of(session)
                close(session)
                self._forget.pop(session)()  # Streamlit's own loop holds the last session that it served
                closed += 1
        return closed


SESSIONS = Sessions(QUEUE)


def session_name() -> str:
    """The name of the session that the page runs in; empty outside of a browser (in a thread, or a test)."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def keep_watch() -> None:
    """Called by every run of a page: this session will be cleared away when its browser is gone."""
    context = get_script_run_ctx(suppress_warning=True)
    if context:
        SESSIONS.seen(context.session_id, context.session_state._state.clear)


def give_memory_back() -> None:
    """What was let go of goes back to the system, not only to the allocator (glibc keeps freed pictures otherwise)."""
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):
            return  # another C library: it decides itself


async def clear_away() -> None:
    """Look after the sessions until the server stops. Runs on the server's event loop, where sessions may be closed."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        runtime = Runtime.instance()
        try:
            if SESSIONS.close_gone(runtime.is_active_session, runtime.close_session, AWAY_S):
                give_memory_back()
        except Exception:  # a fault in one session must not keep all later ones in memory
            _LOG.exception("a session could not be closed")
