"""Small visits to report: films of noise, joints and points from a seed."""

import hashlib
from datetime import date

import numpy as np

from core.model_reader import FilmReading, FilmStatus, Flag, FlagCode, FoundJoint, ScoredCell, VisitReading
from core.report import VisitReport
from core.svh import SITES, Cell, Limb, Reading, Side


def report_of(
    reading: Reading, *, patient: str = "P1", edited: frozenset[Cell] = frozenset(), visit_text: str = ""
) -> VisitReport:
    """A report whose visit has this reading, one small film a limb and side."""
    films, pixels = [], {}
    for limb in Limb:
        for side in Side:
            sites = [site for site in SITES[limb] if (side, site) in reading.points]
            if not sites:
                continue
            film = np.full((120, 90), 0.2 + 0.2 * len(films), np.float32)
            digest = hashlib.sha256(film.tobytes()).hexdigest()
            pixels[digest] = film
            joints = dict.fromkeys(site.joint for site in sites)
            films.append(
                FilmReading(
                    "Secret_Name.dcm", digest, FilmStatus.SCORED, None, "", 90, 120, limb, side, "name",
                    joints=tuple(FoundJoint(j, 30.0 + n, 40.0 + n, 0.9) for n, j in enumerate(joints)),
                    cells=tuple(ScoredCell(s, reading.points[side, s], None, None, None) for s in sites),
                    flags=(Flag(FlagCode.SMALL_LIMB, "The wrist is near the edge."),) if limb is Limb.HAND else (),
                )
            )  # fmt: skip
    return VisitReport(
        VisitReading(patient, tuple(films)),
        date(2026, 3, 2),
        pixels,
        {"set": "compact", "files": {"a": "0" * 64}},
        edited,
        visit_text,
    )


def reading_of(seed: int) -> Reading:
    """Points of every site by seed, one in ten not scorable."""
    rng = np.random.default_rng(seed)
    cells = [(side, site) for limb in Limb for side in Side for site in SITES[limb]]
    return Reading({c: None if rng.random() < 0.1 else int(rng.integers(0, c[1].maximum + 1)) for c in cells})
