"""The launcher: `streamlit run app.py` serves the pages and, beside them, the pictures of the films and the scripts."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from pages.server.class_server import serve_class
from pages.server.web_guard import WebGuard
from pages.widgets.shared import film_pictures, inline_component


@asynccontextmanager
async def warm_start(_: st.App) -> AsyncIterator[None]:
    """Read the sample case in the background, so that the first visitor finds it scored.

    Sessions that ended are cleared away.
    """
    from core.cases import clear_old
    from core.store import StoreError, store_url
    from core.store.connection import Connection
    from pages.server.accounts import unsigned_words
    from pages.server.sessions import clear_away
    from pages.server.threads import share_cores
    from pages.widgets.shared.sample_case import sample_files, sample_job  # the server runs now, its caches are there

    # Streamlit collects garbage after every run of a page or a part of it. Half a million objects of torch and timm,
    # which live as long as the server, took it 0.3 s each time, with every session waiting. Nobody's films are here yet
    # to be frozen with them.
    gc.freeze()
    share_cores()
    if words := unsigned_words():
        print(words, flush=True)  # for who started the server
    with contextlib.suppress(StoreError):  # the pages say what is wrong with the store
        clear_old(Connection(store_url()).cases, now=datetime.now(UTC))
    if sample_files():
        sample_job()
    watch = asyncio.create_task(clear_away())
    yield
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch


app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    routes=[
        Route(film_pictures.PATH, film_pictures.serve_picture),
        Route(inline_component.PATH, inline_component.serve_script),
    ],
    middleware=[Middleware(WebGuard)],
    lifespan=warm_start,
)

if __name__ == "__main__":
    if "--class" in sys.argv:
        serve_class()
    else:
        app.run()
