"""A run: the same bytes however often it was cut off, one film in memory, and a sentence where it cannot be."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.batch import ReadVisits, work
from core.batch.plan import Overlays, PlannedVisit, Settings, make_plan
from core.batch.run import CannotRun, one_process, run_cohort
from core.batch.work import Outcome
from tests.core.batch import stub


@pytest.fixture(autouse=True)
def _no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "reader_of", stub.opened)


def test_the_result_has_every_visit_film_and_overlay(tmp_path: Path) -> None:
    lines = run_cohort([stub.cohort(tmp_path / "in", 5)], tmp_path / "out", Settings())
    whole = json.loads((tmp_path / "out" / "readings.json").read_text())
    assert [visit["patient"] for visit in whole["visits"]] == [f"P{n:03d}" for n in range(5)]
    assert [(film["visit"], film["folder"]) for film in whole["films"][:2]] == [("P000", "in/P000")] * 2
    assert len(list((tmp_path / "out").glob("*.overlay.png"))) == 10
    assert (tmp_path / "out" / "readings.csv").read_text().count("\n") == 6
    assert sum("SvH" in line for line in lines) == 5
    assert (tmp_path / "out" / "readings.json").read_text() == json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("overlays", "count"), [(Overlays.none, 0), (Overlays.scored, 2), (Overlays.all, 2)])
def test_overlays_as_wanted(tmp_path: Path, overlays: Overlays, count: int) -> None:
    run_cohort([stub.cohort(tmp_path / "in", 1)], tmp_path / "out", Settings(overlays=overlays))
    assert len(list((tmp_path / "out").glob("*.overlay.png"))) == count


def test_any_order_of_completion_gives_the_same_bytes_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 8)
    run_cohort([source], tmp_path / "a", Settings())
    did: list[str] = []

    def shuffled(visits: Sequence[PlannedVisit], settings: Settings) -> Iterator[Outcome]:
        mixed = list(visits)
        random.Random(3).shuffle(mixed)
        did.extend(visit.key for visit in mixed)
        return one_process(mixed, settings)

    for _ in range(2):
        run_cohort([source], tmp_path / "b", Settings(), engine=shuffled)
    assert stub.result(tmp_path / "a") == stub.result(tmp_path / "b") and len(did) == 8


def test_what_changed_is_done_again_and_nothing_else(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 4)
    run_cohort([source], tmp_path / "out", Settings())
    changed = source / "P002" / "P002-LH.png"
    changed.write_bytes((source / "P003" / "P003-LH.png").read_bytes())
    done: list[int] = []
    run_cohort([source], tmp_path / "out", Settings(), progress=lambda before, now, total: done.append(now))
    assert done[-1] == 2
    for settings in (Settings(weights="paper"), Settings(force=True), Settings(digests=(("a", "0"),))):
        keys = {visit.key for visit in make_plan([source], settings).visits}
        assert not keys & {visit.key for visit in make_plan([source], Settings()).visits}


def test_results_inside_the_films_folder_are_not_films(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 2)
    for _ in range(2):
        run_cohort([source], source / "results", Settings())
    assert len(json.loads((source / "results" / "readings.json").read_text())["films"]) == 4


def test_a_visit_whose_files_cannot_be_opened_is_refused_with_its_place(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 1)
    (source / "P000" / "P000-LH.png").write_bytes((source / "P000" / "P000-LH.png").read_bytes()[:300])
    lines = run_cohort([source], tmp_path / "out", Settings())
    row = next(f for f in json.loads((tmp_path / "out" / "readings.json").read_text())["films"] if not f["cells"])
    assert (row["file"], row["folder"], row["visit"]) == ("P000-LH.png", "in/P000", "P000")
    assert any("in/P000/P000-LH.png" in line for line in lines)


def test_a_full_disc_is_a_sentence_and_the_finished_visits_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = stub.cohort(tmp_path / "in", 4), tmp_path / "out"
    calls: list[int] = []

    def full(file: int) -> None:
        calls.append(file)
        if len(calls) == 9:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CannotRun, match=r"its disc is full.*finished visits are kept"):
            run_cohort([source], out, Settings())
    done: list[tuple[int, int]] = []
    run_cohort([source], out, Settings(), progress=lambda before, now, total: done.append((before, now)))
    assert done[0][0] > 0 and sum(done[-1]) == 8


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_twenty_kills_at_random_moments_change_no_byte(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 60)
    run_cohort([source], tmp_path / "whole", Settings())
    out, rng, kills = tmp_path / "cut", random.Random(0), 0
    fork = multiprocessing.get_context("fork")
    while kills < 20:
        run = fork.Process(target=run_cohort, args=([source], out, Settings()))
        before = lines_of(out)
        run.start()
        while run.is_alive() and lines_of(out) == before:  # into the work, then at any moment of it
            time.sleep(0.002)
        time.sleep(rng.random() * 0.02)
        run.kill()
        run.join()
        kills += run.exitcode == -signal.SIGKILL
        if run.exitcode == 0:  # it came to its end: the next one begins in the middle again
            whole = (out / "visits.jsonl").read_bytes().splitlines(keepends=True)
            (out / "visits.jsonl").write_bytes(b"".join(whole[:20]))
    run_cohort([source], out, Settings())
    assert stub.result(out) == stub.result(tmp_path / "whole")


def lines_of(out: Path) -> int:
    file = out / "visits.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def test_read_visits_is_lazy_and_says_what_it_left_out(tmp_path: Path) -> None:
    source = stub.cohort(tmp_path / "in", 3)
    (source / "letter.doc").write_bytes(b"Dear colleague")
    visits = ReadVisits([str(source)], reader=stub.StubReader())  # type: ignore[arg-type]
    assert len(visits) == 3 and [error.file for error in visits.left_out] == ["letter.doc"]
    each = iter(visits)
    assert next(each).patient == "P000"
    (source / "P002" / "P002-LH.png").unlink()
    assert [len(visit.refused) for visit in each] == [0, 1]


def test_the_joint_spaces_of_the_films_that_count_are_a_table_of_their_own(tmp_path: Path) -> None:
    run_cohort([stub.cohort(tmp_path / "in", 2)], tmp_path / "out", Settings())
    head, columns, *rows = (tmp_path / "out" / "joint_spaces.csv").read_text().splitlines()
    assert head.startswith("# For research and teaching.") and columns.startswith("patient,side,limb,joint,mean_mm")
    whole = json.loads((tmp_path / "out" / "readings.json").read_text())
    assert len(rows) == sum(len(film["joint_spaces"]) for film in whole["films"])
