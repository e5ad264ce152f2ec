"""Sign-in against messages made by hand: no browser that keeps to what the pages offer."""

import json
import sqlite3
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from http.cookiejar import CookieJar
from urllib.parse import urlsplit

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from core.store import State, Store, Studies
from tests.browser.oidc_provider import Provider
from tests.browser.test_sign_in import ANN, BOB, CORA, EVE, hospital  # noqa: F401
from tests.load.films import films
from tests.load.visitor import Visitor

FRAME = {"button sign_in", "button sign_out", "connection_words"}  # stands round every page


def cookies_of(address: str, idp: Provider, email: str) -> Mapping[str, str]:
    """Sign in over HTTP alone: what the page sends to a browser is followed to the provider and back."""
    idp.email = email
    stranger = Visitor(urlsplit(address).port, "studies")
    stranger.press("sign_in")
    stranger.close()
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{address}{stranger.redirect}").close()
    return {cookie.name: cookie.value or "" for cookie in jar if cookie.name.startswith("_streamlit_user")}


def came(address: str, page: str, cookies: Mapping[str, str]) -> Visitor:
    visitor = Visitor(urlsplit(address).port, page, cookies=cookies)
    if "button understood" in visitor.elements:
        visitor.press("understood")
    return visitor


def test_no_message_opens_what_belongs_to_another(hospital: tuple[str, Provider], store_url: str) -> None:  # noqa: F811
    address, idp = hospital
    ann, bob, cora, eve = (cookies_of(address, idp, email) for email in (ANN, BOB, CORA, EVE))
    assert ann and len({str(each) for each in (ann, bob, cora, eve)}) == 4

    coordinator = came(address, "studies", cora)
    assert "button study_lock" in coordinator.elements
    agreement = came(address, "agreement", cora)
    assert agreement.hash != coordinator.hash and len(agreement.elements) > 1

    # A page that is not Ann's, asked for by its name and by the hash that a coordinator's browser knows.
    for page in (came(address, "agreement", ann), reader := came(address, "studies", ann)):
        page.hash = agreement.hash
        page.run()
        assert not (set(agreement.elements) - FRAME) & set(page.elements)

    # Buttons that Ann's page does not have, and a pass that is not offered to her.
    reader = came(address, "studies", ann)
    assert "button study_lock" not in reader.elements
    reader.run(
        WidgetState(id=coordinator.elements["checkbox study_sure"].id, bool_value=True),
        WidgetState(id=coordinator.elements["button study_lock"].id, trigger_value=True),
    )
    chosen = reader.elements["selectbox study_pass"].id
    reader.run(
        WidgetState(id=chosen, string_value=f"{BOB} · pass 1"),
        WidgetState(id=reader.elements["button study_read"].id, trigger_value=True),
    )
    studies = Studies(Store(store_url))
    assert studies.get("RA-1").state is State.OPEN
    studies.store.close()
    with closing(sqlite3.connect(store_url.removeprefix("sqlite:///"))) as database:
        said = [json.loads(entry) for (entry,) in database.execute("SELECT entry FROM log")]
    assert not [entry for entry in said if entry["who"] == BOB]

    # A case of Ann's is in no list of Bob's, and a message with the button of its row opens and deletes nothing.
    scores = came(address, "score_films", ann)
    scores.until(lambda: "film_viewer" in scores.elements)
    scores.score(films(1))
    scores.run()
    hers = came(address, "cases", ann)
    (opens,) = [element for name, element in hers.elements.items() if name.startswith("button open_")]
    (deletes,) = [element for name, element in hers.elements.items() if name.startswith("button sure_")]
    other = came(address, "cases", bob)
    assert not [name for name in other.elements if name.startswith("button open_")]
    for button in (opens, deletes):
        other.run(WidgetState(id=button.id, trigger_value=True))
        assert "film_viewer" not in other.elements
    assert [name for name in came(address, "cases", ann).elements if name.startswith("button open_")]

    # Nobody: without a role, without a cookie, with one that was signed by somebody else.
    nobody = [came(address, page, eve) for page in ("studies", "cases", "read_films")]
    forged = {name: value[:-6] + "AAAAAA" for name, value in cora.items()}
    nobody += [came(address, "studies", cookies) for cookies in ({}, forged)]
    for visitor in nobody:
        visitor.hash = coordinator.hash
        visitor.run(WidgetState(id=coordinator.elements["button study_lock"].id, trigger_value=True))
        assert set(visitor.elements) <= FRAME, visitor.elements.keys()


def test_a_page_elsewhere_cannot_speak_for_who_is_signed_in(hospital: tuple[str, Provider]) -> None:  # noqa: F811
    address, idp = hospital
    cookies = cookies_of(address, idp, ANN)
    with pytest.raises(InvalidStatus, match="403"):
        connect(
            f"ws://localhost:{urlsplit(address).port}/_stcore/stream",
            origin="http://evil.example",  # type: ignore[arg-type]
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
        )
