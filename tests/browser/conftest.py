"""A fresh server of the real app, and Chromium."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
START_S = 120
PATIENCE_MS = 180_000  # a machine that does other work too is slow, and the first visit loads the networks


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(autouse=True)
def store_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The store of the server, which starts after this; never the one of the person who runs the tests."""
    url = f"sqlite:///{tmp_path / 'read' / 'store.sqlite'}"
    monkeypatch.setenv("SVH_STORE_URL", url)
    return url


@contextmanager
def started(port: int, log_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers; it may be killed, and another one started in its place."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", "--server.headless", "true"],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                    break
            except OSError:
                assert process.poll() is None, log_file.read_text()
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that nobody has visited yet."""
    port = free_port()
    with started(port, tmp_path / "server.log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[object]:
    """A Chromium page that collects its errors in `page.faults`."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        made = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        made.set_default_timeout(PATIENCE_MS)
        made.faults = []
        made.on("pageerror", lambda error: made.faults.append(str(error)))
        made.on("requestfailed", lambda asked: made.faults.append(f"{asked.url}: {asked.failure}"))
        yield made
        browser.close()


def until(page: Any, true: Callable[[], bool]) -> None:
    """Wait for what the page does not show, such as what the server has stored; the browser goes on meanwhile."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not true():
        assert time.monotonic() < deadline, "it never came to this"
        page.wait_for_timeout(100)
