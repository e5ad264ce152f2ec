"""The page "Progression" in a browser: both films zoom together."""

from typing import Any

from tests.browser.conftest import until


def test_zooming_one_film_zooms_the_other(server: str, page: Any) -> None:
    page.goto(f"{server}/progression")
    page.get_by_text("I understand").click()
    pane = page.locator(".pane")
    pane.nth(1).wait_for()
    pane.first.scroll_into_view_if_needed()
    box = pane.first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    page.mouse.wheel(0, -700)

    def zooms() -> set[float]:
        return {float(each.get_attribute("data-zoom")) for each in pane.all()}

    until(page, lambda: len(zooms()) == 1 and min(zooms()) > 2)
    assert page.faults == []
