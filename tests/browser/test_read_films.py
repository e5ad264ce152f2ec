"""The page "Read" in a real browser: one hand read blinded by keyboard alone, revealed, changed, and found page."""

from typing import Any

import pytest

from core.store import Order, Status, Store, verify
from core.svh import HAND_EROSION, HAND_JSN, SITE_BY_SUFFIX, Side
from pages.widgets.shared.sample_case import sample_files
from tests.browser.conftest import until
from tests.browser.reading_by_keyboard import opened, press, reveal_change_and_complete, state

NARROWED = (Side.L, SITE_BY_SUFFIX["wrist_J__radcar"])

pytestmark = pytest.mark.skipif(not sample_files(), reason="the sample case is not installed")


def stored(url: str) -> Any:
    store = Store(url)
    try:
        visit = store.visits()[0]
        return store.begin(visit, "Ann", order=Order.BLINDED, list_name="", request="look")
    finally:
        store.close()


def test_one_hand_is_read_blinded_by_keyboard_revealed_changed_and_resumed(
    server: str, page: Any, store_url: str
) -> None:
    opened(page, server)
    state(page, "blinded to the model · 0 of 31 cells read")
    assert page.locator("td .model").count() == 0

    # Ten cells, one not scorable, typed as fast as the keyboard goes; then the window is closed.
    for n in range(9):
        press(page, str(n % 4), " ")
    press(page, "x", "3", " ")
    state(page, "10 of 31 cells read")
    until(page, lambda: len(stored(store_url).values.cells) == 10)
    page.goto("about:blank")
    kept = stored(store_url)
    assert (len(kept.values.cells), kept.values.status) == (10, Status.BLINDED)
    texts = sorted(cell.final.text for cell in kept.values.cells.values())
    assert texts == ["0", "0", "0", "1", "1", "2", "2", "3", "3", "NS: exposure"]

    # Resume in a new session, read to the end.
    opened(page, server)
    state(page, "10 of 31 cells read")
    for _ in range(21):
        press(page, "1", " ")
    state(page, "31 of 31 cells read")
    assert page.locator("td .model").count() == 0

    reveal_change_and_complete(page, store_url)

    store = Store(store_url)
    assert verify(store.connection).faults == ()
    key = ("Ann", "P0042", "one hand")
    first, final = store.readings(first=True)[key], store.readings()[key]
    assert set(final.points) == {(Side.L, site) for site in HAND_EROSION + HAND_JSN}
    assert (first.points[NARROWED], final.points[NARROWED]) == (1, 4)
    assert final.svh == first.svh + 3
    assert {reader.split()[0] for reader, _, _ in store.readings()} == {"Ann", "model"}
    assert sum(stored(store_url).spent_ms.values()) > 1000
    store.close()
    assert page.faults == []
