"""A finished visit is kept or not, never by half, and the file comes out the same whatever came in between."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.batch.journal import NAME, Busy, Journal, write_whole

KEYS = [f"k{n}" for n in range(6)]


def line(key: str) -> str:
    return json.dumps({"key": key, "told": [f"{key} ä"]}, ensure_ascii=False)


def filled(folder: Path, keys: list[str], *, resume: bool = True) -> Journal:
    journal = Journal(folder, KEYS, resume=resume)
    for key in keys:
        if key not in journal.done:
            journal.append(key, line(key))
    return journal


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(KEYS), cut=st.integers(0, 200))
def test_any_order_and_any_cut_give_the_same_file(
    order: list[str], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("j")
    filled(folder, order).close()
    whole = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(whole[: max(0, len(whole) - cut)])  # what kill -9 leaves
    (folder / "x.overlay.png.part").write_bytes(b"half")
    journal = filled(folder, order)
    assert [row["key"] for row in journal.rows()] == KEYS
    journal.settle()
    journal.close()
    assert (folder / NAME).read_text() == "".join(line(key) + "\n" for key in KEYS)
    assert [file.name for file in folder.iterdir()] == [NAME]


def test_a_line_that_is_whole_is_not_done_again(tmp_path: Path) -> None:
    filled(tmp_path, KEYS[:3]).close()
    journal = Journal(tmp_path, KEYS, resume=True)
    assert journal.done == frozenset(KEYS[:3])
    journal.close()
    journal = Journal(tmp_path, KEYS[1:], resume=True)  # the inputs have changed
    assert journal.done == frozenset(KEYS[1:3])
    journal.close()
    journal = Journal(tmp_path, KEYS, resume=False)
    assert journal.done == frozenset()
    journal.close()


def test_two_runs_into_one_folder_are_refused(tmp_path: Path) -> None:
    first = Journal(tmp_path, KEYS, resume=True)
    with pytest.raises(Busy):
        Journal(tmp_path, KEYS, resume=True)
    first.close()
    Journal(tmp_path, KEYS, resume=True).close()


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def broken():  # type: ignore[no-untyped-def]
        yield b"new"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        write_whole(tmp_path / "a", broken())
    assert (tmp_path / "a").read_bytes() == b"old"
