"""The frame round every page: the list of pages and the notice that this is for research."""

import os
import sys
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

HERE = Path(__file__).parent
ROOT = HERE.parent
if str(ROOT) not in sys.path:  # the server puts this folder on the path, the code lies one above
    sys.path.insert(0, str(ROOT))

st.set_page_config(page_icon=str(HERE / "favicon.svg"), layout="wide")

from core.pacs.archive import URL_VARIABLE  # noqa: E402
from pages.server.accounts import Role, gate, offered  # noqa: E402
from pages.server.sessions import keep_watch  # noqa: E402
from pages.widgets.shared.connection_words import connection_words  # noqa: E402
from pages.widgets.shared.research_notice import research_notice  # noqa: E402

SCORE_FILMS = partial(st.Page, HERE / "score_films.py", title="Score films", icon=":material/back_hand:")
named = SCORE_FILMS(url_path="score_films")
READER, COORDINATOR = Role.READER, Role.COORDINATOR


def page_of(file: str, title: str, icon: str, *roles: Role) -> list[StreamlitPage]:
    """A page, where this session may open it; without a role everybody may."""
    if roles and not WHO.may(*roles):
        return []
    return [st.Page(HERE / f"{file}.py", title=title, icon=f":material/{icon}:", url_path=file)]


WHO = offered()
PACS = page_of("pacs", "From the PACS", "cloud_download", READER, COORDINATOR)
page = st.navigation(
    [
        # The default page answers only at the root of the site: a link to the page by name needs a second entry.
        SCORE_FILMS(default=True, url_path="start", visibility="hidden"),
        named,
        *page_of("cases", "Cases", "folder_shared"),
        *page_of("explain", "Explain", "center_focus_strong"),
        *page_of("read_films", "Read", "visibility", READER),
        *page_of("studies", "Studies", "assignment", READER, COORDINATOR),
        # Both open the readings of everybody.
        *page_of("agreement", "Reader agreement", "groups", COORDINATOR),
        *page_of("progression", "Progression", "trending_up", COORDINATOR),
        *page_of("teaching", "Teaching", "school"),
        *(PACS if os.environ.get(URL_VARIABLE) else []),
        *page_of("models", "Models", "neurology"),
    ],
    position="top",
)
keep_watch()
if page.url_path in ("", "start"):  # the root of the site: under its own address the page is marked in the bar
    st.switch_page(named)
connection_words()
gate()
research_notice()
page.run()
