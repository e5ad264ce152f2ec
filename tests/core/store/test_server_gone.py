"""A PostgreSQL server that goes away, in each way.

A sentence in time, without a pseudonym, and the store works when it is back.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from core.store import Store, StoreError, connection
from tests.core.store.test_store import filled

ROOT = Path(__file__).parents[3]
SECRET = "Pseudonym-4711"
GONE = "cannot be reached"


@pytest.fixture
def remote(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A filled store on the server, with short limits."""
    monkeypatch.setenv("SVH_STORE_FILMS", str(tmp_path / "films"))
    monkeypatch.setattr(connection, "SILENT_S", 2)
    monkeypatch.setattr(connection, "ANSWER_S", 1)
    store = Store(postgres)
    with store.connection.engine.begin() as raw:
        raw.execute(text("DROP SCHEMA public CASCADE"))
        raw.execute(text("CREATE SCHEMA public"))
    filled(store)
    yield store
    store.close()


def postmaster(store: Store) -> int:
    with store.connection.engine.connect() as raw:
        folder = raw.execute(text("SHOW data_directory")).scalar_one()
    return int(Path(folder, "postmaster.pid").read_text().split()[0])


def backends(store: Store) -> list[int]:
    with store.connection.engine.connect() as raw:
        rows = raw.execute(text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")).all()
    return [row[0] for row in rows]


def told(ask: Callable[[], object], capfd: pytest.CaptureFixture[str], within_s: float) -> str:
    begin = time.monotonic()
    with pytest.raises(StoreError) as caught:
        ask()
    assert time.monotonic() - begin < within_s
    error = caught.value
    chain = [str(error), repr(error.__cause__)]
    out = capfd.readouterr()
    assert SECRET not in out.out + out.err + "".join(chain) and "Traceback" not in out.err
    return str(error)


def test_a_frozen_server_is_told_in_time_and_is_there_again_when_it_thaws(
    remote: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    frozen = [postmaster(remote), *backends(remote)]
    try:
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        assert GONE in told(lambda: remote.add_visit(SECRET, "1"), capfd, 12)
        assert "verify" not in told(remote.visits, capfd, 12)
    finally:
        parent = psutil.Process(frozen[0]).ppid()  # runuser stops itself with its child
        for process in [*frozen, parent]:
            os.kill(process, signal.SIGCONT)
    remote.add_visit(SECRET, "1")
    assert len(remote.visits()) == 2


def test_a_connection_that_is_cut_in_the_middle_of_a_change_is_told_and_the_change_can_be_asked_again(
    remote: Store, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.store import store as methods

    append = methods.append

    def cut(session, **more):
        append(session, **more)
        other = Store(str(remote.connection.engine.url).replace("+pg8000", ""))
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other.connection.engine.begin() as raw:
            raw.execute(text(f"SELECT pg_terminate_backend({mine})"))
        other.close()
        time.sleep(0.3)

    monkeypatch.setattr(methods, "append", cut)
    assert GONE in told(lambda: remote.add_visit(SECRET, "1"), capfd, 12)
    monkeypatch.setattr(methods, "append", append)
    remote.add_visit(SECRET, "1")
    assert len(remote.visits()) == 2


def test_another_writer_who_does_not_end_is_told_as_busy(remote: Store, capfd: pytest.CaptureFixture[str]) -> None:
    other = Store(str(remote.connection.engine.url).replace("+pg8000", ""))
    with other.connection.writing():
        assert "busy with another writer" in told(lambda: remote.add_visit(SECRET, "1"), capfd, 6)
    other.close()
    remote.add_visit(SECRET, "1")


def test_an_error_of_the_database_carries_no_pseudonym(remote: Store, capfd: pytest.CaptureFixture[str]) -> None:
    with remote.connection.engine.begin() as raw:
        raw.execute(text("ALTER TABLE visit ADD CONSTRAINT none_new CHECK (label <> 'bad')"))
    assert told(lambda: remote.add_visit(SECRET, "bad"), capfd, 6)


def test_a_server_that_is_not_there_is_told_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert GONE in told(Store("postgresql://svh@127.0.0.1:1/x").visits, capfd, 5)


def test_a_server_that_takes_the_call_and_says_nothing_is_told_in_time(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import socket

    monkeypatch.setattr(connection, "SILENT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as dumb:
        assert GONE in told(Store(f"postgresql://svh@127.0.0.1:{dumb.getsockname()[1]}/x").visits, capfd, 5)


def test_a_server_that_talks_something_else_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:

        def rubbish() -> None:
            for _ in range(2):
                caller, _ = other.accept()
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                caller.close()

        threading.Thread(target=rubbish, daemon=True).start()
        assert told(Store(f"postgresql://svh@127.0.0.1:{other.getsockname()[1]}/x").visits, capfd, 12)


def test_the_command_line_writes_no_pseudonym_when_the_server_goes(remote: Store, postgres: str) -> None:
    remote.add_visit(SECRET, "1")
    code = (
        "import os, signal, sys\nfrom core.store import Store, StoreError\nfrom sqlalchemy import text\nstore ="
        " Store(sys.argv[1])\nwith store.connection.engine.connect() as raw:\n    mine = raw.execute(text('SELECT"
        " pg_backend_pid()')).scalar_one()\n    raw.commit()\n    os.kill(mine, signal.SIGTERM)\n    import time;"
        f" time.sleep(0.5)\ntry:\n    store.add_visit('{SECRET}', '2')\nexcept StoreError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, postgres], cwd=ROOT, capture_output=True, text=True, check=False)
    assert SECRET not in done.stdout + done.stderr
