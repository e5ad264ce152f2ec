"""What the reading surface sends becomes actions of the desk. What does not fit is passed over: it is a browser's."""

from collections.abc import Mapping
from typing import Any

from core.reading_desk import Action, Desk, Sheet
from core.reading_desk.sheet import LimbSide
from core.store import NOT_SCORABLE_REASONS, Mark, Status
from core.svh import SITE_BY_SUFFIX, Cell, Site
from pages.widgets.shared.outbox import new_actions, whole

MAX_MS = 60_000  # a longer pause between two keys is not reading
_STATUS = {"reveal": Status.REVEALED, "complete": Status.COMPLETE}


def take(desk: Desk, outbox: object) -> None:
    """Do what came from the browser after the last acknowledged action, in order, once each."""
    for number, said in new_actions(outbox, desk.acked):
        if said.get("sheet") != desk.sheet.key:
            continue
        if said.get("do") == "next visit":
            desk.acked = number
            desk.go(1)
        else:
            desk.act(_action(said, desk.sheet), number)


def _action(said: Mapping[str, Any], sheet: Sheet) -> Action:
    do, cell, spent = said.get("do"), _cell(said, sheet), _spent(said.get("spent"), sheet)
    if do == "mark" and cell is not None:
        return Action(marks=_marks(said, cell), spent_ms=spent)
    if do == "accept":
        return Action(accept=cell, spent_ms=spent)
    return Action(to=_STATUS.get(do) if isinstance(do, str) else None, spent_ms=spent)


def _cell(said: Mapping[str, Any], sheet: Sheet) -> Cell | None:
    """The side and site that an action names, of a film of this visit."""
    site = SITE_BY_SUFFIX.get(str(said.get("site")))
    film = next((f for f in sheet.films if f.key == said.get("film")), None)
    return (film.side, site) if site and film and site.limb is film.limb else None


def _marks(said: Mapping[str, Any], cell: Cell) -> dict[Cell, Mark | None]:
    if said.get("clear"):
        return {cell: None}
    try:
        mark = _mark(said, cell[1])
    except ValueError:  # points that the site does not have
        return {}
    return {cell: mark} if mark else {}


def _mark(said: Mapping[str, Any], site: Site) -> Mark | None:
    """The mark of an action, or None where it names none. Raises: ValueError for one that the site does not have."""
    points, sides, reason = whole(said.get("points")), said.get("sides"), said.get("reason")
    if reason is not None:
        number = whole(reason)
        known = number is not None and 0 <= number < len(NOT_SCORABLE_REASONS)
        return Mark(None, None, NOT_SCORABLE_REASONS[number or 0]).checked(site) if known else None
    if sides is not None:
        first, second = (whole(s) for s in sides) if isinstance(sides, list) and len(sides) == 2 else (None, None)
        if first is None or second is None:
            return None
        return Mark(first + second, (first, second)).checked(site)
    return Mark(points).checked(site) if points is not None else None


def _spent(said: object, sheet: Sheet) -> dict[LimbSide, int]:
    times = said if isinstance(said, dict) else {}
    known = {film.key: (film.limb, film.side) for film in sheet.films}
    return {
        known[key]: int(min(ms, MAX_MS))
        for key, ms in times.items()
        if key in known and isinstance(ms, int | float) and not isinstance(ms, bool) and ms >= 1
    }
