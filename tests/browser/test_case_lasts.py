"""A case lasts: an unnamed film, its side confirmed, a joint moved, reload, signed, the server killed, gone on."""

from pathlib import Path
from typing import Any

import pytest

from pages.widgets.shared.sample_case import sample_files
from tests.browser.conftest import free_port, started
from tests.browser.test_score_films import grid_cell, opened, total, total_becomes

HAND = [path for path in sample_files() if "LH" in path.name][:1]
pytestmark = pytest.mark.skipif(not HAND, reason="the sample case is not installed")
MOVED = "Placed by a person and scored there: MCP 2."


def signed_in_the_browser(page: Any, name: str) -> None:
    page.get_by_placeholder("Reader", exact=True).fill(name)
    page.keyboard.press("Enter")
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Case reviewed").click()
    page.get_by_text(f"Reviewed by {name} on").wait_for()


def again(page: Any, address: str) -> None:
    """As a person comes back: the address, and the notice of a new session."""
    page.goto(address)
    page.get_by_role("button", name="I understand").click()


def test_an_unnamed_film_outlasts_reload_and_the_death_of_the_server(page: Any, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "server.log"
    address = f"http://127.0.0.1:{port}"
    with started(port, log) as first:
        opened(page, address)
        page.get_by_role("button", name="Add films").click()
        film = {"name": "IM00001", "mimeType": "application/octet-stream", "buffer": HAND[0].read_bytes()}
        page.locator("input[type=file]").set_input_files(film)
        page.get_by_role("button", name="Score these films").click()

        # One key confirms the side; a correction and a moved joint follow.
        page.get_by_text("Which side is this hand?").wait_for()
        page.locator(".stage").press("l")
        page.locator(".st-key-confirm_side").wait_for(state="detached")
        grid_cell(page, "MCP 2 erosion").click()
        ring = page.locator(".marks .chosen")
        ring.wait_for(state="attached")
        page.locator(".stage").press("5")
        page.get_by_role("button", name="MCP 2 erosion: 5, edited").wait_for()
        stage = page.locator(".stage").bounding_box()
        page.locator(".stage").press("m")
        at = [float(ring.get_attribute(which)) for which in ("cx", "cy")]
        page.mouse.click(stage["x"] + at[0] + 12, stage["y"] + at[1] + 6)
        page.get_by_text(MOVED).wait_for()
        page.wait_for_timeout(500)
        points = total(page)

        again(page, f"{address}/score_films")
        page.get_by_text(MOVED).wait_for()
        total_becomes(page, points)
        page.get_by_role("button", name="MCP 2 erosion: 5, edited").wait_for()
        signed_in_the_browser(page, "A. Bee")
        with page.expect_download() as download:
            page.get_by_role("button", name="PDF").click()
        assert download.value.suggested_filename == "unnamed.pdf"  # not a draft
        first.kill()
        first.wait()

    # Another server in its place: the case is in view again, signed; a change makes it a draft, which lasts too.
    with started(port, log):
        again(page, f"{address}/score_films")
        page.get_by_text("Reviewed by A. Bee on").wait_for()
        total_becomes(page, points)
        grid_cell(page, "MCP 2 erosion").click()
        page.locator(".marks .chosen").wait_for(state="attached")
        page.locator(".stage").press("3")
        total_becomes(page, points - 2)
        page.get_by_text("Draft: 0 of 1 films reviewed.").wait_for()

        page.get_by_role("button", name="Sample").click()
        page.get_by_role("heading", name="Case P0042").wait_for()
        again(page, f"{address}/cases")
        page.get_by_role("button", name="Open", exact=True).click()
        page.get_by_text("Draft: 0 of 1 films reviewed.").wait_for()
        total_becomes(page, points - 2)
        assert page.get_by_text(MOVED).count() == 1
