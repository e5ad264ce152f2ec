"""From a blinded reading by keyboard over one changed value to the page "Reader agreement" with both readers."""

from typing import Any

import pytest

from core.agreement import disagreements, study_of
from core.store import Store
from core.svh import HAND_EROSION, HAND_JSN, Reading
from core.svh.words import DAMAGE_WORD, joint_name
from pages.widgets.shared.sample_case import sample_files
from tests.browser.reading_by_keyboard import opened, press, reveal_change_and_complete, state

CELLS = len(HAND_EROSION) + len(HAND_JSN)
HEADER_PX, ROW_PX = 35, 35  # of Streamlit's tables

pytestmark = pytest.mark.skipif(not sample_files(), reason="the sample case is not installed")


def apart(one: Reading, other: Reading) -> float:
    """One total less the other, over the cells that both scored."""
    both = [(a, other.points.get(cell)) for cell, a in one.points.items()]
    return float(sum(a - b for a, b in both if a is not None and b is not None))


def bias_becomes(page: Any, value: float) -> None:
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    tile = page.get_by_test_id("stMetric").filter(has_text="Bias")
    tile.filter(has_text=f"{sign}{abs(value):.2f}").wait_for()


def test_a_hand_read_by_keyboard_stands_beside_the_model_in_the_agreement(
    server: str, page: Any, store_url: str
) -> None:
    opened(page, server)
    state(page, f"blinded to the model · 0 of {CELLS} cells read")
    for n in range(CELLS):
        press(page, str(n % 3), " ")
    state(page, f"{CELLS} of {CELLS} cells read")
    reveal_change_and_complete(page, store_url)

    store = Store(store_url)
    final, first = study_of(store.readings()), study_of(store.readings(first=True))
    store.close()
    ann, model = sorted(final.readers)
    assert ann == "Ann" and model.startswith("model ")
    visit = ("P0042", "one hand")

    page.get_by_role("link", name="Reader agreement").click()
    page.get_by_role("button", name="Case store").click()
    page.get_by_text("Reader agreement · case store").wait_for()
    page.get_by_text("1 patient, status").wait_for()
    assert page.get_by_text(model).first.is_visible()
    bias_becomes(page, apart(final.readings["Ann", *visit], final.readings[model, *visit]))

    page.get_by_role("tab", name="Disagreements").click()
    rows = disagreements(final, ("Ann", model))
    page.get_by_text(f"one hand: {joint_name(rows[0].site.joint)}", exact=True).wait_for()
    table = page.get_by_test_id("stDataFrame").filter(visible=True).first
    table.click(position={"x": 60, "y": HEADER_PX + 2.5 * ROW_PX})
    third = rows[2]
    told = (
        f"{joint_name(third.site.joint)} {DAMAGE_WORD[third.site.damage]}: Ann {third.first:g}, {model}"
        f" {third.second:g}"
    )
    page.get_by_text(told).wait_for()
    page.get_by_text(f"one hand: {joint_name(third.site.joint)}", exact=True).wait_for()

    page.get_by_role("radio", name="Before the model").click()
    page.get_by_text("Given blinded").wait_for()
    bias_becomes(page, apart(first.readings["Ann", *visit], first.readings[model, *visit]))
    assert page.faults == []
