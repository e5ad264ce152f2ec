"""The page "Explain" in a real browser: sample, joint, two maps, opacity, another output, download."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pages.widgets.shared.sample_case import sample_files

pytestmark = pytest.mark.skipif(not sample_files(), reason="the sample case is not installed")


def test_from_the_sample_to_two_maps_and_a_picture(server: str, page: Any, tmp_path: Path) -> None:
    page.goto(f"{server}/explain")
    page.get_by_role("button", name="I understand").click()
    page.locator(".panel").nth(2).wait_for()
    page.get_by_role("combobox", name="Joint").click()
    page.get_by_role("option", name="MCP 2").click()
    page.get_by_text("MCP 2 erosion").first.wait_for()
    captions = page.locator(".panel figcaption b").all_inner_texts()
    assert captions == ["Close-up", "Attention", "Grad-CAM"]

    page.locator(".opacity").fill("80")
    assert page.locator(".panel .map").nth(1).evaluate("i => i.style.opacity") == "0.8"
    page.get_by_role("button", name="Zoom in").click()
    moves = {page.locator(".layers").nth(n).get_attribute("style") for n in range(3)}
    assert len(moves) == 1 and "scale(1.4)" in moves.pop()

    before = page.locator(".panel .map").nth(1).get_attribute("src")
    page.get_by_role("radio", name="PIP", exact=True).click()
    page.get_by_text("output PIP").first.wait_for()
    page.wait_for_function(
        "old => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelectorAll('.panel .map')[1]?.src !=="
        " old && e.shadowRoot?.querySelector('.panel'))",
        arg=before,
    )
    assert page.locator(".panel .map").nth(1).evaluate("i => i.style.opacity") == "0.8"  # kept, as the zoom is
    assert "scale(1.4)" in page.locator(".layers").nth(1).get_attribute("style")

    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download figure").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "explain-MCP2-erosion.png" and Image.open(saved).width == 3 * 360
    assert page.faults == []


def test_on_a_telephone_nothing_sticks_out(server: str, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/explain")
    page.get_by_role("button", name="I understand").click()
    page.locator(".panel").nth(2).wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
