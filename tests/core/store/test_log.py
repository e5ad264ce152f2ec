"""The log proves the store: a flipped bit, a changed row, a log that was written anew, a lost picture."""

from pathlib import Path

import pytest
from sqlalchemy import text

from core.store import Store, backup, restore, verify
from tests.core.store.test_store import filled


def flip_bit(store: Store, sequence: int, place: int) -> None:
    with store.connection.engine.execution_options(writing=True).begin() as connection:
        entry = connection.execute(text("SELECT entry FROM log WHERE sequence = :n"), {"n": sequence}).scalar_one()
        place %= len(entry)
        broken = entry[:place] + chr(ord(entry[place]) ^ 1) + entry[place + 1 :]
        connection.execute(text("UPDATE log SET entry = :e WHERE sequence = :n"), {"e": broken, "n": sequence})


@pytest.mark.parametrize("place", [0, 1, 17, 60, 111, -1, -2, -30])
def test_verify_finds_a_single_flipped_bit_in_the_log(store: Store, place: int) -> None:
    filled(store)
    assert verify(store.connection).faults == ()
    for sequence in (1, 4):
        flip_bit(store, sequence, place)
        assert f"Log entry {sequence} was changed" in verify(store.connection).faults[0]
        flip_bit(store, sequence, place)
    assert verify(store.connection).faults == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE cell SET final = '4' WHERE site = 'mcp_E__2'", "not as the log says"),
        ("DELETE FROM cell WHERE site = 'mcp_E__2'", "is gone"),
        ("INSERT INTO patient VALUES ('P9')", "not in the log"),
        ("DELETE FROM log WHERE sequence = 3", "Log entry 3 is missing"),
        ("DELETE FROM log WHERE sequence = 5", "not in the log"),
        ("UPDATE log SET request = 'other' WHERE sequence = 5", "another number or request"),
    ],
)
def test_verify_finds_rows_that_disagree_with_the_log(store: Store, change: str, said: str) -> None:
    filled(store)
    with store.connection.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(change))
    assert any(said in fault for fault in verify(store.connection).faults)


def test_a_log_rewritten_from_the_start_is_found_by_the_noted_head(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store.connection, tmp_path / "old.zip")
    store.add_visit("P2", "1")
    head = verify(store.connection).head
    restore(store.connection, tmp_path / "old.zip", replace=True)
    assert verify(store.connection).faults == ()
    assert "noted head" in verify(store.connection, expect=head).faults[0]


def test_verify_finds_a_changed_and_a_lost_picture(store: Store) -> None:
    filled(store)
    picture = next(store.connection.films.iterdir())
    data = bytearray(picture.read_bytes())
    data[-20] ^= 1
    picture.write_bytes(data)
    assert "was changed" in verify(store.connection).faults[0]
    picture.unlink()
    assert "is gone" in verify(store.connection).faults[0]
