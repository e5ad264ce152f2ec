"""Cases on the pages: a reload, a second tab and a new server find the case; the work list opens and deletes it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.cases import Cases
from core.model_reader.review import CaseStatus
from core.svh import SITE_BY_SUFFIX
from pages.server import accounts
from pages.widgets.score.prior_visit import beside
from pages.widgets.score.score_grid import grid_rows
from pages.widgets.shared import kept_cases
from pages.widgets.shared.session_store import open_store
from tests.core.radiograph import films
from tests.pages.page_runs import opened_page
from tests.pages.test_score_films import shown_total, words

SITE = SITE_BY_SUFFIX["mcp_E__2"]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The key of the browser that the page runs for; another one is another browser."""
    held = {"key": "k" * 32}
    monkeypatch.setattr(kept_cases, "browser_key", lambda: held["key"])
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'store' / 'store.sqlite'}")
    return held


def test_a_reload_brings_the_case_back_with_every_correction(
    page_with: Callable[..., AppTest], key: dict[str, str]
) -> None:
    page = page_with(**{"A-LH": 1, "unnamed": 2})
    case = page.session_state["case"]
    case.set_points(case.films[0].key, SITE, 5)
    page.run()
    page.button("confirm_R").click().run() if any(b.key == "confirm_R" for b in page.button) else None
    total = shown_total(page)
    again = opened_page()
    assert not again.exception and shown_total(again) == total
    assert again.session_state["case"].id == case.id and again.session_state["case"].changes == case.changes
    key["key"] = "o" * 32
    other = opened_page()
    assert "sample" in words(other) and other.session_state["case"].id != case.id


def test_a_second_tab_sees_what_the_first_one_changed(page_with: Callable[..., AppTest]) -> None:
    first = page_with(**{"A-LH": 1})
    second = opened_page()
    case = first.session_state["case"]
    case.set_points(case.films[0].key, SITE, 5)
    first.run()
    second.run()
    assert shown_total(second) == shown_total(first) == 46 + 4


def test_the_sample_button_leaves_the_case_in_the_work_list_and_one_click_opens_it(
    page_with: Callable[..., AppTest],
) -> None:
    page = page_with(**{"A-LH": 1})
    case = page.session_state["case"]
    page.button("sample").click().run()
    assert "sample" in words(opened_page())  # a reload does not bring it back
    page.switch_page("cases.py").run()
    assert not page.exception and "1 of 1 case," in words(page)
    page.button(f"open_{case.id}").click().run()
    assert not page.exception and page.session_state["case"].id == case.id


def test_the_work_list_is_searched_by_id_and_status_and_deletes_with_a_reason(
    page_with: Callable[..., AppTest],
) -> None:
    page = page_with(**{"A-LH": 1})
    case = page.session_state["case"]
    case.patient = "UAB-017"
    page.run()
    page.switch_page("cases.py").run()
    page.text_input("case_search").set_value("uab-018").run()
    assert "0 of 1 case," in words(page)
    page.text_input("case_search").set_value("uab-017").run()
    page.button_group("case_status").set_value(CaseStatus.REVIEWED).run()
    assert "0 of 1 case," in words(page)
    page.button_group("case_status").set_value(CaseStatus.SCORED).run()
    page.button(f"sure_{case.id}").click().run()
    assert not page.exception and "Say why" in words(page)
    page.text_input(f"reason_{case.id}").set_value("test films").run()
    page.button(f"sure_{case.id}").click().run()
    assert not page.exception and "No cases yet" in words(page)
    assert "case" not in page.session_state


