"""Two films side by side under one zoom: what is seen on the one is where it is on the other."""

from pathlib import Path

import streamlit as st

from core.radiograph import Radiograph
from pages.widgets.shared.film_pictures import Shelf

HERE = Path(__file__).parent
_FILMS = st.components.v2.component(
    "linked_films",
    html='<div class="linked"><div class="panes"></div><div class="bar">'
    '<button type="button" data-do="in">+</button><button type="button" data-do="out">&minus;</button>'
    '<button type="button" data-do="fit">Fit</button><button type="button" data-do="invert">Invert</button>'
    "<span>wheel: zoom both &middot; drag: move both</span></div></div>",
    css=(HERE / "linked_films.css").read_text(encoding="utf-8"),
    js=(HERE / "linked_films.js").read_text(encoding="utf-8"),
)


def linked_films(films: dict[str, Radiograph], shelf: Shelf) -> None:
    """Show films by their titles; zoom and place stay when the page runs again."""
    rows = [
        {"title": title, "url": shelf.put(film), "width": film.width_px, "height": film.height_px}
        for title, film in films.items()
    ]
    _FILMS(key="linked_films", data={"films": rows})
