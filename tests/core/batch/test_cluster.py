"""Several processes give the bytes of one; a worker that dies is replaced, and a film that kills twice is left out."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.batch import work
from core.batch.cluster import Cluster, NoCluster
from core.batch.plan import Settings
from core.batch.run import run_cohort
from tests.core.batch import stub

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"), pytest.mark.timeout(240)]


@pytest.fixture(autouse=True)
def _no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "reader_of", stub.opened)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def two() -> Iterator[Cluster]:
    with closing(Cluster(workers=2)) as cluster:
        cluster._client.run(stub.use)
        yield cluster


def test_two_processes_give_the_bytes_of_one(tmp_path: Path, two: Cluster) -> None:
    source = stub.cohort(tmp_path / "in", 12)
    run_cohort([source], tmp_path / "one", Settings())
    run_cohort([source], tmp_path / "two", Settings(), engine=two)
    assert stub.result(tmp_path / "one") == stub.result(tmp_path / "two")


def test_a_film_that_ends_its_worker_twice_is_refused_and_nothing_else_is_lost(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 5)
    (source / "P002" / "P002-LH.png").rename(source / "P002" / "P002-KILLER-LH.png")
    with closing(Cluster(workers=2)) as cluster:
        cluster._client.register_plugin(_Stub())
        run_cohort([source], tmp_path / "out", Settings(), engine=cluster)
    whole = json.loads((tmp_path / "out" / "readings.json").read_text())
    refused = [film for film in whole["films"] if film["status"] == "refused"]
    assert [(film["file"], film["code"]) for film in refused] == [("P002-KILLER-LH.png", "could-not-be-read-safely")]
    assert "more than once" in refused[0]["reason"] and len(whole["films"]) == 10


def test_a_scheduler_that_does_not_answer_is_a_sentence() -> None:
    with pytest.raises(NoCluster, match="no Dask scheduler answers"):
        Cluster(scheduler="tcp://127.0.0.1:9")


def test_a_cluster_started_by_hand_loses_nothing_when_a_worker_dies(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 30)
    run_cohort([source], tmp_path / "one", Settings())
    started: list[subprocess.Popen[str]] = []

    def dask(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dask", *arguments]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return started[-1]

    try:
        scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        assert scheduler.stderr
        address = next(m[1] for line in scheduler.stderr if (m := re.search(r"(tcp://127\.0\.0\.1:\d+)", line)))
        workers = [dask("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
        with closing(Cluster(scheduler=address)) as cluster:
            cluster._client.wait_for_workers(2, timeout=60)
            cluster._client.run(stub.use)

            def end_one(before: int, now: int, total: int) -> None:
                if now == 20:
                    workers[0].send_signal(signal.SIGKILL)

            run_cohort([source], tmp_path / "two", Settings(), engine=cluster, progress=end_one)
            assert workers[0].wait(10) == -signal.SIGKILL
        assert stub.result(tmp_path / "one") == stub.result(tmp_path / "two")
    finally:
        for process in started:
            process.kill()
            process.wait()
            time.sleep(0)


from distributed import WorkerPlugin  # noqa: E402


class _Stub(WorkerPlugin):
    """Also in a worker that takes the place of a dead one."""

    def setup(self, worker: object) -> None:
        stub.use()
