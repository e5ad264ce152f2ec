"""Two visits from folders to files of change, without networks."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.batch import change_command
from core.batch.change_command import change_into
from core.batch.run import CannotRun
from core.measure import JointWidth, Unmeasured
from tests.core.batch import stub

WIDTH = JointWidth("MCP2", Unmeasured.FLEXED)


class _Measured:
    """The stub reader, with a joint space on every film."""

    def __init__(self) -> None:
        self.inner = stub.opened("compact", "cpu")

    def read_films(self, films, **rest):
        for readings in self.inner.read_films(films, **rest):
            yield tuple(replace(reading, widths=(WIDTH,)) for reading in readings)


@pytest.fixture(autouse=True)
def _no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_command, "reader_of", lambda weights, device: _Measured())


def told(first: Path, later: Path, out: Path) -> list[str]:
    said: list[str] = []
    change_into(first, later, out, weights="compact", device="cpu", log=said.append)
    return said


def test_every_limb_of_both_visits_is_compared_and_written(tmp_path: Path) -> None:
    first, later = stub.cohort(tmp_path / "one", 1) / "P000", stub.cohort(tmp_path / "two", 1) / "P000"
    said = told(first, later, tmp_path / "out")
    whole = json.loads((tmp_path / "out" / "joint_space_changes.json").read_text())
    assert whole["joint_space_changes"] and len(said) == len(whole["joint_space_changes"])
    assert {row["unregistered"] for row in whole["joint_space_changes"]} == {"not_measured"}
    assert (tmp_path / "out" / "joint_space_changes.csv").read_text().startswith("# For research and teaching.")
    assert (tmp_path / "out" / "joint_space_changes.pdf").read_bytes().startswith(b"%PDF")


def test_a_folder_of_several_visits_and_a_path_that_is_not_there_are_refused_in_words(tmp_path: Path) -> None:
    many = stub.cohort(tmp_path / "many", 2)
    with pytest.raises(CannotRun, match="2 visits"):
        told(many, many, tmp_path / "out")
    with pytest.raises(CannotRun, match="there is no"):
        told(many, tmp_path / "absent", tmp_path / "out")
