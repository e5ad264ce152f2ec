"""Names that may be one written in two ways are named and never joined."""

from core.agreement import study_of
from core.agreement.identity import doubts, lone_names
from core.svh import Reading
from tests.core.agreement.studies import MCP2

ONE = Reading({MCP2: 1})


def test_patients_of_one_reader_alone_are_named_with_their_likely_partner() -> None:
    keys = [("A", "P03"), ("B", "P3"), ("A", "P05"), ("B", "p05"), ("A", "P1"), ("B", "P1"), ("B", "X9")]
    told = doubts(study_of({(r, p, "1"): ONE for r, p in keys}), ["A note of a table."])
    assert told[0] == "A note of a table."
    assert (
        "Patient P3 was read by B alone; did you mean P03?" in told
        and "Patient p05 was read by B alone; did you mean P05?" in told
    )
    assert "Patient X9 was read by B alone." in told and not any("P1 " in sentence for sentence in told)


def test_visits_of_one_reader_alone_are_named() -> None:
    keys = [("A", "W 24"), ("B", "W24"), ("A", "BL"), ("B", "BL")]
    lone = lone_names(study_of({(r, p, v): ONE for r, v in keys for p in ("P1", "P2")}))
    assert [(each.kind, each.name, each.reader, each.meant) for each in lone] == [
        ("visit", "W 24", "A", "W24"), ("visit", "W24", "B", "W 24"),
    ]  # fmt: skip


def test_readers_that_differ_in_case_are_asked_about_and_one_reader_has_no_lone_patients() -> None:
    told = doubts(study_of({(r, "P", "1"): ONE for r in ("anna", "Anna")}))
    assert told == ["Readers anna and Anna are counted as two: are they one?"]
    assert lone_names(study_of({("A", "P", "1"): ONE})) == []
