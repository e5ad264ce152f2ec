"""Nothing in core and pages is there for nobody: what vulture finds unused is called by a library, or it goes."""

from pathlib import Path

from pydicom.datadict import tag_for_keyword
from vulture import Vulture

ROOT = Path(__file__).parents[2]
CALLED_BY = {
    "forward": "torch",
    "render": "rich",
    "vr": "pydicom passes it",
    "model_config": "pydantic",
    "_settings": "sqlalchemy",
    "isolation_level": "sqlite3",
    "pseudonym": "sqlmodel",
    "alignment": "openpyxl",
    "freeze_panes": "openpyxl",
    "export": "typer",
    "trust_env": "requests",
    "require_calling_aet": "pynetdicom",
    "require_called_aet": "pynetdicom",
    "taken_o": "added to in place",
    "taken_i": "added to in place",
    "inside_damage": "read by the name of the measure",
    "inside_box": "read by the name of the measure",
    "pr_area": "read by the name of the measure",
    "read_visits": "the front door of core, for the programs of others",
    "chexpert_films": "the programs of others, which pretrain on it",
    "frontal": "a column of CheXpert",
    "feet": "the programs of others, beside hands",
}


def test_what_nothing_uses_is_not_there() -> None:
    vulture = Vulture()
    vulture.scavenge([str(ROOT / name) for name in ("core", "pages", "app.py")])
    unused = [item for item in vulture.get_unused_code(min_confidence=60) if tag_for_keyword(item.name) is None]
    told = [f"{item.get_report()}: remove it, or name what calls it" for item in unused if item.name not in CALLED_BY]
    assert not told
    assert CALLED_BY.keys() - {item.name for item in unused} == set(), "in use again: take it off the list"
