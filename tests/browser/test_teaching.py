"""A class in real browsers: one teacher and three students in contexts of their own."""

import re
import time
from typing import Any

from tests.browser.conftest import PATIENCE_MS

TRIES_S = 120
NAMES = ("Ann", "Ben", "Cleo")


def opened(page: Any, address: str) -> None:
    page.goto(address, wait_until="commit")
    page.get_by_role("button", name="I understand").click()


def drawn(page: Any) -> None:
    """The page has been drawn to its end."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def give(row: Any, points: int) -> None:
    """Press until the button shows as chosen, as a person would: the row is drawn anew every few seconds."""
    deadline = time.monotonic() + TRIES_S
    button = row.get_by_role("button", name=str(points), exact=True)
    button.click()
    while not chosen(button):
        assert time.monotonic() < deadline, f"{points} points were never shown as chosen"
        button.click()


def chosen(button: Any) -> bool:
    """Whether the button comes to show as chosen within two seconds."""
    from playwright.sync_api import TimeoutError as TooLate  # there where a page is

    try:
        button.and_(button.page.locator("[kind=primary]")).wait_for(timeout=2000)
    except TooLate:
        return False
    return True


def test_a_class_answers_unseen_and_sees_all_answers_when_the_teacher_says(server: str, page: Any) -> None:
    opened(page, f"{server}/teaching")
    page.get_by_role("radio", name="Class").click()
    page.get_by_role("button", name="Open a class").click()
    heading = page.get_by_role("heading", name=re.compile("^[A-Z0-9]{6}$"))
    heading.wait_for()
    code = heading.inner_text().strip()
    page.get_by_text("Nobody has joined yet.").wait_for()

    students = []
    for name in NAMES:
        student = page.context.browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        student.set_default_timeout(PATIENCE_MS)
        opened(student, f"{server}/teaching?class={code}")
        student.get_by_role("textbox", name="Nickname").fill(name)
        student.get_by_role("button", name="Join", exact=True).click()
        student.get_by_role("button", name="Hand in").wait_for()
        students.append(student)
    page.get_by_text("Ann, Ben, Cleo").wait_for()

    for points, student in enumerate(students, start=1):
        for row in student.locator(".st-key-points_buttons .stHorizontalBlock").all():
            give(row, points)
        hand_in = student.get_by_role("button", name="Hand in")
        hand_in.and_(student.locator(":enabled")).click()
        student.get_by_text("Handed in.").wait_for()

    # Who reloads the browser keeps the seat, the teacher the class. A reload while the chart is fetched would count as
    # a fault.
    page.locator(".js-plotly-plot").first.wait_for()
    for reloaded in (page, students[0]):
        reloaded.reload(wait_until="domcontentloaded")
        reloaded.get_by_role("button", name="I understand").click()
    students[0].get_by_text("Handed in.").wait_for()
    heading.filter(has_text=code).wait_for()

    # The teacher sees the answers come in; the students see neither them nor the truth.
    answered = page.get_by_test_id("answered")
    answered.filter(has_text="3 of 3").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    for student in students:
        assert student.locator(".js-plotly-plot").count() == 0
        assert student.get_by_text("the truth is").count() == 0
        assert student.get_by_text("Outlined:").count() == 0

    page.get_by_role("button", name="Show answers and truth to all").click()
    for student in students:
        student.locator(".js-plotly-plot").first.wait_for()
        student.get_by_text("the truth is").first.wait_for()
        bars = student.locator(".js-plotly-plot").first.evaluate("p => Array.from(p._fullData[0].y)")
        assert bars[:4] == [0, 1, 1, 1] and sum(bars) == 3
        assert student.get_by_text("Ann").count() == 0 and student.get_by_text("Cleo").count() == 0
        assert student.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        student.context.close()
    assert page.faults == []


def test_a_joint_is_scored_by_keyboard_alone(server: str, page: Any) -> None:
    opened(page, f"{server}/teaching")
    check = page.get_by_role("button", name="Check")
    check.wait_for()
    rows, given = page.locator(".st-key-points_buttons .stHorizontalBlock"), page.locator("button[kind=primary]")
    for number in range(rows.count()):
        drawn(page)  # a shortcut listens only once its button has been drawn
        page.keyboard.press("1")
        page.locator(".st-key-points_buttons").locator(given).nth(number).wait_for()
    check.and_(page.locator(":enabled")).wait_for()
    drawn(page)
    page.keyboard.press("Enter")
    page.get_by_text("the truth is").first.wait_for()
    page.get_by_text("Outlined:").wait_for()
    assert page.faults == []
