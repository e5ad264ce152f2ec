"""The page "Score films" in a real browser: deep link, sample, hover, change, undo, download, on a fresh server."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pages.widgets.score.score_grid import NOT_SCORABLE
from pages.widgets.shared.sample_case import sample_files

pytestmark = pytest.mark.skipif(not sample_files(), reason="the sample case is not installed")


def opened(page: Any, address: str) -> None:
    page.goto(f"{address}/score_films")
    page.get_by_role("button", name="I understand").click()
    page.get_by_test_id("svh").wait_for()


def total(page: Any) -> int:
    return int(page.get_by_test_id("svh").inner_text())


def total_becomes(page: Any, points: int) -> None:
    page.wait_for_function("n => document.querySelector('[data-testid=svh]')?.textContent === String(n)", arg=points)


def step(page: Any, button: str, keys: str) -> None:
    """A shortcut listens only once its button has been drawn enabled."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.get_by_role("button", name=button).and_(page.locator(":enabled")).wait_for()
    page.keyboard.press(keys)


def grid_cell(page: Any, name: str) -> Any:
    return page.get_by_test_id("score-grid").get_by_role("button", name=name)


def test_from_a_deep_link_to_a_changed_score_and_its_csv(server: str, page: Any, tmp_path: Path) -> None:
    opened(page, server)
    assert "Not a medical device" in page.content()
    before = total(page)

    # Select MCP 2 in the grid: the viewer follows. Hovering its ring tells its points.
    grid_cell(page, "MCP 2 erosion").click()
    ring = page.locator(".marks .chosen")
    ring.wait_for(state="attached")
    stage = page.locator(".stage").bounding_box()
    page.mouse.move(stage["x"] + float(ring.get_attribute("cx")), stage["y"] + float(ring.get_attribute("cy")))
    hint = page.locator(".hint")
    hint.wait_for(state="visible")
    assert hint.inner_text().startswith("MCP 2, left: erosion ") and "JSN" in hint.inner_text()

    # Change the points with the keyboard in the viewer, and see the total follow.
    shown = page.locator(".st-key-joint_editor").get_by_role("radio", checked=True).last.inner_text()
    old = 0 if shown == NOT_SCORABLE else int(shown)
    new = 5 if old != 5 else 4
    page.locator(".stage").press(str(new))
    total_becomes(page, before + new - old)

    # To and fro several times: what the browser sends late for a replaced control must not undo an undo.
    for _ in range(4):
        step(page, "Undo", "Control+z")
        total_becomes(page, before)
        step(page, "Redo", "Control+y")
        total_becomes(page, before + new - old)
        page.get_by_role("button", name="Undo").click()
        total_becomes(page, before)
        page.get_by_role("button", name="Redo").click()
        total_becomes(page, before + new - old)

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    saved = tmp_path / "case.csv"
    assert download.value.suggested_filename.endswith(".research-use-only.csv")
    download.value.save_as(saved)
    with saved.open(newline="") as file:
        row = next(csv.DictReader(file))
    assert int(float(row["LH_mcp_E__2"])) == new
    assert page.faults == []


def test_an_edit_sends_no_script_and_no_file_again(server: str, page: Any) -> None:
    frames: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(len(frame))))
    opened(page, server)
    before = total(page)
    grid_cell(page, "MCP 2 erosion").click()
    page.locator(".marks .chosen").wait_for(state="attached")
    page.wait_for_timeout(1000)
    frames.clear()
    page.locator(".stage").press("5")
    page.wait_for_function("n => document.querySelector('[data-testid=svh]')?.textContent !== String(n)", arg=before)
    page.wait_for_timeout(1000)
    assert 1_000 < sum(frames) < 40_000  # bytes before they are compressed; 56 kB while each edit sent the scripts


def test_a_film_keeps_its_zoom_while_a_score_changes(server: str, page: Any) -> None:
    opened(page, server)
    before = total(page)
    page.get_by_test_id("score-grid").get_by_role(
        "rowheader", name="MCP 3"
    ).click()  # the name stands for its first score
    page.get_by_role("button", name="MCP 3 JSN").and_(page.locator("[aria-pressed=true]")).wait_for()
    grid_cell(page, "MCP 2 JSN").click()
    page.locator(".marks .chosen").wait_for(state="attached")
    for _ in range(4):
        page.get_by_role("button", name="+", exact=True).click()
    zoomed = page.locator(".film").get_attribute("style")
    page.locator(".stage").press("x")
    page.wait_for_function("n => Number(document.querySelector('[data-testid=svh]')?.textContent) <= n", arg=before)
    page.get_by_text("not scorable").first.wait_for()
    assert page.locator(".film").get_attribute("style") == zoomed
    assert page.faults == []


def test_on_a_telephone_the_film_comes_first_and_nothing_sticks_out(server: str, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, server)
    film, grid = page.locator(".stage").bounding_box(), page.get_by_test_id("score-grid").bounding_box()
    assert film["y"] + film["height"] < grid["y"]
    assert film["width"] > 340
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
