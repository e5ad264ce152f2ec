"""axe-core finds nothing of level A or AA on any page, in light and dark, on a desk and on a telephone."""

from typing import Any

import pytest

from pages.widgets.shared.sample_case import sample_files
from tests.browser.reading_by_keyboard import opened as reading_opened
from tests.browser.reading_by_keyboard import press, state
from tests.browser.test_score_films import grid_cell, opened

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.skipif(not sample_files(), reason="the sample case is not installed")
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
READY = {  # what is there once the page is whole
    "cases": "text=No cases yet",
    "explain": ".heat",
    "read_films": "text=Begin or resume",
    "studies": "text=New study",
    "agreement": ".js-plotly-plot",
    "progression": ".js-plotly-plot",
    "teaching": "text=Next case",
    "models": "h5",
}


def faults(page: Any) -> list[str]:
    """What axe finds on the page as it is: width, light or dark, rule, how often, and the first place."""
    found = []
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(500)  # colours fade over
            page.evaluate(axe.AXE_SCRIPT)
            answer = page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
            assert len(answer["passes"]) > 10, "axe looked at nothing"
            found += [
                f"{width} {scheme} {rule['id']} x{len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}"
                for rule in answer["violations"]
            ]
    return found


def test_score_with_a_joint_chosen(server: str, page: Any) -> None:
    opened(page, server)
    grid_cell(page, "MCP 2 erosion").click()
    page.locator(".marks .chosen").wait_for(state="attached")
    assert faults(page) == []


def test_read_while_a_hand_is_read(server: str, page: Any) -> None:
    reading_opened(page, server)
    press(page, "1", " ", "2", " ")
    state(page, "2 of 31 cells read")
    assert faults(page) == []


def test_every_other_page(server: str, page: Any) -> None:
    found = {}
    for name, ready in READY.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{server}/{name}")
        page.get_by_role("button", name="I understand").click()
        page.locator(".st-key-research_notice").wait_for(state="detached")
        page.locator(ready).first.wait_for()
        page.wait_for_timeout(1000)
        found |= {name: some} if (some := faults(page)) else {}
    assert found == {}
