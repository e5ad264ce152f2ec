"""The reading surface: an inline component that shows one cell at a time and sends every mark to the desk."""

from pathlib import Path
from typing import Any

import streamlit as st

from core.reading_desk import Desk, ReadFilm
from core.store import NOT_SCORABLE_REASONS, Status
from core.svh import SITES, Damage, Limb
from core.svh.words import film_name, joint_name
from pages.widgets.read.reading_actions import take
from pages.widgets.shared.film_pictures import Shelf
from pages.widgets.shared.inline_component import inline_component
from pages.widgets.shared.outbox import said

HERE = Path(__file__).parent
KEY = "reading_surface"
_SURFACE = inline_component(HERE, KEY)
_STATE = {
    Status.BLINDED: "blinded to the model",
    Status.REVEALED: "model shown: agree or change",
    Status.COMPLETE: "complete",
}


def _film(film: ReadFilm, url: str) -> dict[str, Any]:
    """A film with its cells, joint by joint, erosion before narrowing."""
    joints = list(dict.fromkeys(site.joint for site in SITES[film.limb]))
    sites = sorted(SITES[film.limb], key=lambda site: (joints.index(site.joint), site.damage is Damage.JSN))
    return {
        "key": film.key,
        "name": film_name(film.limb, film.side),
        "url": url,
        "width": film.radiograph.width_px,
        "height": film.radiograph.height_px,
        "at": {name: list(film.joints[name]) for name in joints if name in film.joints},
        "cells": [
            {
                "site": site.suffix,
                "joint": site.joint,
                "label": joint_name(site.joint),
                "damage": site.damage.value,
                "max": site.maximum,
                "sides": site.limb is Limb.FOOT and site.damage is Damage.EROSION,
            }
            for site in sites
        ],
    }


def surface_data(desk: Desk, urls: dict[str, str]) -> dict[str, Any]:
    """What the browser is told. Before the reveal nothing of the model is in it."""
    sheet = desk.sheet
    model = sheet.model()
    values: dict[str, dict[str, str | None]] = {}
    for film in sheet.films:
        for site in SITES[film.limb]:
            marked = sheet.values.cells.get((film.side, site))
            given: dict[str, str | None] = {
                "text": marked.final.text if marked and marked.final else "",
                "first": marked.first.text if marked and marked.first else None,
            }
            if model and (film.side, site) in model.points:
                points = model.points[film.side, site]
                given["model"] = "NS" if points is None else str(points)
            if marked or "model" in given:
                values[f"{film.key} {site.suffix}"] = given
    return {
        "acked": desk.acked,
        "sheet": sheet.key,
        "title": desk.title,
        "status": sheet.values.status.value,
        "hidden": not desk.reveals,
        "state": _STATE[sheet.values.status],
        "last": desk.at == len(desk.visits) - 1,
        "films": [_film(film, urls[film.key]) for film in sheet.films],
        "values": values,
        "reasons": list(NOT_SCORABLE_REASONS),
    }


def reading_surface(desk: Desk, shelf: Shelf) -> None:
    """Show the visit in view; what is done in the surface is stored before the page runs again."""

    def on_outbox() -> None:
        take(st.session_state["desk"], said(KEY, "outbox"))

    case = st.session_state.get("case")  # of the Score page, which shares the shelf
    held = desk.sheet.films + tuple(case.films if case else ())
    shelf.keep_only({film.radiograph.sha256 for film in held})
    urls = {film.key: shelf.put(film.radiograph) for film in desk.sheet.films}
    _SURFACE(key=KEY, data=surface_data(desk, urls), on_outbox_change=on_outbox)
