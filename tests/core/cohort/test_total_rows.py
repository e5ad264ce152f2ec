"""Tables of totals, of fractions and of sessions: what trials hand in beside points of sites."""

import pytest

from core.cohort.ra2_table import CELLS, write_table
from core.cohort.reading_table import read_readings
from core.svh import Reading
from tests.core.cohort.test_reading_table import MCP2, read_long


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("patient,visit,reader,total\nP,0,A,12.5\n", {"total": 12.5}),
        ("patient,visit,reader,Erosion,JSN\nP,0,A,7,5\n", {"erosion": 7, "jsn": 5, "total": 12}),
        ("patient,visit,reader,Left hand,RH,LF,RF\nP,0,A,1,2,3,4\n", {"hands": 3, "feet": 7, "total": 10}),
        ("patient;visit;reader;SvH total;erosion\nP;0;A;12,5;NA\n", {"total": 12.5}),
        ("patient,visit,reader,mTSS\nP,0,A,\n", {}),
    ],
)
def test_totals_alone_are_read(text: str, totals: dict[str, float]) -> None:
    found = read_long(text)[("A", "P", "0")]
    assert totals.items() <= dict(found.totals).items() and not list(found.cells())


def test_totals_in_a_column_a_reader_are_read() -> None:
    text = "patient,visit,group,total Anna,total Bert\nP,0,drug,12,\nP,1,drug,15,14\n"
    found = read_readings(text.encode(), "sheet").readings
    assert {key: dict(s.totals) for key, s in found.items()} == {
        ("Anna", "P", "0"): {"total": 12}, ("Bert", "P", "0"): {}, ("Anna", "P", "1"): {"total": 15},
        ("Bert", "P", "1"): {"total": 14},
    }  # fmt: skip
    assert {s.group for s in found.values()} == {"drug"}
    assert {key[0] for key in read_long(text.replace("total Anna,total Bert", "Reader 1,Reader 2"))} == {
        "Reader 1",
        "Reader 2",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,visit,reader,total\nP,0,A,449\n", "row 2: total is 449, but it takes 0 to 448"),
        ("patient,visit,reader,total\nP,0,A,-1\n", "row 2: total is -1, but it takes 0 to 448"),
        (
            "patient,visit,reader,total\nP,0,A,ten\n",
            "row 2: total holds 'ten', which is no score; write a number, or NS",
        ),
        (
            "patient,visit,reader,total,erosion,jsn\nP,0,A,9,7,5\n",
            "row 2: total is 9, but erosion and jsn sum to 12; correct",
        ),
        ("patient,visit,reader,total\nP,0,A,1\nP,0,A,2\n", "row 3: patient P, visit 0 of reader A comes twice"),
        ("patient,reader,total\nP,A,1\nP,A,2\n", "row 3: .* the table needs a column visit"),
        ("patient,visit,total\nP,0,1\n", "row 1: the table lacks the column reader"),
        ("patient,visit,reader,DAS28\nP,0,A,1\n", "no column of scores"),
    ],
)
def test_totals_that_cannot_be_are_refused_with_the_remedy(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_long(text)


def test_a_session_is_another_reading_of_the_same_reader() -> None:
    found = read_long("patient,visit,reader,session,total\nP,0,A,1,5\nP,0,A,2,7\n")
    assert [(key[0], s.rereads) for key, s in found.items()] == [("A", ""), ("A, session 2", "A")]


def test_a_column_called_week_gives_visits_in_weeks() -> None:
    assert [key[2] for key in read_long("patient,week,reader,total\nP,0,A,5\nP,52,A,7\n")] == ["week 0", "week 52"]


def test_an_ra2_table_of_fractions_keeps_them_and_says_what_its_totals_are() -> None:
    row = dict.fromkeys(CELLS, "0.5") | {
        "Patient_ID": "U1",
        "Visit": "2020",
        "Overall_Tol": "99.2",
        "Overall_erosion": "60",
    }
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    found = read_readings(text.encode(), "model")
    assert float(found.readings[("model", "U1", "2020")].values.sum()) == 43.0
    assert "predictions of their own" in found.notes[0]


def test_an_ra2_table_of_whole_points_has_to_have_the_sums() -> None:
    text = write_table({"P1": Reading({MCP2: 3})}).replace("P1,3,,3", "P1,4,,3")
    with pytest.raises(ValueError, match="row 2: Overall_Tol is 4, but its cells sum to 3"):
        read_readings(text.encode(), "A")
