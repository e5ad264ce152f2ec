"""Pages with the stub reader and small synthetic films."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.server.job_queue import Job, JobQueue, Steps
from pages.widgets.shared import cached_reader, kept_cases, sample_case, scoring_job
from tests.pages.page_runs import film_bytes, opened_page
from tests.pages.stub_reader import StubReader


class NoQueue(JobQueue):
    """Does a job at once: a page under test has no browser that asks again."""

    def start(self, steps: Steps, owner: str = "") -> Job:
        job = Job(steps, owner)
        while job.take_step():
            pass
        return job


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie, so that no case is kept; a test of kept cases gives a key."""
    monkeypatch.setattr(kept_cases, "browser_key", lambda: "")


@pytest.fixture
def sample_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four films of a patient, named as in RA2, as the sample case."""
    for seed, name in enumerate(("LH", "RH", "LF", "RF")):
        (tmp_path / f"P0042-{name}.png").write_bytes(film_bytes(seed))
    monkeypatch.setattr(sample_case, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stub instead of the networks."""
    monkeypatch.setattr(cached_reader, "open_reader", StubReader)
    for module in (scoring_job, sample_case):
        monkeypatch.setattr(module, "QUEUE", NoQueue())
    sample_case.sample_job.clear()
    yield
    sample_case.sample_job.clear()


@pytest.fixture
def page(stub: None, sample_folder: Path) -> AppTest:
    """The page with the scored sample."""
    return opened_page()


@pytest.fixture
def page_with(stub: None, sample_folder: Path) -> Callable[..., AppTest]:
    """The page with a case of one's own files: names to seeds, or to the bytes themselves."""

    def make(**files: int | bytes) -> AppTest:
        items = [(f"{name}.png", film_bytes(what) if isinstance(what, int) else what) for name, what in files.items()]
        job = scoring_job.start(scoring_job.read_files(items, ()))
        return opened_page(job=("files", False, job))

    return make
