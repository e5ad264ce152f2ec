"""`python -m core agree`: tables in, a readable table and JSON out; bad tables end with a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from core.agreement.command_line import agree as agree_command
from core.cohort.long_table import write_long
from core.cohort.ra2_table import write_table
from tests.core.agreement.studies import random_study

ROOT = Path(__file__).parents[2]


def agree(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", "agree", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_long_table_is_compared_and_written(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text(write_long(random_study(1).readings))
    done = agree(tmp_path / "study.csv", "--json", tmp_path / "out.json", "--draws", "100")
    assert done.returncode == 0, done.stderr
    for words in ("ICC(A,1)", "SDC, mean of two", "MCP erosion", "Adjudication, A and B", "A - B"):
        assert words in done.stdout
    whole = json.loads((tmp_path / "out.json").read_text())
    assert [c["kind"] for c in whole["comparisons"]] == ["status", "change"] and whole["readers"] == ["A", "B"]


def test_ra2_tables_take_the_reader_from_the_name(tmp_path: Path) -> None:
    readings = random_study(2, visits=1).readings
    for reader in "AB":
        table = {patient: reading for (who, patient, _), reading in readings.items() if who == reader}
        (tmp_path / f"table_{reader}.csv").write_text(write_table(table))
    done = agree(f"Dr X={tmp_path / 'table_A.csv'}", tmp_path / "table_B.csv", "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    whole = json.loads((tmp_path / "out.json").read_text())
    assert whole["readers"] == ["Dr X", "table_B"] and [c["kind"] for c in whole["comparisons"]] == ["status"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("patient,visit,reader,side,site,points\nP1,1,A,LH,mcp_J__2,7\n",
         "study.csv: row 2: points is 7, but LH_mcp_J__2 takes 0 to 4"),
        ("patient,visit,reader,side,site,points\nP1,1,A,LH,mcp_J__2,1\n", "there is one reader alone, A"),
        ("patient,visit,reader,side,site,points\nP1,1,A,LH,mcp_J__2,1\nP2,1,B,LH,mcp_J__2,1\n",
         "no two readers scored the same"),
        ("patient,visit,reader,side,site,points\n", "there are no readings"),
        ("not a table", "no reading table"),
        (None, "study.csv: No such file"),
    ],
)  # fmt: skip
def test_bad_tables_end_with_a_sentence(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "study.csv").write_text(text)
    done = agree(tmp_path / "study.csv", "--json", tmp_path / "out.json")
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out.json").exists()


def test_names_with_brackets_are_printed_as_they_are(tmp_path: Path) -> None:
    readings = {("[red]A" if who == "A" else who, p, v): r for (who, p, v), r in random_study(3).readings.items()}
    (tmp_path / "study.csv").write_text(write_long(readings))
    done = agree(tmp_path / "study.csv", "--draws", "100")
    assert done.returncode == 0 and "[red]A" in done.stdout


def test_the_command_needs_no_torch() -> None:
    code = "import sys, core.__main__, core.agreement.console, core.cohort.long_table; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


HEAD = "patient,visit,reader,total\n"


def trial(visits: tuple[str, ...], *, reverse: bool = False) -> str:
    rows = [f"P{n},{v},{r},{n + 2 * k + (r == 'B')}" for k, v in enumerate(visits) for n in range(4) for r in "AB"]
    return HEAD + "\n".join(rows[::-1] if reverse else rows) + "\n"


def test_visits_in_words_are_in_time_and_the_change_says_from_where_to_where(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text(trial(("Baseline", "Week 52"), reverse=True))
    done = agree(tmp_path / "study.csv", "--json", tmp_path / "out.json", "--draws", "100")
    assert done.returncode == 0 and "Change from Baseline to Week 52" in done.stdout
    change = json.loads((tmp_path / "out.json").read_text())["comparisons"][-1]
    assert change["from_to"] == [{"from": "Baseline", "to": "Week 52", "patients": 4}]
    total = next(s for s in change["sections"] if s["key"] == "total")
    assert total["statistics"]["mean_first"]["value"] == 2


def test_an_unknown_order_is_refused_and_can_be_told(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text(trial(("before", "after"), reverse=True))
    done = agree(tmp_path / "study.csv")
    assert done.returncode == 2 and "say it from first to last with --visits after,before" in done.stderr
    done = agree(tmp_path / "study.csv", "--visits", "before, after", "--draws", "100")
    assert done.returncode == 0 and "Change from before to after" in done.stdout


def test_names_of_one_reader_alone_and_totals_left_out_are_told(tmp_path: Path) -> None:
    (tmp_path / "study.csv").write_text(trial(("0", "12")) + "P03,0,B,5\nP9,0,B,\n")
    done = agree(tmp_path / "study.csv", "--json", tmp_path / "out.json", "--draws", "100")
    assert "Patient P03 was read by B alone; did you mean P3?" in " ".join(done.stdout.split())
    whole = json.loads((tmp_path / "out.json").read_text())
    assert whole["comparisons"][0]["totals_left_out"] == [{"patient": "P03", "visit": "0", "why": "not read by A"}]
    assert any("P03" in sentence for sentence in whole["names_to_look_at"])
    assert [c["visit"] for c in whole["status_by_visit"]] == ["0", "12"]


def test_a_table_of_a_model_takes_its_reader_from_the_option(tmp_path: Path) -> None:
    readings = random_study(2, visits=1).readings
    (tmp_path / "anna.csv").write_text(
        write_long({("Anna", p, "1"): r for (who, p, _), r in readings.items() if who == "A"})
    )
    table = write_table({patient: reading for (who, patient, _), reading in readings.items() if who == "B"})
    lines = table.splitlines()
    cells = lines[1].split(",")
    cells[4] = str(float(cells[4]) + 0.37)
    (tmp_path / "predictions.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    done = agree(
        tmp_path / "anna.csv",
        tmp_path / "predictions.csv",
        "--reader",
        "model",
        "--json",
        tmp_path / "out.json",
        "--draws",
        "100",
    )
    assert done.returncode == 0, done.stderr
    whole = json.loads((tmp_path / "out.json").read_text())
    assert whole["readers"] == ["Anna", "model"] and "predictions of their own" in whole["names_to_look_at"][0]


def agree_here(*arguments: str | Path) -> Result:
    """The command in this process: a process of its own takes seconds to begin."""
    app = typer.Typer()
    app.command()(agree_command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def three_readers(folder: Path) -> Path:
    """Totals of three readers; the changes of the second patient are 20 and 2."""
    totals = {"A": [(10, 12), (20, 40), (5, 8)], "B": [(12, 16), (20, 22), (7, 9)], "C": [(9, 9), (21, 26), (6, 6)]}
    rows = [
        f"P{n},{visit},{reader},{total}"
        for reader, patients in totals.items()
        for n, both in enumerate(patients)
        for visit, total in zip(("BL", "W52"), both, strict=True)
    ]
    table = folder / "trial.csv"
    table.write_text("patient,visit,reader,total\n" + "\n".join(rows))
    return table


@pytest.mark.parametrize(("by", "second"), [("third", 26), ("consensus", 26), ("nearest", 24)])
def test_the_adjudicated_score_is_that_of_terminal_json_and_report(tmp_path: Path, by: str, second: float) -> None:
    out, report = tmp_path / "out.json", tmp_path / "report"
    options = ["--adjudicate", "A, B, C", "--by", by, "--draws", "100", "--json", out]
    done = agree_here(three_readers(tmp_path), *options, *(["--report", report] if by == "nearest" else []))
    assert done.exit_code == 0, done.output
    score = json.loads(out.read_text())["adjudicated_score"]
    totals = {(row["patient"], row["visit"]): row["total"] for row in score["totals"]}
    assert totals["P1", "W52"] == second and totals["P0", "W52"] == 14 and score["readers"] == ["A", "B"]
    assert f"Score of the study, {score['name']}: BL" in " ".join(done.stdout.split())
    if by == "nearest":
        assert f"The score of the study is the {score['name']}." in (report / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--adjudicate", "A,B"), "--adjudicate takes two readers and who adjudicates, Anna,Bert,Cara, not 'A,B'"),
        (("--adjudicate", "A,B,D"), "no reader is called D; there are A, B, C"),
        (("--adjudicate", "A,B,B"), "B is one of the two readers"),
        (("--adjudicate", "A,B,C", "--by", "dice"), "not by 'dice'"),
    ],
)
def test_an_adjudication_that_cannot_be_is_a_sentence(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = agree_here(three_readers(tmp_path), *options)
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output
