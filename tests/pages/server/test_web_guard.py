"""What stands in front of Streamlit: names of the server, headers, room for uploads."""

import asyncio
import json
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.server import limits, web_guard
from pages.server.web_guard import WebGuard

ROOM = "/_stcore/upload_file/mine/"


async def page(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("a page")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    allowed = ["localhost", "svh.hospital.example"]
    monkeypatch.setattr(
        "streamlit.web.server.starlette.starlette_websocket.config.get_option",
        lambda name: {"server.allowedHosts": allowed}[name],
    )
    monkeypatch.setattr(web_guard, "_uploads", dict)
    routes = [Route("/{path:path}", page, methods=["GET", "PUT"]), WebSocketRoute("/_stcore/stream", stream)]
    app = Starlette(routes=routes[::-1], middleware=[Middleware(WebGuard)])
    return TestClient(app, base_url="http://localhost:8501")


def test_a_foreign_name_gets_neither_page_nor_stream_even_with_the_origin_of_that_name(client: TestClient) -> None:
    assert client.get("/").text == "a page"
    assert client.get("/film/a/b", headers={"Host": "SVH.hospital.example:443"}).status_code == 200
    foreign = {"Host": "evil.example:8501", "Origin": "http://evil.example:8501"}
    answer = client.get("/", headers=foreign)
    assert answer.status_code == 400 and "allowedHosts" in answer.text
    with client.websocket_connect("/_stcore/stream", headers={"Host": "localhost"}) as socket:
        assert socket.receive_text() == "in"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=foreign) as socket:
        socket.receive_text()


def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(client: TestClient) -> None:
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'" and policy["default-src"] == "'self'"
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(policy["script-src"].split())
    assert "http" not in headers["Content-Security-Policy"]


class _Long:
    """Stands for many bytes."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size


def held(**sizes: list[int]) -> Mapping[str, Mapping[str, object]]:
    return {
        session: {str(n): SimpleNamespace(data=_Long(size)) for n, size in enumerate(all_)}
        for session, all_ in sizes.items()
    }


@pytest.mark.parametrize(
    ("uploads", "words"),
    [
        ({"mine": [1] * limits.UPLOAD_FILES}, f"{limits.UPLOAD_FILES} files at once"),
        ({"mine": [limits.UPLOAD_BYTES - 2]}, "250 MB at once"),
        ({"a": [limits.UPLOAD_BYTES], "b": [limits.UPLOAD_BYTES - 2]}, "as many files as it can"),
    ],
)
def test_an_upload_without_room_is_refused_before_it_is_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, uploads: dict[str, list[int]], words: str
) -> None:
    assert client.put(ROOM + "1", content=b"film").status_code == 200
    monkeypatch.setattr(web_guard, "_uploads", lambda: held(**uploads))
    answer = client.put(ROOM + "1", content=b"film")
    assert answer.status_code == 413 and words in answer.text


def test_uploads_on_their_way_count_and_are_forgotten_when_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_guard, "_uploads", dict)
    inside: list[int] = []

    async def body() -> None:
        raise ConnectionError

    async def app(scope: dict, receive: object, send: object) -> None:
        inside.append(guard._coming["mine"])
        if len(inside) < 3:
            await put()
        raise ConnectionError

    async def send(message: dict) -> None:
        sent.append(message)

    async def put() -> None:
        scope = {"type": "http", "method": "PUT", "path": ROOM + "1", "headers": headers}
        with pytest.raises(ConnectionError):
            await guard(scope, body, send)

    headers = [(b"host", b"localhost"), (b"content-length", str(limits.UPLOAD_BYTES // 3).encode())]
    sent: list[dict] = []
    guard = WebGuard(app)
    asyncio.run(put())
    assert inside == [(limits.UPLOAD_BYTES // 3) * n for n in (1, 2, 3)] and not guard._coming


def test_an_upload_of_unknown_length_is_refused(client: TestClient) -> None:
    assert client.put(ROOM + "1", content=iter([b"fi", b"lm"])).status_code == 411


def test_the_settings_that_are_shipped() -> None:
    wanted = {
        "server.address": "localhost", "server.enableXsrfProtection": True, "server.enableCORS": True,
        "server.enableStaticServing": False, "server.enableAgentApi": False, "server.maxUploadSize": 100,
        "server.disconnectedSessionTTL": 90, "server.fileWatcherType": "none", "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer", "browser.gatherUsageStats": False,
    }  # fmt: skip
    assert {name: st.get_option(name) for name in wanted} == wanted, json.dumps(wanted)
    assert {"localhost", "127.0.0.1"} <= set(st.get_option("server.allowedHosts"))
    assert not any("*" in host for host in st.get_option("server.allowedHosts"))
