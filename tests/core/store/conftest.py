"""A store on SQLite, and the same on a PostgreSQL server that the tests start."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.store import Store, StoreError

START_S = 30


def postgres_tools() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a fresh server; skips, with the reason, where none can be started."""
    tools = postgres_tools()
    if tools is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    root = os.getuid() == 0
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL refuses to run as root, and there is no runuser")
    user = ["runuser", "-u", "postgres", "--"] if root else []
    folder = Path(tempfile.mkdtemp(prefix="svh-postgres-"))
    if root:
        shutil.chown(folder, "postgres")
    try:
        make = [*user, str(tools / "initdb"), "-D", str(folder / "data"), "-U", "svh", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*make, "--no-sync"], check=True, capture_output=True, cwd=folder)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        serve = [*user, str(tools / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder)]
        server = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            address = f"postgresql://svh@127.0.0.1:{port}/postgres"
            deadline = time.monotonic() + START_S
            while True:
                try:
                    assert not Store(address).connection.exists
                    break
                except StoreError:
                    assert server.poll() is None and time.monotonic() < deadline, "the server did not start"
                    time.sleep(0.2)
            yield address
        finally:
            stop = [
                *user,
                str(tools / "pg_ctl"),
                "stop",
                "-D",
                str(folder / "data"),
                "-m",
                "immediate",
            ]  # waits for no client
            subprocess.run(stop, check=False, capture_output=True, cwd=folder)
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Address of an empty store on each database."""
    monkeypatch.setenv("SVH_STORE_FILMS", str(tmp_path / "films"))
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    address = request.getfixturevalue("postgres")
    engine = create_engine(address.replace("postgresql://", "postgresql+pg8000://"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    made = Store(url)
    yield made
    made.close()
