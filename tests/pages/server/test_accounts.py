"""Who may do what: by roles in the secrets; nobody reads under another's name, nothing is open to a network."""

from pathlib import Path

import pytest
import streamlit as st
from starlette.datastructures import Headers
from streamlit.testing.v1 import AppTest

from core.store import Store, Studies
from core.studies.importing import import_study
from core.studies.plan import plan_study
from pages.server import accounts
from pages.server.accounts import Access, Role, access, access_of
from pages.server.unknown_page import unknown_page
from pages.widgets.read import reading_setup
from pages.widgets.studies import running
from tests.core.batch.stub import StubReader
from tests.core.store.conftest import postgres, url  # noqa: F401
from tests.core.studies.test_import import folder
from tests.pages.page_runs import ROOT

ROLES = {"reader": ["Ann@Clinic.example", "bob@clinic.example"], "coordinator": ["cora@clinic.example"]}


@pytest.mark.parametrize(
    ("claims", "roles", "name"),
    [
        ({"email": "ann@clinic.example", "email_verified": True}, {Role.READER}, "ann@clinic.example"),
        ({"email": "cora@clinic.example"}, {Role.COORDINATOR}, "cora@clinic.example"),
        ({"email": "eve@clinic.example"}, set(), "eve@clinic.example"),
        ({"email": "ann@clinic.example", "email_verified": False}, set(), ""),
        ({"name": "ann@clinic.example"}, set(), ""),
        ({}, set(), ""),
    ],
)
def test_roles_come_from_the_secrets_by_a_verified_claim(claims: dict, roles: set, name: str) -> None:
    assert access_of(claims, ROLES) == Access(frozenset(roles), name)


def test_another_claim_can_name_accounts() -> None:
    assert access_of({"sub": "77", "email": "x@y"}, {"claim": "sub", "admin": ["77"]}).may(Role.READER)


@pytest.mark.parametrize(
    ("address", "open_"), [("localhost", True), ("127.0.0.1", True), ("0.0.0.0", False), ("", False)]
)
def test_without_sign_in_readings_are_open_on_the_loopback_address_alone(
    address: str, open_: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: address)
    monkeypatch.setattr(accounts, "sign_in_configured", lambda: False)
    assert access().may(Role.READER) is open_ and access().may(Role.COORDINATOR) is open_
    assert access().may(Role.TEACHER) and access().name == ""


@pytest.mark.parametrize(
    ("address", "words"), [("localhost", "answers this computer alone"), ("0.0.0.0", "pages with readings are off")]
)
def test_without_sign_in_the_notice_says_what_that_means(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else real(name))
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60).run()
    assert not app.exception and app.button(key="understood")
    assert words in "\n".join(str(each.value) for each in (*app.markdown, *app.caption))


@pytest.fixture
def studies(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studies:  # noqa: F811
    monkeypatch.setenv("SVH_STORE_URL", url)
    made = Studies(Store(url))
    plan = plan_study([folder(tmp_path / "source", patients=1)])
    for _ in import_study(made, plan, StubReader(), name="RA-1", seed=3):
        pass
    for reader in ("ann@clinic.example", "bob@clinic.example"):
        made.assign("RA-1", reader)
    return made


def test_a_reader_sees_the_own_pass_alone_and_a_coordinator_none(
    studies: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {}
    for name, role in (("ann@clinic.example", Role.READER), ("cora@clinic.example", Role.COORDINATOR)):
        who = Access(frozenset({role}), name)
        monkeypatch.setattr(accounts, "access", lambda who=who: who)
        monkeypatch.setattr(running, "access", lambda who=who: who)
        app = AppTest.from_file(str(ROOT / "pages" / "studies.py"), default_timeout=60).run()
        assert not app.exception
        shown[role] = ([box.options for box in app.selectbox if box.key == "study_pass"], [b.label for b in app.button])
    assert shown[Role.READER][0] == [["ann@clinic.example · pass 1"]]
    assert "Lock the study" not in shown[Role.READER][1] and "Assign" not in shown[Role.READER][1]
    assert shown[Role.COORDINATOR][0] == [] and "Lock the study" in shown[Role.COORDINATOR][1]


def test_a_name_that_a_browser_sends_is_not_taken_for_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stub: None, sample_folder: Path
) -> None:
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    who = Access(frozenset({Role.READER}), "ann@clinic.example")
    monkeypatch.setattr(reading_setup, "access", lambda: who)
    app = AppTest.from_file(str(ROOT / "pages" / "read_films.py"), default_timeout=60).run()
    field = next(each for each in app.text_input if each.label == "Reader")
    assert field.disabled
    field.proto.disabled = False  # as a hand-made message does
    field.set_value("bob@clinic.example")
    next(each for each in app.button if each.label == "Begin or resume").click().run()
    assert not app.exception and app.session_state["desk"].reader == "ann@clinic.example"


def test_the_way_back_from_the_provider_is_no_unknown_page() -> None:
    asked = Headers({"accept": "text/html"})
    assert unknown_page("/oauth2callback", "", asked) is None
    assert unknown_page("/svh/oauth2callback", "svh", asked) is None
    assert unknown_page("/no_such_page", "", asked) is not None
