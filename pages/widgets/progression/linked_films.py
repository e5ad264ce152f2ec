"""Two films side by side under one zoom: what is seen on the one is where it is on the other."""

from pathlib import Path

from core.radiograph import Radiograph
from pages.widgets.shared.film_pictures import Shelf
from pages.widgets.shared.inline_component import inline_component

HTML = (
    '<div class="linked"><div class="panes"></div><div class="bar">'
    '<button type="button" data-do="in">+</button><button type="button" data-do="out">&minus;</button>'
    '<button type="button" data-do="fit">Fit</button><button type="button" data-do="invert">Invert</button>'
    "<span>wheel: zoom both &middot; drag: move both</span></div></div>"
)
_FILMS = inline_component(Path(__file__).parent, "linked_films", html=HTML)


def linked_films(films: dict[str, Radiograph], shelf: Shelf) -> None:
    """Show films by their titles; zoom and place stay when the page runs again."""
    rows = [
        {"title": title, "url": shelf.put(film), "width": film.width_px, "height": film.height_px}
        for title, film in films.items()
    ]
    _FILMS(key="linked_films", data={"films": rows})
