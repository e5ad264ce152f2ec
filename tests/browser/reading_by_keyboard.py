"""What a reader does on the page "Read": opens it and presses keys."""

from typing import Any

from core.store import Store
from tests.browser.conftest import until


def press(page: Any, *keys: str) -> None:
    """Keys one after the other, as fast as they go."""
    for key in keys:
        page.keyboard.press(key)


def state(page: Any, words: str) -> None:
    """Wait until the line above the film says this."""
    page.get_by_test_id("reading-state").get_by_text(words).wait_for()


def opened(page: Any, address: str) -> None:
    """To the surface without a mouse: the notice, then the reader's name, Enter."""
    page.goto(f"{address}/read_films")
    page.get_by_role("button", name="I understand").press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Begin or resume").wait_for()  # before it is there Enter submits nothing
    page.get_by_label("Reader", exact=True).fill("Ann")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.activeElement?.shadowRoot?.activeElement?.classList.contains('stage')"
        " || document.activeElement?.classList.contains('stage')",
    )


def stored_readings(url: str) -> int:
    """How many complete readings the store holds, those of models among them."""
    store = Store(url)
    try:
        return len(store.readings())
    finally:
        store.close()


def reveal_change_and_complete(page: Any, store_url: str) -> None:
    """Show the model, give the last cell read, the radiocarpal joint, 4 points, and close the reading."""
    press(page, "Enter")
    state(page, "model shown")
    page.locator("td .model").first.wait_for()
    assert page.locator(".now-name").inner_text() == "Radiocarpal"  # the last cell read is still in view
    press(page, "4")
    page.locator("td[data-name='Radiocarpal JSN'] .was").wait_for()
    press(page, "Enter")
    state(page, "complete")
    until(page, lambda: stored_readings(store_url) == 2)  # the reader's and the model's