def test_without_cookies_or_with_a_wrong_address_the_page_works_and_says_that_nothing_is_kept(
    page_with: Callable[..., AppTest], key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVH_STORE_URL", "mysql://nowhere")
    page = page_with(**{"A-LH": 1})
    assert not page.exception and "This case is not kept" in words(page) and shown_total(page) == 46
    page.switch_page("cases.py").run()
    assert not page.exception and "SQLite or PostgreSQL" in words(page)
    key["key"] = ""
    page.run()
    assert not page.exception and "takes no cookies" in words(page)


class _User:
    """Who signed in, in the place of `st.user`."""

    is_logged_in = True

    def __init__(self, email: str) -> None:
        self._email = email

    def to_dict(self) -> dict[str, str]:
        return {"email": self._email}


def test_where_readers_sign_in_a_case_is_the_accounts_at_any_computer_and_it_signs_as_itself(
    page_with: Callable[..., AppTest], key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = "ann@clinic.example", "bob@clinic.example"
    secrets = {"auth": {"client_id": "svh"}, "roles": {"reader": [ann, bob]}}
    monkeypatch.setattr(accounts, "_secrets", secrets.__getitem__)
    monkeypatch.setattr(accounts, "_provider_named", lambda: True)
    monkeypatch.setattr(accounts.st, "user", _User(ann))
    page = page_with(**{"A-LH": 1})
    case = page.session_state["case"]
    field = next(each for each in page.text_input if each.label == "Reader")
    assert field.disabled and field.value == ann
    field.proto.disabled = False  # as a hand-made message does
    field.set_value(bob)
    page.button("sign_case").click().run()
    assert not page.exception and (case.reader, case.review().name) == (ann, ann)

    key["key"] = "o" * 32  # another computer
    again = opened_page()
    assert again.session_state["case"].id == case.id
    assert "Only your account opens them" in words(again.switch_page("cases.py").run())
    monkeypatch.setattr(accounts.st, "user", _User(bob))
    key["key"] = "k" * 32  # Bob at Ann's computer
    other = opened_page()
    assert other.session_state["case"].id != case.id and "sample" in words(other)
    other.switch_page("cases.py").run()
    assert "No cases yet" in words(other)


def two_studies() -> dict[str, bytes]:
    """Three films of two patients, as DICOM files of a disc without names."""
    made = {}
    for number, patient in enumerate(("Q1", "Q2", "Q2")):
        values = (films.grey() // 2 + 40 * number).astype("uint16")
        made[f"unnamed{number}"] = films.dicom(values, PatientID=patient, StudyInstanceUID=f"1.2.{patient[1]}")
    return made


def test_a_disc_with_two_studies_is_two_cases(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**two_studies())
    case = page.session_state["case"]
    assert not page.exception and (len(case.films), case.visit_name) == (2, "study 1 of 2")
    assert "are of 2 patients or days, a case each" in words(page)
    page.switch_page("cases.py").run()
    assert "2 of 2 cases" in words(page) and "Q1" not in words(page)
    (other,) = [b.key for b in page.button if b.key.startswith("open_") and b.key != f"open_{case.id}"]
    page.button(other).click().run()
    assert not page.exception and len(page.session_state["case"].films) == 1
    assert opened_page().session_state["case"].visit_name == "study 2 of 2"


def test_without_cookies_the_other_studies_are_said_to_be_missing(
    page_with: Callable[..., AppTest], key: dict[str, str]
) -> None:
    key["key"] = ""
    page = page_with(**two_studies())
    assert not page.exception and "send the others by themselves" in words(page)


def test_another_visit_of_the_patient_is_shown_beside_with_the_change_of_every_site(
    page_with: Callable[..., AppTest],
) -> None:
    page = page_with(**{"A-LH": 1})
    before = page.session_state["case"]
    before.patient, before.visit_name = "UAB-017", "month 0"
    before.set_points(before.films[0].key, SITE, 3)
    page.run()
    page = page_with(**{"B-LH": 2})
    case = page.session_state["case"]
    assert case.id != before.id and not page.get("selectbox")  # unnamed: no other visit is known to be of this patient
    case.patient, case.visit_name = "UAB-017", "month 6"
    case.set_points(case.films[0].key, SITE, 5)
    page.run()
    choice = page.selectbox(f"prior_{case.id}")
    assert choice.value is None and len(choice.options) == 1 and choice.options[0].startswith("month 0")
    choice.set_value(before.id).run()
    assert not page.exception
    # The stub gives every erosion 1: the site went from 3 to 5, nothing else changed, 31 sites of a hand are on both.
    said = next(caption.value for caption in page.caption if caption.value.startswith("From month 0"))
    assert "SvH +2 (48 to 50), erosion +2, JSN +0, over 31 sites scored at both." in said
    film = case.shown
    its = beside(before, case.edited(film))
    assert its is not None
    rows = grid_rows(case, film, case.edited(film), its[1])
    changed = {r["name"]: r["E"]["points"] - r["E"]["before"] for r in rows if "E" in r}
    assert changed.pop("MCP2") == 2 and set(changed.values()) == {0}
    # A reload shows this visit, not the other.
    assert Cases(open_store().connection.cases, "k" * 32).current() == case.id
