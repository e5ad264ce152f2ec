"""The files of an inline component, put together: the browser gets one script, the code stays in modules."""

import re
from pathlib import Path
from typing import Any

import streamlit as st

SHARED = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\.\./shared/(\w+\.js)";\n', re.MULTILINE)


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


def inline_component(folder: Path, name: str, *, html: str | None = None) -> Any:
    """The component of `name`.html, .css and .js in a folder."""
    return st.components.v2.component(
        name,
        html=html if html is not None else (folder / f"{name}.html").read_text(encoding="utf-8"),
        css=(folder / f"{name}.css").read_text(encoding="utf-8"),
        js=script(folder / f"{name}.js"),
    )
