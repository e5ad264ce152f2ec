"""The report of a study: every file is there, names do no harm, numbers are those of the analysis."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from core.agreement import study_of
from core.agreement.paper import Analysis, analysed, report_zip, write_report
from core.agreement.paper.methods import BLANK, grras, methods
from core.agreement.paper.tables import paper_tables
from core.agreement.wording import number
from core.cohort.scores import ReadingKey, Scores, nothing_read
from tests.core.agreement.studies import random_study

EVIL = "=cmd()<b>$x^2$"


def trial() -> dict[ReadingKey, Scores]:
    """Totals of 3 readers, 3 visits, 2 groups.

    A visit is missing here and there, one reader reads the baseline twice.
    """
    rng = np.random.default_rng(3)
    found = {}
    for n in range(14):
        total = float(rng.integers(5, 80))
        for visit in ("BL", "W24", "W52"):
            total += float(rng.integers(0, 6))
            for reader in (EVIL, "Bert", "Cara"):
                if rng.random() > 0.1 or visit == "BL":
                    value = max(0.0, total + float(rng.integers(-2, 3)))
                    found[reader, f"P{n:02}", visit] = Scores(
                        nothing_read(), {"total": value}, "drug" if n % 2 else "placebo"
                    )
        again = found["Bert", f"P{n:02}", "BL"].totals["total"] + n % 2
        found["Bert, session 2", f"P{n:02}", "BL"] = Scores(nothing_read(), {"total": again}, rereads="Bert")
    return found


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analysed(study_of(trial()), draws=50)


def test_every_file_of_the_paper_is_written(analysis: Analysis, tmp_path: Path) -> None:
    files = {path.relative_to(tmp_path).as_posix() for path in write_report(analysis, tmp_path)}
    assert {
        "report.html",
        "tables.xlsx",
        "results.json",
        "tables/agreement_change.csv",
        "tables/grras_checklist.csv",
    } <= files
    for end in ("svg", "pdf", "png"):
        assert f"figures/cumulative_probability.{end}" in files
    assert (tmp_path / "figures" / "cumulative_probability.png").read_bytes()[:4] == b"\x89PNG"
    html = (tmp_path / "report.html").read_text()
    assert "<b>$x" not in html and "&lt;b&gt;$x" in html and "Not a medical device" in html
    for file in (tmp_path / "tables").iterdir():
        rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
        assert len(rows) > 2 and not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row), (
            file.name
        )
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book.sheetnames) == len(paper_tables(analysis)) + 1
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)


def test_the_zip_holds_the_same_files(analysis: Analysis) -> None:
    names = zipfile.ZipFile(io.BytesIO(report_zip(analysis))).namelist()
    assert "report.html" in names and "figures/cumulative_probability.svg" in names


def test_the_tables_hold_the_numbers_of_the_analysis(analysis: Analysis) -> None:
    tables = {table.name: table for table in paper_tables(analysis)}
    assert set(tables) >= {
        "agreement_status", "agreement_change", "agreement_rereadings", "variance_components", "scores", "progression",
        "sensitivity_missing_visits", "left_out",
    }  # fmt: skip
    change = next(c for c in analysis.changes if c.readers == (EVIL, "Bert"))
    row = next(
        row for row in tables["agreement_change"].rows if row[:3] == (f"{EVIL} / Bert", change.kind, "SvH total")
    )
    assert row[4].startswith(number(change.of("total").estimates["icc_a1"].value or 0, 3))
    assert "(" in row[4] and "[" not in row[4]  # of 14 patients the interval by F is the interval
    assert {row[0] for row in tables["agreement_rereadings"].rows} == {"Bert / Bert, session 2"}
    assert tables["sensitivity_missing_visits"].rows[0][0] == "as observed"
    assert {row[1] for row in tables["scores"].rows} == {"drug", "placebo", "all"}


def test_the_methods_say_what_was_done_and_the_checklist_leaves_blanks(analysis: Analysis) -> None:
    text = " ".join(methods(analysis))
    for words in (
        "14 patients at 3 visits (BL, W24, W52)",
        "drug 7, placebo 7",
        "read again by Bert",
        "ICC(A,1)",
        "50 draws",
        "10 points",
    ):
        assert words in text, words
    table = grras(analysis)
    assert (
        len(table.rows) == 15 and table.rows[2][2] == BLANK and "14" in table.rows[5][2] and "Bert" in table.rows[10][2]
    )


def test_one_visit_has_no_change_and_no_empty_tables(tmp_path: Path) -> None:
    found = analysed(random_study(1, patients=4, visits=1), draws=20)
    names = {table.name for table in paper_tables(found)}
    assert (
        "agreement_status" in names and "agreement_cells" in names and not names & {"agreement_change", "progression"}
    )
    write_report(found, tmp_path / "deep" / "folder")
