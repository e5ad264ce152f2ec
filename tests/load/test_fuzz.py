"""A short run of the fuzzer; the long one is a command."""

import numpy as np

from tests.load.fuzz import bases, fuzz, mutant, read


def test_damaged_files_of_every_kind_are_opened_or_refused_in_words() -> None:
    said: list[str] = []
    assert fuzz(56, seed=1, tell=said.append) == 0, said
    assert "56 mutants of 14 files" in said[-2]


def test_the_same_seed_gives_the_same_mutant_and_it_differs_from_its_base() -> None:
    base = bases()["film.png"]
    first, second = (mutant(base, np.random.default_rng([0, 1])) for _ in range(2))
    assert first == second != base


def test_an_error_that_is_none_of_ours_counts_as_a_fault(monkeypatch) -> None:
    def broken(name: str, data: bytes) -> str:
        if calls.append(name) or len(calls) > 14:
            raise IndexError("list index out of range")
        return "opened"

    calls: list[str] = []
    monkeypatch.setattr("tests.load.fuzz.read", broken)
    assert read is not broken and fuzz(3, seed=0, tell=lambda line: None) == 3
