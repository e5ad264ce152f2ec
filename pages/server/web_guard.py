"""Checks in front of every request.

Under which name the server was called, what an upload may bring, what a browser may do.
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.server import limits
from pages.server.browser_key import give_key
from pages.server.unknown_page import unknown_page

UPLOADS = "/_stcore/upload_file/"


def _own_inline_scripts() -> str:
    """The hashes of the scripts that stand inside Streamlit's own page, as a policy names them."""
    text = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in re.findall(r"<script>(.*?)</script>", text, re.S)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


# As strict as Streamlit 1.67 allows: its pages set styles in place and its components load their script as a blob.
POLICY = "; ".join(
    [
        "default-src 'self'",
        f"script-src 'self' blob: {_own_inline_scripts()}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_HERE = "This server does not answer under this name. Its operator can allow it: server.allowedHosts."


class WebGuard:
    """Starlette middleware, before all of Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._coming: Counter[str] = Counter()  # bytes of uploads on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_host_allowed(headers.get("host")):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: answered with 403
            else:
                await PlainTextResponse(NOT_HERE, 400)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                mine = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    mine.setdefault(name, value)
                give_key(headers, mine, https=scope.get("scheme") == "https")
            await send(message)

        base = str(st.get_option("server.baseUrlPath") or "")
        if scope["method"] == "GET" and (missing := unknown_page(scope["path"], base, headers)):
            await missing(scope, receive, send_with_headers)
        elif scope["method"] == "PUT" and UPLOADS in scope["path"]:
            await self._upload(scope, receive, send_with_headers, headers)
        else:
            await self._app(scope, receive, send_with_headers)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Let a file in if its session, and the server, have room for it; what is on its way counts."""
        session = scope["path"].partition(UPLOADS)[2].partition("/")[0]
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            await PlainTextResponse("An upload says how long it is.", 411)(scope, receive, send)
            return
        size = int(length)
        if refusal := self._refusal(session, size, _uploads()):
            await PlainTextResponse(refusal, 413)(scope, receive, send)
            return
        self._coming[session] += size
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[session] -= size
            if not self._coming[session]:
                del self._coming[session]

    def _refusal(self, session: str, size: int, uploads: Mapping[str, Mapping[str, Any]]) -> str:
        held = {name: sum(len(file.data) for file in list(files.values())) for name, files in list(uploads.items())}
        if len(uploads.get(session, ())) >= limits.UPLOAD_FILES:
            return f"A session may bring {limits.UPLOAD_FILES} files at once."
        if held.get(session, 0) + self._coming[session] + size > limits.UPLOAD_BYTES:
            return f"A session may bring {limits.UPLOAD_BYTES // limits.MB} MB at once. Score these files first."
        if sum(held.values()) + self._coming.total() + size > limits.UPLOAD_BYTES_ALL:
            return "The server holds as many files as it can at present. Try again in a few minutes."
        return ""


def _uploads() -> Mapping[str, Mapping[str, Any]]:
    """The files in the drop zones, by session and file."""
    held: Mapping[str, Mapping[str, Any]] = Runtime.instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return held
