"""A disc of a PACS with its viewer, 700 files, on the page: one case, its films in sight, one line for the rest."""

import os
import zipfile
from pathlib import Path
from typing import Any

from core.phantom import phantom_visit
from core.phantom.dicom_film import write_dicom

SHOTS = os.environ.get("SVH_SHOTS", "")
FILES = 700


def disc(folder: Path) -> Path:
    """Four films, each in the folder of its series and all of one name; an index; and a viewer with pictures."""
    with zipfile.ZipFile(folder / "disc.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DICOMDIR", b"\0" * 128 + b"DICM" + b"index")
        for number, film in enumerate(phantom_visit(5, mm_per_px=0.4).values(), start=1):
            write_dicom(folder / "film.dcm", film, patient="PH5")
            archive.write(folder / "film.dcm", f"DICOM/PA000001/ST000001/SE{number:06d}/IM000001")
        for number in range(FILES - 5):
            kind = ("dll", "html", "png", "js", "exe")[number % 5]
            archive.writestr(f"VIEWER/{kind}/part{number}.{kind}", bytes([number % 251]) * (number % 400))
    return folder / "disc.zip"


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_a_disc_is_one_case_in_sight_and_one_line_for_its_viewer(server: str, page: Any, tmp_path: Path) -> None:
    page.goto(f"{server}/score_films")
    page.get_by_role("button", name="I understand").click()
    page.get_by_test_id("svh").wait_for()
    page.get_by_role("button", name="Add films").click()
    page.locator('input[type="file"]').set_input_files(disc(tmp_path))
    page.get_by_text("disc.zip").wait_for()
    page.get_by_role("button", name="Score these films").click()
    line = page.get_by_text("files are no films and were left out")
    line.wait_for()
    page.get_by_text("Case unnamed").wait_for()
    assert line.count() == 1 and f"{FILES - 4} files" in line.inner_text()
    assert page.get_by_text("part0.dll").count() == 0 or not page.get_by_text("part0.dll").first.is_visible()
    assert page.locator(".strip button").count() == 4
    for size in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        page.wait_for_timeout(500)
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        film = page.locator(".stage").bounding_box()
        assert film["y"] + 100 < size["height"], "the film is in sight without scrolling"
        shot(page, f"disc_{size['width']}")
    page.set_viewport_size({"width": 1280, "height": 900})
    line.click()
    page.get_by_text("VIEWER/dll/part0.dll").wait_for()
    shot(page, "disc_open_1280")
    assert not page.faults
