"""A writer that is killed again and again, and what must be in the store afterwards."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from core.store import Mark, Order, Store, verify
from core.svh import SITE_BY_SUFFIX, Side

ROOT = Path(__file__).parents[3]
# Writes for ever, and says the number of a change once the store has acknowledged it.
WRITER = """
import sys
from core.store import Mark, Order, Store
from core.svh import SITE_BY_SUFFIX, Side
store = Store(sys.argv[1])
sites = [s for s in SITE_BY_SUFFIX.values() if s.limb == "HAND"]
visit = store.add_visit("P1", "1")
reading = store.begin(visit, "Ann", order=Order.BLINDED, list_name="", request="begin")
n = int(sys.argv[2])
while True:
    store.record(reading.id, {(Side.L, sites[n % 31]): Mark(n // 31 % 5)}, request=f"n{n}")
    print(n, flush=True)
    n += 1
"""


def kill_writers(folder: Path, kills: int, seed: int = 5) -> int:
    """Kill a writer at `kills` random moments; the number of changes that the store acknowledged.

    Raises: AssertionError if one of them is lost or the store does not verify.
    """
    chance = random.Random(seed)
    url = f"sqlite:///{folder / 'store.sqlite'}"
    acknowledged = -1
    for _ in range(kills):
        command = [
            sys.executable,
            "-c",
            WRITER,
            url,
            str(acknowledged + 1),
        ]  # the last unacknowledged change is a retry
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = writer.stdout.readline()
            assert said, "the writer did not start"
            time.sleep(chance.uniform(0, 0.03))
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().splitlines(keepends=True)
        whole = [int(line) for line in [said, *rest] if line.endswith("\n")]
        acknowledged = max(acknowledged, *whole)
    store = Store(url)
    assert verify(store.connection).faults == ()
    reading = store.begin(store.visits()[0], "Ann", order=Order.BLINDED, list_name="", request="look")
    sites = [site for site in SITE_BY_SUFFIX.values() if site.limb == "HAND"]
    with sqlite3.connect(folder / "store.sqlite") as raw:
        requests = {row[0] for row in raw.execute("SELECT request FROM log")}
    assert {f"n{n}" for n in range(acknowledged + 1)} <= requests
    for n in range(max(0, acknowledged - 28), acknowledged + 1):  # later ones may stand there unacknowledged
        assert reading.values.cells[Side.L, sites[n % 31]].final in (Mark(n // 31 % 5), Mark((n + 31) // 31 % 5))
    store.close()
    return acknowledged + 1
