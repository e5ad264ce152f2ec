"""What was acknowledged survives a killed process; a full disk and a locked file are told in words."""

import sqlite3
from pathlib import Path

import pytest

from core.store import Store, StoreError, verify
from core.store.films import write_whole
from tests.core.store.kills import kill_writers


def test_a_process_killed_fifty_times_loses_nothing_acknowledged(tmp_path: Path) -> None:
    assert kill_writers(tmp_path, 50) >= 50


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    write_whole(tmp_path / "a.png", b"old")
    monkeypatch.setattr("core.store.films.os.fsync", full)
    with pytest.raises(StoreError, match="disk of the store is full"):
        write_whole(tmp_path / "a.png", b"new and longer")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.png", b"old")]


def test_a_full_database_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 's.sqlite'}")
    store.add_visit("P1", "1")
    with store.connection.engine.connect() as connection:  # the pool gives this very connection to the writer
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk of the store is full"):
        for n in range(500):
            store.add_visit("P1", f"visit {n}")
    kept = len(store.visits())
    assert kept >= 1 and verify(store.connection).faults == ()
    with store.connection.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    store.add_visit("P1", "there is room again")
    assert len(store.visits()) == kept + 1


def test_a_locked_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.connection.WAIT_S", 0.1)
    store = Store(f"sqlite:///{tmp_path / 's.sqlite'}")
    store.add_visit("P1", "1")
    other = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="busy with another writer"):
        store.add_visit("P1", "2")
    assert [v.label for v in store.visits()] == ["1"]  # readers do not wait for writers
    other.execute("ROLLBACK")
    store.add_visit("P1", "2")
    other.close()


def test_a_file_that_is_no_store_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_bytes(b"a letter to a colleague, not a database" * 40)
    store = Store(f"sqlite:///{tmp_path / 's.sqlite'}")
    with pytest.raises(StoreError, match="damaged or no store"):
        store.add_visit("P1", "1")
    assert (tmp_path / "s.sqlite").read_bytes().startswith(b"a letter")


def test_every_connection_waits_for_the_disk(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 's.sqlite'}")
    store.add_visit("P1", "1")
    with store.connection.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {p}").scalar_one() for p in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]  # 2 is FULL
