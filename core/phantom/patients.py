"""Patients whose damage is skewed and correlated, as in a clinic, and their four films."""

import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.foot_film import foot_film
from core.phantom.hand_film import hand_film
from core.svh import SITES, Damage, Limb, Side, Site

# How much likelier than the average a joint is to be damaged (MCP2-3, PIP3, wrist, MTP5 first).
_LIKELY = {
    "MCP2": 0.6, "MCP3": 0.5, "MCP5": 0.2, "PIP3": 0.3, "PIP2": 0.1, "MCP1": -0.1, "IP1": -0.3, "PIP5": -0.2,
    "ULN": 0.6, "LUN": 0.2, "NAV": 0.2, "MUL": 0.0, "RAD": 0.0, "MC1BASE": -0.2,
    "RADCAR": 0.5, "CAPNLUN": 0.4, "CMC3": 0.2, "CMC4": 0.0, "CMC5": 0.0, "STT": 0.1,
    "MTP5": 0.8, "MTP4": 0.2, "MTP3": 0.2, "MTP2": 0.2, "MTP1": 0.2,
}  # fmt: skip


def patient_grades(rng: np.random.Generator, *, severity: float | None = None) -> dict[tuple[Side, Site], int]:
    """True points of every site of one patient: mostly zero, heavy-tailed, both sides and both kinds alike.

    The severity of a patient is lognormal unless it is given (1 is the median); about 80 % of all cells come out as 0.
    """
    drawn = float(rng.lognormal(0.0, 0.75))
    severity = drawn if severity is None else severity
    kind_share = rng.normal(0, 0.25, 2)
    limb_share = rng.normal(0, 0.35, 2)
    joint_share: dict[tuple[Limb, str], float] = {}
    grades: dict[tuple[Side, Site], int] = {}
    for n, limb in enumerate(Limb):
        for site in SITES[limb]:
            key = (limb, site.joint)
            joint_share.setdefault(key, rng.normal(0, 0.45))
            for side in Side:
                kind = kind_share[0 if site.damage is Damage.EROSION else 1]
                level = (
                    np.log(severity)
                    + limb_share[n]
                    + kind
                    + joint_share[key]
                    + _LIKELY.get(site.joint, 0.0)
                    + rng.normal(0, 0.55)
                )
                scale = site.maximum / 5 * (1.1 if limb is Limb.FOOT else 1.0)
                points = int(np.floor(max(0.0, (np.exp(level - 0.75) - 0.9)) * 1.35 * scale + 0.5))
                grades[(side, site)] = min(points, site.maximum)
    return grades


def phantom_visit(
    seed: int, *, mm_per_px: float = 0.2, severity: float | None = None, hands_only: bool = False
) -> dict[tuple[Limb, Side], LabelledFilm]:
    """The four films of one phantom patient; the same seed gives the same films, both sides have the same build.

    `severity` as in `patient_grades`. `hands_only` leaves the feet out, which come last.
    """
    rng = np.random.default_rng(seed)
    grades = patient_grades(rng, severity=severity)
    films: dict[tuple[Limb, Side], LabelledFilm] = {}
    makers = {Limb.HAND: hand_film} if hands_only else {Limb.HAND: hand_film, Limb.FOOT: foot_film}
    for limb, make in makers.items():
        for side in Side:
            films[(limb, side)] = make(
                rng,
                {site: grades[(side, site)] for site in SITES[limb]},
                side=side,
                mm_per_px=mm_per_px,
                film_id=f"P{seed}-{side.value}{limb.value[0]}",
                person=np.random.default_rng([seed, len(SITES[limb])]),
            )
    return films
