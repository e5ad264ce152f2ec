"""What is kept of a case: a flat mapping for all that a person can change, and a file a film for what was found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm, Changes
from core.model_reader.evidence import FilmReading
from core.model_reader.placed import Placed
from core.model_reader.review import Review
from core.radiograph import FilmNote, Radiograph
from core.svh import SITE_BY_SUFFIX, Limb, Side

State = dict[str, Any]
"""`patient`, `visit_name` .. to text; `film KEY`, `points KEY SUFFIX`, `side KEY`, `review KEY` to what was given."""
_TEXTS = ("patient", "visit_name", "reader", "weights")


@dataclass(frozen=True)
class KeptFilm:
    """A film of a case without its pixels, which lie beside it under the SHA-256 `content`."""

    content: str
    name: str
    sha256: str
    spacing_mm: float | None
    limb_tag: Limb | None
    side_tag: Side | None
    limb_name: Limb | None
    side_name: Side | None
    folder: str
    notes: tuple[FilmNote, ...]
    found: FilmReading | None


_FORM, _PLACED = TypeAdapter(KeptFilm), TypeAdapter(Placed)


def film_bytes(film: CaseFilm, content: str) -> bytes:
    """The text of a film of the case."""
    shot = film.radiograph
    kept = KeptFilm(
        content, shot.name, shot.sha256, shot.spacing_mm, shot.limb_tag, shot.side_tag, shot.limb_name, shot.side_name,
        shot.folder, shot.notes, film.found,
    )  # fmt: skip
    return _FORM.dump_json(kept)


def film_from(key: str, data: bytes, pixels: Callable[[str], NDArray[np.float32]]) -> CaseFilm:
    """A film out of its text; `pixels` finds a picture by its content.

    Raises: ValueError if the text is none that this program writes.
    """
    kept = _FORM.validate_json(data)
    shot = Radiograph(
        pixels(kept.content), kept.name, kept.sha256, kept.spacing_mm, kept.limb_tag, kept.side_tag, kept.limb_name,
        kept.side_name, folder=kept.folder, notes=kept.notes,
    )  # fmt: skip
    return CaseFilm(key, shot, kept.found)


def found_digest(film: CaseFilm) -> str:
    """Changes when the film was read again."""
    return sha256(film_bytes(film, "")).hexdigest()[:16]


def state_of(case: Case) -> State:
    """The case as one flat mapping, which can be compared, joined and written."""
    changes = case.changes
    state: State = {name: getattr(case, name) for name in _TEXTS}
    state["visit_date"] = case.visit_date.isoformat() if case.visit_date else ""
    state |= {f"film {film.key}": found_digest(film) for film in case.films}
    state |= {f"points {key} {site.suffix}": value for (key, site), value in changes.points.items()}
    state |= {f"side {key}": side.value for key, side in changes.sides.items()}
    state |= {
        f"placed {key} {joint}": _PLACED.dump_python(p, mode="json") for (key, joint), p in changes.placed.items()
    }
    state |= {f"dropped {key}": True for key in changes.dropped}
    state |= {f"review {key}": [r.name, r.on.isoformat(), r.state] for key, r in case.reviews.items()}
    return state


def joined(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> State:
    """What both changed since `base`, mine last."""
    out = dict(theirs)
    for key in base.keys() | mine.keys():
        if key not in mine:
            out.pop(key, None)
        elif key not in base or base[key] != mine[key]:
            out[key] = mine[key]
    return out


def put_state(case: Case, state: Mapping[str, Any], load: Callable[[str], CaseFilm]) -> None:
    """Make the case what the state says; `load` opens a film that it does not hold yet.

    Raises: KeyError or ValueError if the state is none that this program writes.
    """
    for name in _TEXTS:
        setattr(case, name, str(state[name]))
    case.visit_date = date.fromisoformat(state["visit_date"]) if state["visit_date"] else None
    points, sides, placed, dropped, films = {}, {}, {}, set(), []
    have = {film.key: film for film in case.films}
    case.reviews = {}
    for name, value in state.items():
        what, _, rest = name.partition(" ")
        if what == "film":
            held = have.get(rest)
            films.append(held if held and found_digest(held) == value else load(rest))
        elif what == "points":
            key, suffix = rest.split(" ")
            points[key, SITE_BY_SUFFIX[suffix]] = value
        elif what == "side":
            sides[rest] = Side(value)
        elif what == "placed":
            key, joint = rest.split(" ")
            placed[key, joint] = _PLACED.validate_python(value)
        elif what == "dropped":
            dropped.add(rest)
        elif what == "review":
            case.reviews[rest] = Review(value[0], date.fromisoformat(value[1]), value[2])
    case.films = sorted(films, key=lambda film: film.place)
    case.changes = Changes(points, sides, placed, frozenset(dropped))
    case.revision += 1
