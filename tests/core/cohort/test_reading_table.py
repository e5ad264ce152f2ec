"""Reading tables of both forms: what comes back, and what is refused in which words."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cohort.long_table import ReadingKey, write_long
from core.cohort.ra2_table import CELLS, write_table
from core.cohort.reading_rows import tidy
from core.cohort.reading_table import join_readings, read_readings
from core.cohort.scores import Scores
from core.cohort.table_text import RESEARCH_LINE, inert, plain
from core.svh import SITE_BY_SUFFIX, Reading, Side

HEAD = "patient,visit,reader,side,site,points\n"
MCP2 = (Side.L, SITE_BY_SUFFIX["mcp_J__2"])
# A visit "1.0" and the like are fine; a name is what is left when blanks are trimmed and accents composed.
names = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
    .map(tidy)
    .filter(lambda name: name and tidy(plain(inert(name))) == name)
)


def read_long(text: str) -> dict[ReadingKey, Scores]:
    return dict(read_readings(text.encode()).readings)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    chosen = draw(st.lists(st.sampled_from(sorted(CELLS.values())), unique=True, min_size=1, max_size=6))
    return Reading({cell: draw(st.none() | st.integers(0, cell[1].maximum)) for cell in chosen})


@given(st.dictionaries(st.tuples(names, names, names), readings(), max_size=4))
def test_a_table_comes_back_as_it_was(table: dict[ReadingKey, Reading]) -> None:
    back = read_long(write_long(table)) if table else {}
    assert {key: dict(r.cells()) for key, r in back.items()} == {key: dict(r.points) for key, r in table.items()}


@given(st.text())
def test_what_was_made_inert_comes_back(text: str) -> None:
    assert plain(inert(text)) == text
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_name_is_run_as_a_formula(name: str) -> None:
    text = write_long({(name, name, name): Reading({MCP2: 1})})
    row = list(csv.reader(io.StringIO(text, newline="")))[2]
    assert row[:3] == ["'" + name] * 3
    assert list(read_long(text)) == [(name.strip(),) * 3]


@pytest.mark.parametrize("points", ["", " ", "NS", "ns", "NA", "n/a", "#N/A", "nan", "."])
def test_blank_is_not_scorable_and_never_zero(points: str) -> None:
    read = read_long(HEAD + f"P1,1,A,LH,mcp_J__2,{points}\n")
    assert dict(read[("A", "P1", "1")].cells()) == {MCP2: None}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("P1,1,A,LH,mcp_J__2,5", "row 3: points is 5, but LH_mcp_J__2 takes 0 to 4"),
        ("P1,1,A,LH,mcp_J__2,-1", "row 3: points is -1, but LH_mcp_J__2 takes 0 to 4"),
        ("P1,1,A,LH,mcp_J__2,4.5", "row 3: points is 4.5, but LH_mcp_J__2 takes 0 to 4"),
        ('P1,1,A,LH,mcp_J__2,"1.000,5"', "row 3: points holds '1.000,5', which is no score"),
        ("P1,1,A,LH,mcp_J__2,two", "row 3: points holds 'two', which is no score"),
        ("P1,1,A,LH,mcp_J__2,1_0", "row 3: points holds '1_0', which is no score"),
        ("P1,1,A,LH,mcp_J__2,1e400", "row 3: points holds '1e400', which is no score"),
        ("P1,1,A,LH,mcp_J__2,=1+1", "row 3: points holds '=1\\+1', which is no score"),
        ("P1,1,A,LX,mcp_J__2,1", "row 3: side holds 'LX'; it takes LH, RH, LF, RF"),
        ("P1,1,A,LF,mcp_J__2,1", "row 3: site mcp_J__2 is no site of LF"),
        ("P1,1,A,LH,mcp_J__9,1", "row 3: site holds 'mcp_J__9', which is no site"),
        (",1,A,LH,mcp_J__2,1", "row 3: patient is empty"),
        ("P1, ,A,LH,mcp_J__2,1", "row 3: visit is empty"),
        ("P1,1,,LH,mcp_J__2,1", "row 3: reader is empty"),
        ("P0,1,A,LH,mcp_J__2,1", "row 3: LH mcp_J__2 of this patient, visit and reader comes twice; if that is meant"),
        ("P0,1,A ,LH,mcp_J__2,2", "comes twice: 'A ' and 'A' are one reader; a second reading needs a column session"),
        ("P1,1,A,LH,mcp_J__2", "row 3 has 5 cells, but the header has 6 columns"),
        ("P1,1,A,LH,mcp_J__2,1,9", "row 3 has 7 cells, but the header has 6 columns"),
        ('P1,1,A,LH,mcp_J__2,"1', "row 3 cannot be read as CSV"),
        ("P" + "x" * 20_000 + ",1,A,LH,mcp_J__2,1", "row 3: a cell holds more than 10000 characters"),
        ("P" + "x" * 200_000 + ",1,A,LH,mcp_J__2,1", "row 3 cannot be read as CSV"),
    ],
)
def test_a_fault_is_named_with_its_row_and_nothing_is_read(row: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_long(HEAD + "P0,1,A,LH,mcp_J__2,1\n" + row + "\n")


def test_columns_that_lack_or_come_twice_are_named() -> None:
    with pytest.raises(ValueError, match="lacks the column reader"):
        read_long(HEAD.replace("reader,", ""))
    with pytest.raises(ValueError, match="the column site comes twice"):
        read_long(HEAD.strip() + ",site\n")
    with pytest.raises(ValueError, match="no reading table"):
        read_readings(b"a,b\n1,2\n", "A")
    with pytest.raises(ValueError, match="no reading table"):
        read_readings(b"", "A")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_are_read(encoding: str, mark: str, end: str) -> None:
    text = (HEAD + "M\u00fcller,1,A,lh,mcp_J__2,3.0\n\n").replace(",", mark).replace("\n", end)
    assert dict(read_readings(text.encode(encoding)).readings[("A", "M\u00fcller", "1")].cells()) == {MCP2: 3}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            (HEAD + "P1,1,A,LH,mcp_J__2,1\nM\u00fcller,1,A,LH,mcp_J__2,3\n").encode("latin-1"),
            "row 3: the text is not UTF-8",
        ),
        (b"PK\x03\x04rest of a workbook", "workbook is damaged"),
        (b"\xd0\xcf\x11\xe0rest", "workbook of the old form"),
        (HEAD.encode() + b"P\0,1,A,LH,mcp_J__2,1\n", "row 2: holds a zero byte"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (bytes(129 * 2**20), "129 MB, more than the 128 MB"),
    ],
)
def test_other_bytes_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_readings(data, "A")


def test_an_ra2_table_gets_its_reader_from_outside() -> None:
    text = write_table({"P1": Reading({MCP2: 3})})
    assert list(read_readings(text.encode(), "Dr A").readings) == [("Dr A", "P1", "1")]
    assert list(read_readings(text.replace(",", ";").encode("utf-8-sig"), "Dr A").readings) == [("Dr A", "P1", "1")]


@pytest.mark.parametrize("saved", [",,,,,", ";;;;;", "\t\t", '"', ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_of_ours_is_read_as_a_spreadsheet_saves_it_again(saved: str, end: str) -> None:
    line, *rest = write_long({("A", "P1", "1"): Reading({MCP2: 3})}).splitlines()
    first = f'"{line}"' if saved == '"' else line + saved
    mark = ";" if ";" in saved else ","
    text = end.join([first, *(row.replace(",", mark) for row in rest)])
    assert dict(read_readings(text.encode()).readings[("A", "P1", "1")].cells()) == {MCP2: 3}


def test_rows_are_counted_with_the_line_above_the_header() -> None:
    text = write_long({("A", "P1", "1"): Reading({MCP2: 3})})
    with pytest.raises(ValueError, match="row 3: points is 7"):
        read_long(text.replace(",3\n", ",7\n"))


def test_our_line_alone_is_no_table() -> None:
    with pytest.raises(ValueError, match="no reading table"):
        read_readings(RESEARCH_LINE.encode(), "A")


def test_a_column_of_others_that_starts_with_a_hash_is_a_column() -> None:
    assert list(read_long("#," + HEAD + "1,P1,1,A,LH,mcp_J__2,1\n")) == [("A", "P1", "1")]


def test_the_same_reading_in_two_tables_is_refused() -> None:
    table = read_long(HEAD + "P1,1,A,LH,mcp_J__2,1\n")
    with pytest.raises(ValueError, match="reader A has patient P1, visit 1, in two tables"):
        join_readings(table, table)


LONG = "Patient,VISIT,Reader,Side,Site,Points\nP1,1,A,LH,MCP_j__2,3\n"


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        "sep=;\n" + LONG.replace(",", ";"),
        "Study 17, readings of Anna\n\nexported 2024-01-02\n" + LONG,
        LONG.replace("Patient", "Subject ID").replace("Reader", "Rater").replace("Points", "Score"),
        LONG.replace("\n", ",\n"),
        LONG.replace(",", "\t").replace("3\n", "3,0\n"),
        LONG.replace("Patient", "Patient,ID").replace("P1", "P1,77"),
        LONG.replace("P1,1,A", "P1 ,\u00a01,A\u200b"),
    ],
)
def test_headers_are_found_as_people_write_them(text: str) -> None:
    assert {key: dict(s.cells()) for key, s in read_readings(text.encode()).readings.items()} == {
        ("A", "P1", "1"): {MCP2: 3}
    }


def test_half_points_decimal_commas_and_fractions_are_read() -> None:
    text = HEAD.replace(",", ";") + "P1;1;A;LH;mcp_J__2;2,5\nP1;1;A;RH;mcp_J__2;2.37\n"
    assert [value for _, value in read_long(text)[("A", "P1", "1")].cells()] == [2.5, 2.37]


def test_two_ways_to_write_an_umlaut_are_one_reader() -> None:
    text = HEAD + "P1,1,M\u00fcller,LH,mcp_J__2,1\nP1,1,Mu\u0308ller,RH,mcp_J__2,2\n"
    assert list(read_long(text)) == [("M\u00fcller", "P1", "1")]
