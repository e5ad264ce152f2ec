"""A server of the real app in a process of its own, and how much memory it and its children hold."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
MB = 2**20


@dataclass
class Served:
    """A running server. `peak_mb` is the most that the server (not its decoding child) held since it was set to 0."""

    port: int
    process: psutil.Process
    peak_mb: float = 0.0
    peak_with_children_mb: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def resident_mb(self) -> float:
        """Resident memory of the server."""
        return float(self.process.memory_info().rss / MB)

    def watch(self) -> None:
        """Note the peaks until the server ends."""
        with contextlib.suppress(psutil.Error):
            while not self.ended.wait(0.1):
                mine = self.resident_mb()
                children = 0.0
                for child in self.process.children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        children += child.memory_info().rss / MB
                self.peak_mb = max(self.peak_mb, mine)
                self.peak_with_children_mb = max(self.peak_with_children_mb, mine + children)


@contextlib.contextmanager
def served(*options: str) -> Iterator[Served]:
    """Start the app on a free port of 127.0.0.1 with a store of its own, and stop it."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = int(s.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true", *options]
        environment = os.environ | {"SVH_STORE_URL": f"sqlite:///{folder}/store.sqlite"}
        with log.open("wb") as said:
            process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, env=environment)
        made = Served(port, psutil.Process(process.pid))
        watcher = threading.Thread(target=made.watch, daemon=True)
        try:
            deadline = time.monotonic() + 120
            while True:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health"):
                    break
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
                time.sleep(0.2)
            watcher.start()
            yield made
        finally:
            made.ended.set()
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
