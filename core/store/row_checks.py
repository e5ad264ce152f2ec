"""What a row may hold: a log whose seals fit can still be one that this program never wrote."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.store.blinded_reading import Status
from core.store.marks import Mark
from core.store.records import Order
from core.store.study_records import PREFIX, Study
from core.store.tables import row_key
from core.svh import SITE_BY_SUFFIX, Limb, Side


def row_fault(name: str, values: Mapping[str, Any]) -> str:
    """What is impossible in a row of a table; empty if this program can have written it."""
    key = " ".join(row_key(name, values))
    try:
        _CHECKS[name](values)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return f"The row {key} holds what this program does not write."
    return ""


def _number(value: Any, least: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
        raise ValueError


def _texts(values: Mapping[str, Any], *names: str) -> None:
    if not all(isinstance(values[name], str) and values[name] for name in names):
        raise ValueError


def _check_cell(values: Mapping[str, Any]) -> None:
    Side(values["side"])
    site = SITE_BY_SUFFIX[values["site"]]
    for text in (values["first"], values["final"]):
        if text:
            Mark.parse(text).checked(site)
    if values["final"] is None:
        raise ValueError


def _check_film(values: Mapping[str, Any]) -> None:
    Limb(values["limb"])
    Side(values["side"])
    if values["spacing_mm"] is not None:
        _number(values["spacing_mm"], 1e-9)
    if not re.fullmatch("[0-9a-f]{64}", values["content"]):
        raise ValueError
    for name, (x, y) in json.loads(values["joints"]).items():
        _texts({"name": name}, "name")
        for value in (x, y):
            _number(value, -math.inf)


def _check_reading(values: Mapping[str, Any]) -> None:
    Status(values["status"])
    if values["order"]:
        Order(values["order"])
    datetime.fromisoformat(values["begun_at"])
    _texts(values, "visit", "reader")


def _check_reader(values: Mapping[str, Any]) -> None:
    _texts(values, "name")
    if values["kind"] not in ("person", "model") or not isinstance(json.loads(values["cards"]), dict):
        raise ValueError


def _check_time(values: Mapping[str, Any]) -> None:
    Limb(values["limb"])
    Side(values["side"])
    _number(values["spent_ms"], 0)


def _check_visit(values: Mapping[str, Any]) -> None:
    _texts(values, "patient", "label")
    _number(values["position"], -math.inf)


def _check_meta(values: Mapping[str, Any]) -> None:
    if values["name"].startswith(PREFIX):
        if Study.parse(values["value"]).row.name != values["name"]:
            raise ValueError
        return
    _number(int(values["value"]), 1)


_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "meta": _check_meta,
    "patient": lambda values: _texts(values, "pseudonym"),
    "visit": _check_visit,
    "film": _check_film,
    "reader": _check_reader,
    "reading": _check_reading,
    "cell": _check_cell,
    "film_time": _check_time,
}
