"""Backup and restore, on each database and from one to the other, and from the command line."""

import sqlite3
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.__main__ import app
from core.store import Store, StoreError, backup, restore, verify
from tests.core.store.test_store import begun, filled, pixels


def test_a_backup_comes_back_the_same_on_either_database(store: Store, tmp_path: Path, monkeypatch) -> None:
    visit = filled(store)
    assert backup(store.connection, tmp_path / "b.zip") == verify(store.connection)
    monkeypatch.setenv("SVH_STORE_FILMS", str(tmp_path / "elsewhere"))
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}")
    restore(other.connection, tmp_path / "b.zip")
    assert verify(other.connection) == verify(store.connection)
    assert begun(other) == begun(store)
    assert abs(other.pixels(other.films(visit)[0]) - pixels()).max() < 1e-4
    restore(store.connection, tmp_path / "b.zip", replace=True)
    assert verify(store.connection).faults == ()
    store.add_visit("P2", "after the restore")
    assert verify(store.connection).faults == ()


def test_restore_overwrites_only_when_told(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store.connection, tmp_path / "b.zip")
    store.add_visit("P2", "new")
    with pytest.raises(StoreError, match="--replace"):
        restore(store.connection, tmp_path / "b.zip")
    assert len(store.visits()) == 2
    restore(store.connection, tmp_path / "b.zip", replace=True)
    assert [v.patient for v in store.visits()] == ["P1"]


def altered(source: Path, target: Path, change) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda name, data: None if name == "log.jsonl" else data,
        lambda name, data: data.replace(b"exposure", b"exposurf") if name == "log.jsonl" else data,
        lambda name, data: b"[1, 2]\n" if name == "log.jsonl" else data,
        lambda name, data: b"{}\n" if name == "log.jsonl" else data,
        lambda name, data: None if name.endswith(".png") else data,
        lambda name, data: data[:-1] + b"x" if name.endswith(".png") else data,
    ],
)
def test_a_damaged_backup_changes_nothing(store: Store, tmp_path: Path, change) -> None:
    filled(store)
    backup(store.connection, tmp_path / "b.zip")
    before = verify(store.connection)
    with pytest.raises(StoreError, match=r"backup|damaged"):
        restore(store.connection, altered(tmp_path / "b.zip", tmp_path / "bad.zip", change), replace=True)
    assert verify(store.connection) == before


def test_what_is_no_zip_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK no zip at all")
    with pytest.raises(StoreError, match="no backup"):
        restore(Store(f"sqlite:///{tmp_path / 's.sqlite'}").connection, tmp_path / "x.zip")


def test_the_command_line_proves_backs_up_and_restores(tmp_path: Path, monkeypatch) -> None:
    run = CliRunner().invoke
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'a.sqlite'}")
    none = run(app, ["store", "verify"])
    assert none.exit_code == 2 and "no store yet" in none.output
    store = Store()
    filled(store)
    head = verify(store.connection).head
    assert f"5 log entries, head {head}" in run(app, ["store", "verify", "--expect", head]).output
    assert head in run(app, ["store", "backup", str(tmp_path / "b.zip")]).output.replace("\n", "")
    assert "--replace" in run(app, ["store", "restore", str(tmp_path / "b.zip")]).output
    assert run(app, ["store", "restore", "--replace", str(tmp_path / "b.zip")]).exit_code == 0
    store.close()
    with sqlite3.connect(tmp_path / "a.sqlite") as raw:
        raw.execute("UPDATE cell SET final = '0' WHERE final = '3'")
    changed = run(app, ["store", "verify"])
    assert changed.exit_code == 1 and "not as the log says" in changed.output


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://h/x", "not in mysql"),
        ("nonsense", "no database address"),
        ("sqlite+aiosqlite:///x", "not in sqlite"),
        ("sqlite://server/share/store.sqlite", "Three slashes"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql://u@127.0.0.1:1/x", "reached"),
    ],
)
def test_a_wrong_address_is_told_in_a_sentence(url: str, said: str, monkeypatch) -> None:
    monkeypatch.setenv("SVH_STORE_URL", url)
    told = CliRunner().invoke(app, ["store", "verify"])
    assert told.exit_code == 2 and said in told.output and "Traceback" not in told.output
