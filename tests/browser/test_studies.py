"""A study of four patients with two visits: imported blind, read by keyboard, read again, adjudicated, proved."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from core.__main__ import app
from core.phantom import hand_film
from core.svh import SITES, Limb, Side
from tests.browser.reading_by_keyboard import press, state

SHOTS = os.environ.get("SVH_SHOTS", "")


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def study_zip(path: Path) -> Path:
    """A left hand a visit."""
    with zipfile.ZipFile(path, "w") as archive:
        for patient in range(1, 5):
            for number, visit in enumerate(("baseline", "month 12")):
                rng = np.random.default_rng([patient, number])
                film = hand_film(rng, dict.fromkeys(SITES[Limb.HAND], number), side=Side.L, mm_per_px=0.3)
                picture = path.with_name("film.png")
                Image.fromarray((film.pixels * 255).astype(np.uint8)).save(picture)
                archive.write(picture, f"P{patient}/{visit}/P{patient}-LH.png")
    return path


def to_studies(page: Any) -> None:
    page.get_by_role("link", name="Studies").first.click()
    page.get_by_text("Orders by seed").wait_for()


def assign(page: Any, reader: str, what: str) -> None:
    page.get_by_label("Reader", exact=True).fill(reader)
    page.get_by_role("radio", name=what).click()
    page.get_by_role("button", name="Assign", exact=True).click()
    name = f"{reader} · " + {"First pass": "pass 1", "Second pass": "pass 2", "Adjudication": "adjudicates"}[what]
    page.get_by_text(f"{name}: 0 of").first.wait_for()


def read(page: Any, choice: str, points: str, visits: int) -> None:
    """Read every visit of a pass by keyboard: one cell, then Enter until it is complete and the next one comes."""
    page.get_by_role("combobox", name="Read as").click()
    page.get_by_role("option", name=choice).click()
    page.get_by_role("button", name="Begin or resume").click()
    for number in range(1, visits + 1):
        page.get_by_text(f"Visit {number} of {visits}").first.wait_for()
        state(page, "blinded to the model")
        assert page.locator("td .model").count() == 0
        page.locator(".stage").focus()
        press(page, points)
        if number == 1:
            shot(page, f"study_read_{choice.replace(' ', '_')}_1440")
        state(page, "1 of 31")
        press(page, "Enter", "Enter")
        state(page, "complete")
        page.get_by_text("The points of the model stay hidden").wait_for()
        if number < visits:
            page.locator(".stage").focus()
            press(page, "Enter")
    to_studies(page)
    page.get_by_text(f"{choice}: {visits} of {visits}").wait_for()


def test_a_study_from_a_blind_import_to_its_proof(server: str, page: Any, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server}/studies")
    page.get_by_role("button", name="I understand").click()
    page.get_by_role("button", name="New study").click()
    page.get_by_label("Name of the study").fill("RA-1")
    page.locator("input[type=file]").first.set_input_files(study_zip(tmp_path / "study.zip"))
    page.get_by_text("study.zip").first.wait_for()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("RA-1: 8 films of 8 visits are imported.").wait_for()
    assert "SvH" not in page.locator("[data-testid=stMain]").inner_text()
    shot(page, "study_imported_1440")
    page.get_by_role("button", name="Understood").click()

    assign(page, "Ann", "First pass")
    assign(page, "Bob", "First pass")
    assign(page, "Ann", "Second pass")
    read(page, "Ann · pass 1", "1", 8)
    read(page, "Bob · pass 1", "5", 8)
    read(page, "Ann · pass 2", "2", 8)
    page.get_by_label("Readers apart by, points").fill("4")
    assign(page, "Cem", "Adjudication")
    read(page, "Cem · adjudicates", "3", 8)
    shot(page, "study_read_1440")
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "study_read_390")
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_text("Reading is over").click()
    page.get_by_role("button", name="Lock the study").click()
    page.get_by_role("button", name="Prepare the export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the export").click()
    download.value.save_as(tmp_path / "export.zip")
    digest = page.locator("[data-testid=stCode]").inner_text().strip()
    shot(page, "study_exported_1440")
    proof = CliRunner().invoke(app, ["store", "verify", str(tmp_path / "export.zip"), "--expect", digest])
    assert proof.exit_code == 0 and "every entry of it stands in its log" in proof.output, proof.output
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        archive.extract("readings.csv", tmp_path)
    report = tmp_path / "report"
    words = ["agree", str(tmp_path / "readings.csv"), "--visits", "baseline,month 12", "--report", str(report)]
    agreed = CliRunner().invoke(app, words)
    assert agreed.exit_code == 0 and any(report.iterdir()), agreed.output
    assert page.faults == []
