"""The launcher: `streamlit run app.py` serves the pages and, beside them, the pictures of the films."""

from pathlib import Path

import streamlit as st
from starlette.routing import Route

from pages.widgets.film_pictures import PATH, serve_picture

app = st.App(Path(__file__).parent / "pages" / "navigation.py", routes=[Route(PATH, serve_picture)])

if __name__ == "__main__":
    app.run()
