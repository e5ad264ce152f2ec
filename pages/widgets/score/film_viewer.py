"""The film viewer: an inline component that keeps zoom, light and selection while the page runs again."""

import math
from pathlib import Path
from typing import Any

import streamlit as st

from core.checkpoint import WeightsError
from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.evidence import FilmReading, ScoredCell
from core.model_reader.placed import place_joint
from core.svh import SITES, Damage, Side, Site
from core.svh.words import SIDE_WORD, film_name, joint_name
from pages.widgets.shared import cached_reader
from pages.widgets.shared.film_pictures import Shelf
from pages.widgets.shared.inline_component import inline_component
from pages.widgets.shared.outbox import new_actions, said, whole

HERE = Path(__file__).parent
KEY = "film_viewer"
_VIEWER = inline_component(HERE, KEY)


def whole_points(low: float | None, high: float | None) -> tuple[int | None, int | None]:
    """An interval in whole points, as wide as what it was or wider; None stays None."""
    if low is None or high is None:
        return None, None
    return math.floor(low + 0.05), math.ceil(high - 0.05)


def cell_data(case: Case, key: str, cell: ScoredCell) -> dict[str, Any]:
    """One site as the components show it."""
    low, high = whole_points(cell.low, cell.high)
    edited = case.is_edited(key, cell.site)
    why = cell.why_unscored.words if cell.why_unscored else ""
    return {"points": cell.points, "low": low, "high": high, "max": cell.site.maximum, "edited": edited, "why": why}


def site_of(reading: FilmReading | None, joint: str, damage: Damage) -> Site | None:
    """The site of a joint and a kind of damage on this film's limb."""
    if reading is None or reading.limb is None:
        return None
    return next((s for s in SITES[reading.limb] if s.joint == joint and s.damage is damage), None)


def film_status(film: CaseFilm, reading: FilmReading | None, counted: set[str], *, dropped: bool = False) -> str:
    """One or two words under the thumbnail."""
    if reading is None:
        return "not scored"
    if not reading.scored:
        return "refused"
    if film.key not in counted and not dropped:
        return "side?" if reading.side is None else "not counted"
    if dropped:
        return "left out"
    points = reading.points()
    words = "no site scored" if points is None else f"{points} point{'' if points == 1 else 's'}"
    if reading.side_open:
        return f"{words}, {reading.side_words}"
    return f"{words}, flagged" if reading.flags else words


def joints_data(case: Case, film: CaseFilm, reading: FilmReading) -> list[dict[str, Any]]:
    """The joints that have sites, in the order of the score sheet, with their cells as `J` and `E`."""
    if reading.limb is None:
        return []
    cells = {cell.site: cell_data(case, film.key, cell) for cell in reading.cells}
    where = {joint.name: joint for joint in reading.joints}
    side = f", {SIDE_WORD[reading.side]}" if reading.side else ""
    rows: dict[str, dict[str, Any]] = {}
    for site in SITES[reading.limb]:
        if site.joint in where and site in cells:
            joint = where[site.joint]
            row = {
                "name": joint.name,
                "label": joint_name(joint.name) + side,
                "x": round(joint.x, 1),
                "y": round(joint.y, 1),
            }
            space = reading.joint_space(joint.name)
            if space and space.measured and joint.name == case.joint:
                row["lines"] = [space.near, space.far]
            rows.setdefault(joint.name, row)[site.damage.value] = cells[site]
    return list(rows.values())


def _act(case: Case, action: dict[str, Any]) -> None:
    """Do one thing that was done in the viewer. What does not fit the case is passed over: it came from a browser."""
    film = next((f for f in case.films if f.key == action.get("film")), None)
    if film is None:
        return
    if action.get("do") == "film":
        case.film_key, case.joint = film.key, ""
        return
    if action.get("do") == "place":
        _place(case, film, str(action.get("joint", "")), action.get("x"), action.get("y"))
        return
    if action.get("do") == "side":
        if action.get("side") in tuple(Side) and film in case.open_sides:
            case.set_side(film.key, Side(action["side"]))
        return
    joint, damage = str(action.get("joint", "")), action.get("damage")
    if damage not in (Damage.JSN.value, Damage.EROSION.value):
        return
    if action.get("do") == "select":
        case.film_key, case.joint, case.damage = film.key, joint, Damage(damage)
        return
    site = site_of(case.edited(film), joint, Damage(damage))
    value = whole(action.get("value"))
    if site is None:
        return
    if action.get("do") == "accept":
        case.back_to_model(film.key, site)
    elif action.get("do") == "not scorable":
        case.set_points(film.key, site, None)
    elif action.get("do") == "points" and value is not None and 0 <= value <= site.maximum:
        case.set_points(film.key, site, value)


def _place(case: Case, film: CaseFilm, joint: str, x: object, y: object) -> None:
    """Put a joint where the person clicked, and have it scored there. What is no place on this film is passed over."""
    found = case.model(film)
    real = [v for v in (x, y) if isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)]
    if found is None or not found.scored or len(real) < 2:
        return
    try:
        scorer = cached_reader.reader_of(case.weights).scorer
        placed = place_joint(scorer, film.radiograph.pixels, found, joint, (float(real[0]), float(real[1])))
    except (ValueError, WeightsError) as error:
        case.notes = [f"{joint_name(joint)} could not be placed: {error}."]
        return
    case.place(film.key, joint, placed)
    case.film_key, case.joint = film.key, joint


def take_actions(case: Case, outbox: object, done: int) -> int:
    """Do what the viewer did after action `done`, in order, once each; the number of the last action."""
    for number, action in new_actions(outbox, done):
        _act(case, action)
        done = number
    return done


def film_viewer(case: Case, shelf: Shelf) -> None:
    """Show the case's films; what is done in the viewer changes the case before the page runs again."""
    film, counted = case.shown, case.counted_keys()
    reading = case.edited(film) if film else None
    parts = reading.parts if reading else ()
    addresses = {f.key: shelf.put(f.radiograph) for f in case.films}
    strip = []
    for each in case.films:
        its = case.edited(each)
        name = film_name(its.limb, its.side) if its else each.radiograph.name
        status = film_status(each, its, counted, dropped=each.key in case.changes.dropped)
        strip.append(
            {"key": each.key, "name": name, "status": status, "url": addresses[each.key], "file": each.radiograph.name}
        )

    def on_outbox() -> None:
        done = st.session_state.get("viewer_acked", 0)
        st.session_state["viewer_acked"] = take_actions(st.session_state["case"], said(KEY, "outbox"), done)

    _VIEWER(
        key=KEY,
        data={
            "acked": st.session_state.get("viewer_acked", 0),
            "film": film.key if film else "",
            "file": film.radiograph.name if film else "",
            "url": addresses[film.key] if film else "",
            "width": film.radiograph.width_px if film else 1,
            "height": film.radiograph.height_px if film else 1,
            "spacing": film.radiograph.spacing_mm if film else None,
            "turn": -round(reading.turned_deg / 90) % 4 if reading else 0,  # fingers and toes up
            "region": list(reading.region) if reading and reading.region else None,
            "joints": joints_data(case, film, reading) if film and reading else [],
            "parts": [{"name": p.name, "box": list(p.box), "confidence": p.confidence} for p in parts],
            "joint": case.joint,
            "damage": case.damage.value,
            "strip": strip,
        },
        on_outbox_change=on_outbox,
    )
