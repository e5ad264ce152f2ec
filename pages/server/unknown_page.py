"""An address that is no page of this site is answered in our words, with the way back."""

from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

SIGN_IN = {"oauth2callback"}  # where the provider of accounts sends the browser back to
PAGES = SIGN_IN | {path.stem for path in Path(__file__).parents[1].glob("*.py")} - {"navigation"}
TEXT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>No such page</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}</style></head>
<body><main><h1>No such page</h1><p>This site has no page under this address.</p>
<p><a href="score_films">Go to Score films</a></p></main></body></html>"""


def unknown_page(path: str, base: str, headers: Headers) -> HTMLResponse | None:
    """The answer where a browser asks for a page (one name below `base`) that there is not; else None."""
    name = path.strip("/").removeprefix(base.strip("/")).strip("/")
    if not name or "/" in name or "." in name or name in PAGES or "text/html" not in headers.get("accept", ""):
        return None
    return HTMLResponse(TEXT, 404)
