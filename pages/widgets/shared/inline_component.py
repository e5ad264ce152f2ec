"""The files of a component, put together: one script, which the browser fetches once and not at every edit."""

import hashlib
import re
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

SHARED = Path(__file__).parent
PATH = "/script/{name}"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.\./shared/(\w+\.js)";\n', re.MULTILINE)
_SCRIPTS: dict[str, str] = {}  # by the name under which they are fetched


def script(path: Path) -> str:
    """The script of a component with the shared modules that it imports in the place of its import lines.

    Raises: ValueError if an import is left that the browser could not find.
    """
    text = path.read_text(encoding="utf-8")
    modules = [(SHARED / name).read_text(encoding="utf-8") for name in _IMPORT.findall(text)]
    whole = "".join(re.sub(r"^export ", "", module, flags=re.MULTILINE) for module in modules) + _IMPORT.sub("", text)
    if re.search(r"^import\b", whole, re.MULTILINE):
        raise ValueError(f"{path.name} imports what is not in {SHARED.name}")
    return whole


def fetched(path: Path) -> str:
    """Two lines of script that fetch the component's own, which `serve_script` gives.

    Streamlit sends what a component consists of with every change of its data. The address is relative to the page, so
    that it is found behind a proxy that strips a prefix, and holds a digest, so that it can be kept for good.
    """
    text = script(path)
    name = f"{path.stem}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.js"
    _SCRIPTS[name] = text
    return f'const own = await import(new URL("script/{name}", document.baseURI));\nexport default own.default;'


async def serve_script(request: Request) -> Response:
    """The script of a component, or 404."""
    text = _SCRIPTS.get(request.path_params["name"])
    if text is None:
        return Response(status_code=404)
    return Response(
        text, media_type="text/javascript", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def inline_component(folder: Path, name: str, *, html: str | None = None) -> Any:
    """The component of `name`.html, .css and .js in a folder."""
    return st.components.v2.component(
        name,
        html=html if html is not None else (folder / f"{name}.html").read_text(encoding="utf-8"),
        css=(folder / f"{name}.css").read_text(encoding="utf-8"),
        js=fetched(folder / f"{name}.js"),
    )
