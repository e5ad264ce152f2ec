"""Studies in the store: imported, assigned, read twice, locked, exported and proved; nobody else sees their visits."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core.__main__ import app
from core.store import (
    Mark,
    Order,
    State,
    Store,
    StoreError,
    Studies,
    backup,
    export_study,
    restore,
    verify,
    verify_export,
    visits_apart,
)
from core.store import studies as studies_module
from core.svh import SITES, Limb, Reading, Side

VISITS = [(f"P{n}", label, at) for n in range(1, 5) for at, label in enumerate(("baseline", "month 12"), start=1)]
CELL = (Side.L, SITES[Limb.HAND][0])
OTHER = (Side.L, SITES[Limb.HAND][1])


def made(store: Store, name: str = "RA-1") -> Studies:
    studies = Studies(store)
    study = studies.create(name, VISITS, seed=7)
    for visit in studies.visits(study).values():
        pixels = np.random.default_rng(sum(visit.id.encode())).random((40, 30), dtype=np.float32)
        store.add_film(visit, pixels, limb=Limb.HAND, side=Side.L, joints={"MCP2": (3.0, 4.0)})
        store.record_model(visit, Reading({CELL: 5, OTHER: 4}), cards={"a": "b"})
    return studies


def read(studies: Studies, reader: str, points: int, *, session: int = 1, name: str = "RA-1") -> None:
    assignment = studies.get(name).assignment(reader, session)
    for visit in assignment.order:
        reading = studies.begin(name, reader, session, visit, request=f"{name} {reader} {session} {visit}")
        studies.store.record(reading.id, {CELL: Mark(points)}, request=f"mark {reading.id}")
        studies.store.complete(reading.id, request=f"done {reading.id}")


def test_a_study_is_read_twice_locked_exported_and_proved(store: Store, tmp_path: Path) -> None:
    studies = made(store)
    for reader in ("Ann", "Bob"):
        studies.assign("RA-1", reader)
    studies.assign("RA-1", "Ann", session=2, washout_days=0)
    read(studies, "Ann", 1)
    read(studies, "Bob", 3)
    read(studies, "Ann", 2, session=2)
    found = studies.readings("RA-1")
    assert {(key[0], key[1], reading.points[CELL]) for key, reading in found.items()} == {
        ("Ann", 1, 1), ("Ann", 2, 2), ("Bob", 1, 3),
    }  # fmt: skip
    assert [(p.reader, p.session, p.done, p.total) for p in studies.progress("RA-1")] == [
        ("Ann", 1, 8, 8), ("Bob", 1, 8, 8), ("Ann", 2, 8, 8),
    ]  # fmt: skip

    with pytest.raises(StoreError, match="Lock the study first"):
        export_study(studies, "RA-1", tmp_path / "early.zip")
    studies.lock("RA-1", who="Cora")
    digest = export_study(studies, "RA-1", tmp_path / "study.zip", who="Cora")
    proof = verify_export(tmp_path / "study.zip", expect=digest, connection=store.connection)
    assert proof.faults == () and proof.digest == digest and "every entry of it stands in its log" in proof.store
    with zipfile.ZipFile(tmp_path / "study.zip") as archive:
        table = archive.read("readings.csv").decode().splitlines()
        assert len(archive.read("films.json").decode().split("sha256")) == 9
        assert not any('"action":"model"' in line or "model" in json.loads(line)["entry"].split('"who"')[1][:20]
                       for line in archive.read("log.jsonl").decode().splitlines())  # fmt: skip
    assert table[1] == "patient,visit,reader,session,side,site,points" and len(table) == 2 + 24
    assert verify(store.connection).faults == ()


def test_the_orders_are_shuffled_by_the_seed_each_pass_another_and_recorded(store: Store) -> None:
    studies = made(store)
    studies.assign("RA-1", "Ann")
    studies.assign("RA-1", "Ann", session=2)
    studies.assign("RA-1", "Bob")
    orders = [a.order for a in studies.get("RA-1").assignments]
    assert all(sorted(order) == sorted(studies.get("RA-1").visits) for order in orders) and len(set(orders)) == 3
    again = made(store, "RA-2")
    again.assign("RA-2", "Ann")
    place = {visit: n for n, visit in enumerate(again.get("RA-2").visits)}
    first = {visit: n for n, visit in enumerate(studies.get("RA-1").visits)}
    assert [place[v] for v in again.get("RA-2").assignments[0].order] == [first[v] for v in orders[0]]


def test_the_model_and_the_visits_of_a_study_are_seen_nowhere_until_the_reveal(store: Store) -> None:
    studies = made(store)
    studies.assign("RA-1", "Ann")
    read(studies, "Ann", 1)
    assert store.visits() == [] and store.readings() == {} and store.readings(first=True) == {}
    with pytest.raises(StoreError, match="hidden"):
        studies.readings("RA-1", model=True)
    with pytest.raises(StoreError, match="Lock the study first"):
        studies.reveal("RA-1")
    studies.lock("RA-1")
    studies.reveal("RA-1")
    assert {key[0] for key in studies.readings("RA-1", model=True)} == {"Ann", "model"}


def test_nothing_is_written_after_the_lock(store: Store) -> None:
    studies = made(store)
    studies.assign("RA-1", "Ann")
    first, second, *_ = studies.get("RA-1").assignments[0].order
    reading = studies.begin("RA-1", "Ann", 1, first, request="one")
    studies.lock("RA-1")
    for write in (
        lambda: store.record(reading.id, {CELL: Mark(1)}, request="x"),
        lambda: store.complete(reading.id, request="y"),
        lambda: studies.begin("RA-1", "Ann", 1, second, request="z"),
        lambda: studies.assign("RA-1", "Bob"),
    ):
        with pytest.raises(StoreError, match="locked"):
            write()


def test_only_what_is_assigned_is_read_and_the_second_pass_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    studies = made(store)
    visit = studies.get("RA-1").visits[0]
    with pytest.raises(StoreError, match="not assigned"):
        studies.begin("RA-1", "Eve", 1, visit, request="e")
    with pytest.raises(StoreError, match="second pass needs a first"):
        studies.assign("RA-1", "Ann", session=2)
    studies.assign("RA-1", "Ann")
    with pytest.raises(StoreError, match="has this pass already"):
        studies.assign("RA-1", "Ann")
    studies.assign("RA-1", "Ann", session=2, washout_days=28)
    with pytest.raises(StoreError, match="first pass is complete"):
        studies.begin("RA-1", "Ann", 2, visit, request="early")
    read(studies, "Ann", 1)
    with pytest.raises(StoreError, match="wash-out"):
        studies.begin("RA-1", "Ann", 2, visit, request="soon")

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=29)

    monkeypatch.setattr(studies_module, "datetime", Later)
    assert studies.begin("RA-1", "Ann", 2, visit, request="late").order is Order.BLINDED


def test_a_third_reader_gets_the_visits_where_two_lie_apart(store: Store) -> None:
    studies = made(store)
    for reader in ("Ann", "Bob"):
        studies.assign("RA-1", reader)
    read(studies, "Ann", 0)
    for number, visit in enumerate(studies.get("RA-1").assignment("Bob", 1).order):
        reading = studies.begin("RA-1", "Bob", 1, visit, request=f"b{number}")
        studies.store.record(reading.id, {CELL: Mark(5 if number < 2 else 0)}, request=f"m{number}")
        studies.store.complete(reading.id, request=f"d{number}")
    apart = visits_apart(studies.readings("RA-1"), 5)
    assert len(apart) == 2
    named = {(v.patient, v.label): key for key, v in studies.visits(studies.get("RA-1")).items()}
    studies.assign("RA-1", "Cem", visits=[named[visit] for visit in apart])
    read(studies, "Cem", 3)
    assert {key[2:] for key in studies.readings("RA-1") if key[0] == "Cem"} == set(apart)


@pytest.mark.parametrize(
    ("name", "visits", "words"),
    [
        ("", VISITS, "needs a name"),
        ("a#b", VISITS, "needs a name"),
        ("x", [], "needs visits"),
        ("x", [("", "v", 1)], "needs visits"),
        ("x", [VISITS[0], VISITS[0]], "comes twice"),
    ],
)
def test_what_is_no_study_is_refused(store: Store, name: str, visits: list, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Studies(store).create(name, visits, seed=1)


def test_every_change_to_an_export_is_found(store: Store, tmp_path: Path) -> None:
    studies = made(store)
    studies.assign("RA-1", "Ann")
    read(studies, "Ann", 1)
    studies.lock("RA-1")
    export_study(studies, "RA-1", tmp_path / "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name in files:
        for new in (files[name].replace(b"1", b"2", 1), files[name][:-1]):
            with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
                for each, data in files.items():
                    archive.writestr(each, new if each == name else data)
            try:
                assert verify_export(tmp_path / "bad.zip").faults, name
            except StoreError as error:
                assert "damaged" in str(error)
    (tmp_path / "no.zip").write_bytes(b"PK")
    with pytest.raises(StoreError, match="no export"):
        verify_export(tmp_path / "no.zip")
    assert verify_export(tmp_path / "good.zip", expect="0" * 64).faults


def test_a_backup_brings_studies_back_and_a_row_that_is_none_is_a_fault(store: Store, tmp_path: Path) -> None:
    made(store).assign("RA-1", "Ann")
    backup(store.connection, tmp_path / "backup.zip")
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    restore(other.connection, tmp_path / "backup.zip")
    assert Studies(other).get("RA-1").assignments[0].reader == "Ann" and verify(other.connection).faults == ()
    assert Studies(other).get("RA-1").state is State.OPEN
    other.close()


def test_the_command_proves_an_export_also_where_there_is_no_store(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studies = made(store)
    studies.lock("RA-1")
    digest = export_study(studies, "RA-1", tmp_path / "study.zip")
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'none.sqlite'}")
    said = CliRunner().invoke(app, ["store", "verify", str(tmp_path / "study.zip"), "--expect", digest])
    assert said.exit_code == 0 and "RA-1 verifies" in said.output and not (tmp_path / "none.sqlite").exists()
    missing = CliRunner().invoke(app, ["store", "verify", str(tmp_path / "nothing.zip")])
    assert missing.exit_code == 2 and "Traceback" not in missing.output
