"""The frame round every page: the list of pages and the notice that this is for research."""

import os
import sys
from functools import partial
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
ROOT = HERE.parent
if str(ROOT) not in sys.path:  # the server puts this folder on the path, the code lies one above
    sys.path.insert(0, str(ROOT))

st.set_page_config(page_icon=str(HERE / "favicon.svg"), layout="wide")

from core.pacs.archive import URL_VARIABLE  # noqa: E402
from pages.server.sessions import keep_watch  # noqa: E402
from pages.widgets.shared.connection_words import connection_words  # noqa: E402
from pages.widgets.shared.research_notice import research_notice  # noqa: E402

SCORE_FILMS = partial(st.Page, HERE / "score_films.py", title="Score films", icon=":material/back_hand:")
named = SCORE_FILMS(url_path="score_films")
FROM_THE_PACS = st.Page(HERE / "pacs.py", title="From the PACS", icon=":material/cloud_download:", url_path="pacs")
page = st.navigation(
    [
        # The default page answers only at the root of the site: a link to the page by name needs a second entry.
        SCORE_FILMS(default=True, url_path="start", visibility="hidden"),
        named,
        st.Page(HERE / "cases.py", title="Cases", icon=":material/folder_shared:", url_path="cases"),
        st.Page(HERE / "explain.py", title="Explain", icon=":material/center_focus_strong:", url_path="explain"),
        st.Page(HERE / "read_films.py", title="Read", icon=":material/visibility:", url_path="read_films"),
        st.Page(HERE / "studies.py", title="Studies", icon=":material/assignment:", url_path="studies"),
        st.Page(HERE / "agreement.py", title="Reader agreement", icon=":material/groups:", url_path="agreement"),
        st.Page(HERE / "progression.py", title="Progression", icon=":material/trending_up:", url_path="progression"),
        st.Page(HERE / "teaching.py", title="Teaching", icon=":material/school:", url_path="teaching"),
        *([FROM_THE_PACS] if os.environ.get(URL_VARIABLE) else []),
        st.Page(HERE / "models.py", title="Models", icon=":material/neurology:", url_path="models"),
    ],
    position="top",
)
keep_watch()
if page.url_path in ("", "start"):  # the root of the site: under its own address the page is marked in the bar
    st.switch_page(named)
connection_words()
research_notice()
page.run()
