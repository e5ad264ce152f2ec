"""The page "Reader agreement" in a real browser: deep link, sample, switch, a table of one's own, downloads."""

import csv
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from core.cohort.long_table import write_long
from core.cohort.reading_table import read_readings
from core.svh import INTENDED_USE
from tests.core.agreement.studies import random_study


def opened(page: Any, address: str) -> None:
    page.goto(f"{address}/agreement")
    page.get_by_role("button", name="I understand").click()
    page.get_by_test_id("stMetric").first.wait_for()


def settled(page: Any) -> None:
    """The page has been drawn to its end.

    A file is made when its button is pressed, by the run that drew the button.
    """
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def saved(page: Any, button: str, path: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    if button.endswith("CSV"):
        assert download.value.suggested_filename.endswith(".research-use-only.csv")
    download.value.save_as(path)
    return path


def test_from_a_deep_link_over_the_sample_to_ones_own_table(server: str, page: Any, tmp_path: Path) -> None:
    opened(page, server)
    assert "Not a medical device" in page.content()
    page.get_by_text("40 patients, status, all visits pooled").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    page.get_by_role("tab", name="Sites").click()
    page.locator(".js-plotly-plot .scatterlayer").last.wait_for()
    page.get_by_role("radio", name="Change").click()
    page.get_by_text("change from ").first.wait_for()

    study = random_study(1, patients=6)
    named = {("=cmd()" if r == "A" else r, p, v): reading for (r, p, v), reading in study.readings.items()}
    (tmp_path / "mine.csv").write_text(write_long(named), newline="")
    page.get_by_role("button", name="Add tables").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.csv")
    page.get_by_role("button", name="Use these tables").click()
    page.get_by_text("6 patients").first.wait_for()
    page.locator("input[type=file]").wait_for(state="hidden")
    settled(page)

    whole = json.loads(saved(page, "Results JSON", tmp_path / "out.json").read_text())
    assert whole["readers"] == ["=cmd()", "B"] and whole["patients"] == 6
    with saved(page, "Results CSV", tmp_path / "out.csv").open(newline="") as file:
        assert next(file) == f"# {INTENDED_USE}\n"
        assert next(csv.DictReader(file))["readers"] == "'=cmd() / B"
    back = read_readings(saved(page, "Readings CSV", tmp_path / "back.csv").read_bytes()).readings
    assert {k: dict(r.cells()) for k, r in back.items()} == {k: dict(r.points) for k, r in named.items()}
    assert page.faults == []


def test_on_a_telephone_nothing_sticks_out(server: str, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, server)
    for tab in ("Groups and limbs", "Sites", "Disagreements", "Adjudication"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert page.faults == []


def totals_sheet(path: Path) -> Path:
    """An Excel sheet as a study nurse keeps it: a title, then a row a patient and visit with a column a reader."""
    book, rng = openpyxl.Workbook(), random.Random(7)
    sheet = book.active
    assert sheet is not None
    sheet.append(["Study RA-7, totals of both readers"])
    sheet.append(["Patient", "Visit", "total Anna", "total Bert"])
    for number in range(1, 13):
        start = rng.randint(5, 90)
        for visit, more in (("baseline", 0), ("month 12", rng.randint(0, 12))):
            sheet.append([f"P{number:02}", visit, start + more, start + more + rng.randint(-3, 3) / 2])
    book.save(path)
    return path


def test_from_an_excel_sheet_of_totals_to_a_report_in_three_clicks(server: str, page: Any, tmp_path: Path) -> None:
    opened(page, server)
    page.evaluate("window.clicks = 0; addEventListener('click', e => { window.clicks += e.isTrusted }, true)")
    page.get_by_role("button", name="Add tables").click()
    page.locator("input[type=file]").set_input_files(totals_sheet(tmp_path / "RA-7.xlsx"))  # dropped, no click
    page.get_by_role("button", name="Use these tables").click()
    page.get_by_text("12 patients").first.wait_for()
    page.locator("input[type=file]").wait_for(state="hidden")
    settled(page)
    report = saved(page, "Report", tmp_path / "report.zip")
    assert page.evaluate("window.clicks") == 3
    with zipfile.ZipFile(report) as archive:
        names = {Path(name).suffix for name in archive.namelist()}
        text = "".join(archive.read(n).decode() for n in archive.namelist() if n.endswith((".html", ".txt", ".md")))
    assert {".csv", ".xlsx", ".html", ".svg", ".pdf", ".png"} <= names
    assert "Anna" in text and "Bert" in text and "12 patients" in text
    assert page.faults == []
