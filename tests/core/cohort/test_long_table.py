"""Reading tables of both forms: what comes back, and what is refused in which words."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cohort.long_table import ReadingKey, join_readings, read_long, read_readings, write_long
from core.cohort.ra2_table import CELLS, write_table
from core.cohort.table_text import RESEARCH_LINE, inert, plain
from core.svh import SITE_BY_SUFFIX, Reading, Side

HEAD = "patient,visit,reader,side,site,points\n"
MCP2 = (Side.L, SITE_BY_SUFFIX["mcp_J__2"])
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
    str.strip
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    chosen = draw(st.lists(st.sampled_from(sorted(CELLS.values())), unique=True, min_size=1, max_size=6))
    return Reading({cell: draw(st.none() | st.integers(0, cell[1].maximum)) for cell in chosen})


@given(st.dictionaries(st.tuples(names, names, names), readings(), max_size=4))
def test_a_table_comes_back_as_it_was(table: dict[ReadingKey, Reading]) -> None:
    back = read_readings(write_long(table).encode(), "nobody") if table else {}
    assert {key: dict(r.points) for key, r in back.items()} == {key: dict(r.points) for key, r in table.items()}


@given(st.text())
def test_what_was_made_inert_comes_back(text: str) -> None:
    assert plain(inert(text)) == text
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_name_is_run_as_a_formula(name: str) -> None:
    text = write_long({(name, name, name): Reading({MCP2: 1})})
    row = list(csv.reader(io.StringIO(text, newline="")))[2]
    assert row[:3] == ["'" + name] * 3
    assert list(read_long(text)) == [(name, name, name)]


@pytest.mark.parametrize("points", ["", " ", "NS"])
def test_blank_is_not_scorable_and_never_zero(points: str) -> None:
    read = read_long(HEAD + f"P1,1,A,LH,mcp_J__2,{points}\n")
    assert dict(read[("A", "P1", "1")].points) == {MCP2: None}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("P1,1,A,LH,mcp_J__2,5", "row 3: points is 5, but LH_mcp_J__2 takes 0 to 4"),
        ("P1,1,A,LH,mcp_J__2,-1", "row 3: points is -1, but LH_mcp_J__2 takes 0 to 4"),
        ("P1,1,A,LH,mcp_J__2,1.5", "row 3: points takes whole points, not 1.5"),
        ("P1,1,A,LH,mcp_J__2,two", "row 3: points holds 'two', which is no score"),
        ("P1,1,A,LH,mcp_J__2,1_0", "row 3: points holds '1_0', which is no score"),
        ("P1,1,A,LH,mcp_J__2,nan", "row 3: points holds 'nan', which is no score"),
        ("P1,1,A,LH,mcp_J__2,1e400", "row 3: points holds '1e400', which is no score"),
        ("P1,1,A,LH,mcp_J__2,=1+1", "row 3: points holds '=1\\+1', which is no score"),
        ("P1,1,A,LX,mcp_J__2,1", "row 3: side holds 'LX'; it takes LH, RH, LF, RF"),
        ("P1,1,A,LF,mcp_J__2,1", "row 3: site mcp_J__2 is no site of LF"),
        ("P1,1,A,LH,mcp_J__9,1", "row 3: site holds 'mcp_J__9', which is no site"),
        (",1,A,LH,mcp_J__2,1", "row 3: patient is empty"),
        ("P1, ,A,LH,mcp_J__2,1", "row 3: visit is empty"),
        ("P1,1,,LH,mcp_J__2,1", "row 3: reader is empty"),
        ("P0,1,A,LH,mcp_J__2,1", "row 3: LH mcp_J__2 of this patient, visit and reader comes twice"),
        ("P1,1,A,LH,mcp_J__2", "row 3 has 5 cells, but the header has 6 columns"),
        ("P1,1,A,LH,mcp_J__2,1,9", "row 3 has 7 cells, but the header has 6 columns"),
        ('P1,1,A,LH,mcp_J__2,"1', "row 3 cannot be read as CSV"),
        ("P" + "x" * 20_000 + ",1,A,LH,mcp_J__2,1", "row 3: patient holds 20001 characters"),
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
    assert dict(read_readings(text.encode(encoding), "")[("A", "M\u00fcller", "1")].points) == {MCP2: 3}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            (HEAD + "P1,1,A,LH,mcp_J__2,1\nM\u00fcller,1,A,LH,mcp_J__2,3\n").encode("latin-1"),
            "row 3: the text is not UTF-8",
        ),
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (HEAD.encode() + b"P\0,1,A,LH,mcp_J__2,1\n", "row 2: holds a zero byte"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (bytes(65 * 2**20), "65 MB, more than the 64 MB"),
    ],
)
def test_other_bytes_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_readings(data, "A")


def test_an_ra2_table_gets_its_reader_from_outside() -> None:
    text = write_table({"P1": Reading({MCP2: 3})})
    assert list(read_readings(text.encode(), "Dr A")) == [("Dr A", "P1", "1")]
    assert list(read_readings(text.replace(",", ";").encode("utf-8-sig"), "Dr A")) == [("Dr A", "P1", "1")]


@pytest.mark.parametrize("saved", [",,,,,", ";;;;;", "\t\t", '"', ""])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_of_ours_is_read_as_a_spreadsheet_saves_it_again(saved: str, end: str) -> None:
    line, *rest = write_long({("A", "P1", "1"): Reading({MCP2: 3})}).splitlines()
    first = f'"{line}"' if saved == '"' else line + saved
    mark = ";" if ";" in saved else ","
    text = end.join([first, *(row.replace(",", mark) for row in rest)])
    assert dict(read_readings(text.encode(), "")[("A", "P1", "1")].points) == {MCP2: 3}


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
