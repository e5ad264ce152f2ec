"""The page "Read" without a browser: the desk that takes what the surface sends, and the page round it."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.model_reader.case import Case
from core.reading_desk import Desk
from core.store import Order, Status, Store
from core.svh import SITE_BY_SUFFIX, SITES, Limb, Reading, Side
from pages.widgets.read.model_beside import ask_model
from pages.widgets.read.reading_actions import take
from pages.widgets.read.reading_surface import surface_data
from pages.widgets.shared.case_steps import case_films
from pages.widgets.shared.reading_lists import (
    ONE_HAND,
    SAMPLES,
    list_names,
    listed_visits,
    phantom_films,
)
from tests.core.model_reader.test_case import radiograph
from tests.pages.page_runs import ROOT, opened_page
from tests.pages.stub_reader import EROSION, StubReader

EROSION_2 = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])
TOE = (Side.R, SITE_BY_SUFFIX["mtp_E__1"])
URLS = {"LH": "x", "RF": "y"}


@pytest.fixture(autouse=True)
def store_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "data" / "store.sqlite"
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{file}")
    return file


def visit_films():
    films = (radiograph("l", Limb.HAND, Side.L), radiograph("r", Limb.FOOT, Side.R))
    case = Case("P1", case_films(films, StubReader().read_visit(films, patient="P1").films))
    return listed_visits("Films of the Score page", Store(), case, "P1", "month 6")


def new_desk(reader: str = "Ann", order: Order = Order.BLINDED) -> Desk:
    return opened(Desk(reader, order, "list", visit_films(), Store(), ask_model))


def opened(desk: Desk) -> Desk:
    desk.open_visit()
    return desk


def unread(desk: Desk) -> int:
    cells = [(film.side, site) for film in desk.sheet.films for site in SITES[film.limb]]
    return sum(desk.sheet.values.mark(cell) is None for cell in cells)


def send(desk: Desk, *actions: dict[str, object]) -> None:
    outbox = [{"n": desk.acked + 1 + n, "sheet": desk.sheet.key, **action} for n, action in enumerate(actions)]
    take(desk, outbox)
    take(desk, outbox)  # the browser sends again what it saw no answer to


def points(n: int, site: str = "mcp_E__2", film: str = "LH", **more: object) -> dict[str, object]:
    return {"do": "mark", "film": film, "site": site, "points": n, **more}


def test_the_screen_hears_of_the_model_after_the_reveal_and_what_is_sent_twice_is_done_once(
    stub: None,
) -> None:
    desk = new_desk()
    send(desk, points(3, spent={"LH": 900}), points(4, spent={"LH": 600}))
    send(desk, {"do": "mark", "film": "RF", "site": "mtp_E__1", "sides": [5, 2]})
    assert not any("model" in value for value in surface_data(desk, URLS)["values"].values())
    send(desk, {"do": "accept", "film": "LH", "site": "mcp_E__2"})  # nothing to accept while blinded
    send(desk, {"do": "reveal"})
    assert surface_data(desk, URLS)["values"]["LH mcp_E__2"] == {"text": "4", "first": "4", "model": str(EROSION)}
    send(desk, {"do": "accept", "film": "LH", "site": "mcp_E__2"}, {"do": "complete"}, points(5))
    assert Store().readings()["Ann", "P1", "month 6"] == Reading({EROSION_2: EROSION, TOE: 7})
    assert desk.sheet.spent_ms == {(Limb.HAND, Side.L): 1500}


def test_the_next_visit_is_reached_by_its_key(stub: None) -> None:
    desk = opened(Desk("Ann", Order.CHRONOLOGICAL, "list", 2 * visit_films(), Store(), ask_model))
    send(desk, {"do": "next visit"})
    assert desk.at == 1


def test_a_cell_that_is_taken_back_after_the_reveal_keeps_its_blinded_value(stub: None) -> None:
    desk = new_desk()
    send(desk, points(3), {"do": "reveal"}, {"do": "mark", "film": "LH", "site": "mcp_E__2", "clear": True}, points(5))
    assert surface_data(desk, URLS)["values"]["LH mcp_E__2"]["first"] == "3"  # not "unread", as the screen said
    assert Store().readings(first=True, unfinished=True)["Ann", "P1", "month 6"] == Reading({EROSION_2: 3})


def test_a_reader_comes_back_to_where_he_left(stub: None) -> None:
    send(new_desk(), points(3), {"do": "mark", "film": "LH", "site": "mcp_J__2", "reason": 2})
    again = new_desk()
    assert (again.sheet.values.status, unread(again)) == (Status.BLINDED, 31 + 12 - 2)
    values = surface_data(again, URLS)["values"]
    assert values["LH mcp_E__2"]["text"] == "3" and values["LH mcp_J__2"]["text"] == "NS: exposure"
    assert unread(new_desk("Ben")) == 31 + 12  # another reader sees nothing of it


@pytest.mark.parametrize(
    "action",
    [
        points(6), points(-1), points(2, film="RH"), points(2, site="mtp_E__1"), points(2, site="knee"), {"do": "mark"},
        {"do": "mark", "film": "RF", "site": "mtp_E__1", "sides": [6, 0]},
        {"do": "mark", "film": "RF", "site": "mtp_E__1", "sides": "x"},
        {"do": "mark", "film": "LH", "site": "mcp_E__2", "reason": 99}, {"do": "complete"}, {"do": "explode"},
        points(None),
        {"do": "mark", "film": "LH", "site": "mcp_E__2", "reason": -1}, points(True), points(2.5), points([1]),
        points(float("inf")),
        {"do": "mark", "film": "LH", "site": "mcp_E__2", "reason": float("nan")},
        {"do": "mark", "film": "LH", "site": ["mcp_E__2"], "points": 1},
        {"do": "mark", "film": "RF", "site": "mtp_E__1", "sides": [True, 0]},
        {"do": "mark", "film": "RF", "site": "mtp_E__1", "sides": {"a": 1}},
        {"do": "mark", "film": "LH", "site": "mcp_E__2", "points": {}, "spent": {"LH": True}}, {"do": ["reveal"]},
        {"do": "mark", "film": {}},
        {"do": "mark", "film": "LH", "site": "mcp_E__2", "points": "high", "spent": {"LH": "long", "ZZ": 5}},
    ],
)  # fmt: skip
def test_what_a_browser_makes_up_changes_nothing(stub: None, action: dict[str, object]) -> None:
    desk = new_desk()
    send(desk, action)
    assert desk.sheet.values.cells == {} and desk.sheet.spent_ms == {} and desk.sheet.values.status is Status.BLINDED


def test_phantom_visits_come_from_their_seed_and_can_be_read() -> None:
    films = phantom_films(7101, 1)
    assert [film.key for film in films] == ["LH", "RH", "LF", "RF"]
    for film in films:
        assert {site.joint for site in SITES[film.limb]} <= set(film.joints)
    phantom_films.clear()
    assert [f.radiograph.sha256 for f in phantom_films(7101, 1)] == [f.radiograph.sha256 for f in films]


def read_page() -> AppTest:
    app = opened_page()
    app.switch_page(str(ROOT / "pages" / "read_films.py"))
    return app.run()


def test_the_page_offers_the_samples_and_creates_no_store_before_one_begins(
    stub: None, sample_folder: Path, store_file: Path
) -> None:
    page = read_page()
    assert not page.exception
    assert page.selectbox(key="read_list").options[:2] == [ONE_HAND, SAMPLES] == list_names(None)[:2]
    assert not store_file.parent.exists()
    page.button[-1].click().run()
    assert not page.exception and store_file.exists()
    desk = page.session_state["desk"]
    assert (desk.reader, unread(desk), [f.key for f in desk.sheet.films]) == ("Reader 1", 31, ["LH"])
    assert [(v.patient, v.label) for v in Store().visits()] == [("P0042", "one hand")]
    page.button(key="leave_desk").click().run()
    assert not page.exception and page.selectbox(key="read_list")


def test_an_empty_store_is_no_dead_end(stub: None, sample_folder: Path) -> None:
    page = read_page()
    page.selectbox(key="read_list").select("The store").run()
    page.button[-1].click().run()
    assert "no visits yet" in page.warning[0].value


def test_a_store_that_cannot_be_written_is_one_banner(stub: None, sample_folder: Path, store_file: Path) -> None:
    store_file.parent.write_text("a file where the folder should be")
    page = read_page()
    page.button[-1].click().run()
    assert not page.exception
    assert len(page.warning) == 1 and "Not saved" in page.warning[0].value
    assert unread(page.session_state["desk"]) == 31
