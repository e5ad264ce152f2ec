"""The inline components alone in a page, without server or networks: wheel, dragging, keys and what they send."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pages.widgets.progression.linked_films import HTML as LINKED_HTML
from pages.widgets.shared.inline_component import SHARED, script
from tests.browser.conftest import CHROMIUM

playwright = pytest.importorskip("playwright.sync_api")
if not CHROMIUM.exists():
    pytest.skip("Chromium is not installed", allow_module_level=True)
WIDGETS = SHARED.parent
Show = Callable[..., Any]
COLOURS = (
    ":root { --svh-E: 230 159 0; --svh-J: 86 180 233; } .stage, .pane { width: 400px !important; height: 400px"
    " !important; }"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.set_default_timeout(120_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def put(path: Path, data: dict[str, Any], html: str | None = None) -> Any:
        css = path.with_suffix(".css").read_text(encoding="utf-8")
        body = html or path.with_suffix(".html").read_text(encoding="utf-8")
        page.set_content(f"<style>{css} {COLOURS}</style><div id='parent'>{body}</div>")
        text = script(path).replace("export default function", "window.component = function")
        page.add_script_tag(content=text, type="module")
        page.wait_for_function("Boolean(window.component)")
        page.evaluate(
            "data => { window.sent = []; window.data = data; window.parent_ = document.getElementById('parent');"
            " window.say = (name, value) => window.sent.push(JSON.parse(JSON.stringify(value))); window.again ="
            " (change) => { Object.assign(window.data, change ?? {}); window.component({ data: window.data,"
            " parentElement: window.parent_, setStateValue: window.say, setTriggerValue: window.say }); };"
            " window.again(); }",
            data,
        )
        return page

    yield put
    page.close()
    assert not faults


def cell(points: int | None, maximum: int) -> dict[str, Any]:
    return {"points": points, "low": points, "high": points, "max": maximum, "edited": False, "why": ""}


def film_data() -> dict[str, Any]:
    joint = {
        "name": "MCP2",
        "label": "MCP 2, left",
        "x": 100,
        "y": 100,
        "J": cell(2, 4),
        "E": cell(None, 5) | {"why": "not clear"},
    }
    return {
        "acked": 0, "film": "a", "file": "a.png", "url": "data:,", "width": 200, "height": 200, "region": None,
        "joints": [joint],
        "parts": [], "joint": "", "damage": "J", "strip": [],
    }  # fmt: skip


def scale(page: Any, what: str) -> float:
    return float(page.eval_on_selector(what, "e => new DOMMatrix(getComputedStyle(e).transform).a"))


def test_the_film_viewer_zooms_selects_scores_and_loses_nothing(show: Show) -> None:
    page = show(WIDGETS / "score" / "film_viewer.js", film_data())
    fitted = scale(page, ".film")
    assert fitted == pytest.approx(2.0)
    box = page.locator(".stage").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 200)  # on the joint
    assert page.evaluate("sent.at(-1)") == [{"n": 1, "film": "a", "do": "select", "joint": "MCP2", "damage": "J"}]
    page.keyboard.press("3")
    page.keyboard.press("Tab")
    page.keyboard.press("x")
    assert [(a["n"], a["do"]) for a in page.evaluate("sent.at(-1)")] == [
        (1, "select"), (2, "points"), (3, "select"), (4, "not scorable"),
    ]  # fmt: skip
    page.evaluate("again({ acked: 3 })")
    page.keyboard.press("a")
    assert [a["n"] for a in page.evaluate("sent.at(-1)")] == [4, 5]
    page.mouse.move(box["x"] + 100, box["y"] + 300)
    before = page.eval_on_selector(
        ".film", "e => { const m = new DOMMatrix(getComputedStyle(e).transform); return (100 - m.e) / m.a }"
    )
    page.mouse.wheel(0, -400)
    page.wait_for_function("new DOMMatrix(getComputedStyle(document.querySelector('.film')).transform).a > 2.5")
    after = page.eval_on_selector(
        ".film", "e => { const m = new DOMMatrix(getComputedStyle(e).transform); return (100 - m.e) / m.a }"
    )
    assert after == pytest.approx(before, abs=0.1)  # the point under the pointer stays
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 200, steps=3)
    page.mouse.up()
    assert "brightness(1.4" in page.eval_on_selector(".film img", "e => e.style.filter")  # 100 px up: exp(0.4) = 1.49
    assert "erosion not clear" in page.eval_on_selector(".said", "e => e.textContent")


def reading_data(**more: Any) -> dict[str, Any]:
    rows = [
        {"site": f"mcp_{d}__2", "joint": "MCP2", "label": "MCP 2", "damage": d, "max": m, "sides": False}
        for d, m in (("E", 5), ("J", 4))
    ]
    film = {
        "key": "LH",
        "name": "Left hand",
        "url": "data:,",
        "width": 200,
        "height": 200,
        "at": {"MCP2": [100, 100]},
        "cells": rows,
    }
    return {
        "acked": 0, "sheet": "s1", "title": "Visit 1 of 1", "status": "blinded", "state": "blinded to the model",
        "last": True,
        "films": [film], "values": {}, "reasons": ["not on the film", "exposure"], **more,
    }  # fmt: skip


def test_the_reading_surface_sends_every_key_and_leaves_the_first_value_to_the_page(show: Show) -> None:
    page = show(WIDGETS / "read" / "reading_surface.js", reading_data())
    page.locator(".stage").focus()
    page.keyboard.press("3")
    assert page.locator(".now-value").inner_text() == "3"  # shown before the page has answered
    assert [(a["do"], a["points"]) for a in page.evaluate("sent.at(-1)")] == [("mark", 3)]
    values = {"LH mcp_E__2": {"text": "3", "first": "3", "model": "1"}}
    shown = json.dumps({"acked": 1, "status": "revealed", "state": "model shown", "values": values})
    page.evaluate(f"again({shown})")
    page.keyboard.press("5")
    assert page.locator("td .was").inner_text() == "was 3"  # what the reader gave blinded, while the store is asked
    assert page.evaluate("sent.at(-1).map(a => a.n)") == [2]
    zoomed = scale(page, ".film")
    page.mouse.move(200, 200)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        f"new DOMMatrix(getComputedStyle(document.querySelector('.film')).transform).a > {zoomed * 1.2}"
    )


def test_linked_films_zoom_together(show: Show) -> None:
    films = [{"title": t, "url": "data:,", "width": 100, "height": 200} for t in ("baseline", "month 12")]
    page = show(WIDGETS / "progression" / "linked_films.js", {"films": films}, LINKED_HTML)
    box = page.locator(".pane").first.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.wheel(0, -600)
    page.wait_for_function("Number(document.querySelectorAll('.pane')[1].dataset.zoom) > 1.5")
    zooms = page.eval_on_selector_all(".pane", "panes => panes.map(p => p.dataset.zoom)")
    assert zooms[0] == zooms[1]


def test_the_heat_viewer_zooms_and_keeps_the_film_in_its_window(show: Show) -> None:
    film = {"picture": "data:,", "truth": None, "ratio": 1}
    panels = [{"of": 0, "name": name, "map": "data:,", "note": ""} for name in ("Grad-CAM", "attention")]
    page = show(WIDGETS / "explain" / "heat_viewer.js", {"title": "MCP 2", "films": [film], "panels": panels})
    box = page.locator(".window").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.wheel(0, -600)
    page.wait_for_function("document.querySelector('.layers').style.transform.includes('scale(2.4')")
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 300, steps=3)
    page.mouse.up()
    moved = page.eval_on_selector_all(".layers", "all => all.map(e => e.style.transform)")
    assert moved[0] == moved[1] and moved[0].startswith("translate(0%, 0%)")  # no gap at the edge
