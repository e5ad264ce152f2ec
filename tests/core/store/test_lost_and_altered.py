"""A store that was emptied, copied, altered or lies on a read-only place: told in words, never a bare exception."""

import hashlib
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.store import Mark, Order, Store, StoreError, backup, restore, verify
from core.store.log import START, seal
from core.svh import SITE_BY_SUFFIX, Limb, Side
from tests.core.store.test_store import begun, filled

SITE = SITE_BY_SUFFIX["mcp_E__2"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "s.sqlite"


@pytest.fixture
def full(file: Path) -> Store:
    store = Store(f"sqlite:///{file}")
    filled(store)
    store.record(begun(store).id, {}, request="time", spent_ms={(Limb.HAND, Side.L): 900})
    return store


def every_method(store: Store) -> list[Callable[[], object]]:
    """All that can be asked of a store."""

    def films() -> object:
        return [store.pixels(film) for visit in store.visits() for film in store.films(visit)]

    def record() -> object:
        reading = begun(store)
        return store.record(reading.id, {(Side.L, SITE): Mark(2)}, request="later")

    return [
        lambda: store.add_visit("P1", "month 6"),
        lambda: store.add_visit("P9", "other"),
        store.visits,
        films,
        lambda: store.begin(store.visits()[0], "Ann", order=Order.BLINDED, list_name="", request="again", again=True),
        record,
        lambda: store.readings(),
        lambda: store.readings(first=True, unfinished=True),
        lambda: store.progress("Ann"),
        lambda: verify(store.connection),
    ]


ALTERED = [
    "UPDATE cell SET final = 'x'", "UPDATE cell SET final = '1+2+3'", "UPDATE cell SET side = 'Q'",
    "UPDATE cell SET site = 'knee' WHERE final = '3'",
    "UPDATE cell SET final = X'00ff'", "UPDATE film SET joints = '{'", "UPDATE film SET joints = '[1]'",
    "UPDATE film SET limb = 'KNEE'",
    "UPDATE film SET side = ''", "UPDATE film SET content = '../../etc'", "UPDATE reading SET status = 'done'",
    "UPDATE reading SET \"order\" = 'by name'", "UPDATE visit SET position = 'first'",
    "UPDATE film_time SET limb = 'ARM'",
    "UPDATE film_time SET spent_ms = 'long'", "UPDATE log SET entry = '{' WHERE sequence = 2",
    "UPDATE log SET entry = '[]'",
    "UPDATE meta SET value = 'one'", "UPDATE log SET sequence = sequence + 50",
]  # fmt: skip


@pytest.mark.parametrize("change", ALTERED)
def test_altered_rows_are_told_in_words_by_every_method(full: Store, file: Path, change: str) -> None:
    full.close()
    with sqlite3.connect(file) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(change)
    store, told = Store(f"sqlite:///{file}"), []
    for ask in every_method(store):
        try:
            told += list(getattr(ask(), "faults", ()))
        except StoreError as error:
            told.append(str(error))
    assert told and all(len(words) > 20 for words in told)
    store.close()


def resealed(source: Path, target: Path, change: Callable[[dict], None]) -> Path:
    """A backup whose log was changed and sealed again, as somebody who knows how would do it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        previous, lines = START, []
        for line in old.read("log.jsonl").decode().splitlines():
            row = json.loads(line)
            entry = json.loads(row["entry"])
            change(entry)
            text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
            row |= {"entry": text, "previous": previous, "digest": seal(previous, text)}
            previous = row["digest"]
            lines.append(json.dumps(row))
        for name in old.namelist():
            new.writestr(name, "\n".join(lines) if name == "log.jsonl" else old.read(name))
    return target


def of(table: str, column: str, value: object) -> Callable[[dict], None]:
    def change(entry: dict) -> None:
        for name, values in entry["rows"]:
            if name == table:
                values[column] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        of("cell", "final", "9"), of("cell", "final", "-1"), of("cell", "first", "99"), of("cell", "site", "knee"),
        of("cell", "side", "X"), of("cell", "final", "NS: because"), of("film", "spacing_mm", -1),
        of("film", "content", "0" * 63),
        of("film", "joints", '{"MCP2": [1]}'), of("reading", "status", "published"),
        of("reading", "begun_at", "yesterday"),
        of("reader", "kind", "ghost"), of("film_time", "spent_ms", -5), of("visit", "label", ""),
        of("meta", "value", "x"),
        lambda entry: entry.pop("rows"), lambda entry: entry.update(rows=[["shop", {}]]),
        lambda entry: entry.update(rows=[7]),
    ],
)  # fmt: skip
def test_a_resealed_backup_with_impossible_rows_is_refused(full: Store, tmp_path: Path, change) -> None:
    backup(full.connection, tmp_path / "b.zip")
    before = verify(full.connection)
    with pytest.raises(StoreError, match=r"damaged|no backup"):
        restore(full.connection, resealed(tmp_path / "b.zip", tmp_path / "bad.zip", change), replace=True)
    assert verify(full.connection) == before
    restore(full.connection, resealed(tmp_path / "b.zip", tmp_path / "same.zip", lambda entry: None), replace=True)


def test_a_copy_of_the_file_alone_holds_everything_even_while_the_store_is_open(
    full: Store, file: Path, tmp_path: Path
) -> None:
    expected = verify(full.connection)
    (tmp_path / "copy").mkdir()
    shutil.copy(file, tmp_path / "copy" / file.name)
    shutil.copytree(full.connection.films, tmp_path / "copy" / full.connection.films.name)
    assert verify(Store(f"sqlite:///{tmp_path / 'copy' / file.name}").connection) == expected


@pytest.mark.parametrize("left", [b"", None])
def test_an_emptied_store_beside_its_films_is_asked_about_and_a_backup_can_be_put_back(
    full: Store, file: Path, tmp_path: Path, left: bytes | None
) -> None:
    backup(full.connection, tmp_path / "b.zip")
    expected = verify(full.connection)
    full.close()
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    file.unlink()
    if left is None:
        sqlite3.connect(file).executescript("CREATE TABLE other (x)")  # a database, but none of ours
    else:
        file.write_bytes(left)
    store = Store(f"sqlite:///{file}")
    for ask in (store.visits, lambda: store.add_visit("P1", "new"), lambda: verify(store.connection)):
        with pytest.raises(StoreError, match="pictures of its films are there"):
            ask()
    restore(store.connection, tmp_path / "b.zip")
    assert verify(store.connection) == expected


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only mount: the folder says that it may not be written."""
    monkeypatch.setattr("core.store.connection.os.access", lambda path, how: False)


def test_a_store_on_a_read_only_place_is_read_verified_and_backed_up_and_nothing_is_written_there(
    full: Store, file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    expected, readings = verify(full.connection), full.readings(unfinished=True)
    full.close()
    there = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.rglob("*") if path.is_file()}
    request.getfixturevalue("read_only")
    store = Store(f"sqlite:///{file}")
    assert verify(store.connection) == expected and store.readings(unfinished=True) == readings
    with pytest.raises(StoreError, match="read-only"):
        store.add_visit("P2", "new")
    after = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == there
    assert backup(store.connection, tmp_path / "b.zip") == expected


def test_changes_that_lie_beside_a_read_only_file_are_not_passed_over(
    full: Store, file: Path, request: pytest.FixtureRequest
) -> None:
    file.with_name(file.name + "-wal").write_bytes(b"last changes")
    request.getfixturevalue("read_only")
    with pytest.raises(StoreError, match="Copy both files"):
        Store(f"sqlite:///{file}").visits()
