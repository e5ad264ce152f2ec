"""The cookie of a browser: given once, with pages only, unreadable for scripts."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.server.browser_key import COOKIE
from pages.server.web_guard import WebGuard

APP = Starlette(
    routes=[Route("/", lambda _: HTMLResponse("<p>")), Route("/data", lambda _: JSONResponse({}))],
    middleware=[Middleware(WebGuard)],
)


def test_a_browser_gets_one_key_and_keeps_it() -> None:
    client = TestClient(APP, base_url="http://localhost")
    assert "set-cookie" not in client.get("/data").headers
    given = client.get("/").headers["set-cookie"]
    assert given.startswith(f"{COOKIE}=") and "HttpOnly" in given and "SameSite=Lax" in given and "Secure" not in given
    assert "set-cookie" not in client.get("/").headers
    assert client.cookies[COOKIE] != TestClient(APP, base_url="http://localhost").get("/").cookies[COOKIE]


def test_a_made_up_key_is_replaced_and_over_https_it_stays_there() -> None:
    client = TestClient(APP, base_url="https://localhost", cookies={COOKIE: "../../etc"})
    assert "Secure" in client.get("/").headers["set-cookie"]
