import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cohort.ra2_table import CELLS, COLUMNS, read_table, write_table
from core.cohort.table_text import RESEARCH_LINE
from core.svh import SITE_BY_SUFFIX, Reading, Side

MCP2 = SITE_BY_SUFFIX["mcp_J__2"]
MTP1 = SITE_BY_SUFFIX["mtp_E__1"]


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    chosen = draw(st.lists(st.sampled_from(sorted(CELLS.values())), unique=True))
    return Reading({cell: draw(st.none() | st.integers(0, cell[1].maximum)) for cell in chosen})


def edited(text: str, **cells: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    rows[0].update(cells)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_columns_stand_in_the_order_of_the_challenge() -> None:
    assert len(COLUMNS) == 90
    assert COLUMNS[:6] == (
        "Patient_ID", "Overall_Tol", "Overall_erosion", "Overall_narrowing", "LH_mcp_E__ip", "LH_pip_E__2",
    )  # fmt: skip
    starts = {"LH_mcp_E__ip": 4, "RH_mcp_E__ip": 20, "LF_mtp_E__ip": 36, "RF_mtp_E__ip": 42}
    starts |= {"LH_pip_J__2": 48, "RH_pip_J__2": 63, "LF_mtp_J__ip": 78, "RF_mtp_J__ip": 84}
    assert {name: COLUMNS.index(name) for name in starts} == starts
    assert COLUMNS[13:20] == (
        "LH_mcp_E__5", "LH_wrist_E__mc1", "LH_wrist_E__mul", "LH_wrist_E__nav", "LH_wrist_E__lunate",
        "LH_wrist_E__radius", "LH_wrist_E__ulna",
    )  # fmt: skip
    assert COLUMNS[-1] == "RF_mtp_J__5"


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(str.strip), readings()))
def test_a_table_comes_back_as_it_was(table: dict[str, Reading]) -> None:
    back = read_table(write_table(table))
    assert {name: dict(r.points) for name, r in back.items()} == {name: dict(r.points) for name, r in table.items()}


def test_not_scorable_and_no_film_stay_apart() -> None:
    text = write_table({"P1": Reading({(Side.L, MCP2): None})})
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["LH_mcp_J__2"], row["RH_mcp_J__2"]) == ("NS", "")
    assert dict(read_table(text)["P1"].points) == {(Side.L, MCP2): None}


def test_overall_columns_are_the_sums() -> None:
    text = write_table({"P1": Reading({(Side.L, MCP2): 3, (Side.R, MTP1): 7})})
    row = next(csv.DictReader(io.StringIO(text)))
    assert [row[name] for name in COLUMNS[1:4]] == ["10", "7", "3"]


def test_whole_numbers_written_as_floats_are_read() -> None:
    text = edited(write_table({"P1": Reading({})}), LH_mcp_J__2="3.0", Overall_Tol="3.0", Overall_narrowing="3")
    assert read_table(text)["P1"].jsn == 3


@pytest.mark.parametrize("value", ["5", "-1", "1.5", "x", "nan", "inf"])
def test_a_wrong_value_is_named_by_row_and_column(value: str) -> None:
    text = edited(write_table({"P1": Reading({})}), LH_mcp_J__2=value)
    with pytest.raises(ValueError, match=r"row 2.*_mcp_J__2"):
        read_table(text)


@pytest.mark.parametrize("column", ["Overall_Tol", "Overall_erosion", "Overall_narrowing"])
def test_a_wrong_total_is_named_by_row_and_column(column: str) -> None:
    text = edited(write_table({"P1": Reading({})}), **{column: "1"})
    with pytest.raises(ValueError, match=rf"row 2: {column} is 1, but its cells sum to 0"):
        read_table(text)


def test_the_form_of_the_challenge_is_kept_and_our_line_above_it_is_skipped() -> None:
    text = write_table({"P1": Reading({(Side.L, MCP2): 3})})
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert read_table(f"{RESEARCH_LINE}\n{text}") == read_table(text)


def test_a_patient_that_comes_twice_is_refused() -> None:
    text = write_table({"P1": Reading({})})
    with pytest.raises(ValueError, match=r"row 3: the patient P1 comes twice"):
        read_table(text + text.splitlines()[1] + "\n")


def test_a_missing_column_is_named() -> None:
    text = write_table({"P1": Reading({})}).replace("RF_mtp_J__5", "other")
    with pytest.raises(ValueError, match="lacks the column RF_mtp_J__5"):
        read_table(text)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x"])
def test_no_patient_is_run_as_a_formula(name: str) -> None:
    text = write_table({name: Reading({})})
    assert text.splitlines()[1].startswith("'")
    assert list(read_table(text)) == [name]


@pytest.mark.parametrize("name", ["'", "'x", "''", "'=1"])
def test_an_apostrophe_of_a_patient_is_kept(name: str) -> None:
    assert list(read_table(write_table({name: Reading({})}))) == [name]


def test_an_apostrophe_that_another_program_wrote_is_kept() -> None:
    text = edited(write_table({"P1": Reading({})}), Patient_ID="'t Hart")
    assert list(read_table(text)) == ["'t Hart"]
