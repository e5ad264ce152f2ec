"""The key of a browser: a secret cookie under which its cases are kept, so that a new tab finds them again."""

import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser

COOKIE = "svh_browser"
_LASTS_S = 400 * 24 * 3600  # the longest that browsers keep a cookie
_KEY = re.compile("[A-Za-z0-9_-]{32}")


def give_key(asked: Headers, answer: MutableHeaders, *, https: bool) -> None:
    """Put the cookie into the answer where a page goes to a browser that has none. Scripts cannot read it."""
    if not answer.get("content-type", "").startswith("text/html"):
        return
    if _KEY.fullmatch(cookie_parser(asked.get("cookie", "")).get(COOKIE, "")):
        return
    secure = "; Secure" if https else ""
    kept = f"Path=/; Max-Age={_LASTS_S}; HttpOnly; SameSite=Lax{secure}"
    answer.append("set-cookie", f"{COOKIE}={secrets.token_urlsafe(24)}; {kept}")


def browser_key() -> str:
    """The key of the browser that the page runs for; empty where it takes no cookies, and outside of a browser."""
    key = st.context.cookies.get(COOKIE, "")
    return key if _KEY.fullmatch(key) else ""
