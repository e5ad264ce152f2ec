"""Where a joint lies on a real film: its axes and its scale, and the tools that both kinds of painting share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cohort.labelled_film import LabelledFilm
from core.svh import Limb

Floats = NDArray[np.float32]
# Half width of the bones at a joint, in mm of the average limb, and the points that give the axis of a joint.
HALF_MM = {"MCP": 8.5, "PIP": 7.0, "IP1": 8.0, "MTP": 7.5, "CMC": 5.5, "STT": 6.5, "CAPNLUN": 8.0, "RADCAR": 13.0}
AXES: dict[str, tuple[str, str]] = {
    "IP1": ("MCP1", "TIP1"), "MCP1": ("CMC1", "IP1"), "MTP1": ("TMT1", "IP1"),
    **{f"MCP{k}": (f"MCP{k}", f"PIP{k}") for k in range(2, 6)},
    **{f"PIP{k}": (f"MCP{k}", f"DIP{k}") for k in range(2, 6)},
    **{f"MTP{k}": (f"MTP{k}", f"PIP{k}") for k in range(2, 6)},
}  # fmt: skip  # fmt: skip
TOWARDS_THUMB = {
    "STT": 25.0
}  # degrees from distal, for joints without bones to aim by  # degrees from distal, for joints without bones to aim by


@dataclass(frozen=True)
class Place:
    """Where a joint lies: centre in film pixels, unit axis to distal, unit vector to the thumb or big toe, scale."""

    centre: NDArray[np.float64]
    along: NDArray[np.float64]
    across: NDArray[np.float64]
    px_per_mm: float
    half_mm: float


def mm_per_px(film: LabelledFilm) -> float:
    """Millimetres of the average limb per pixel, from the breadth of the palm or forefoot."""
    a, b, mm = ("MCP2", "CMC3", 68.5) if film.limb is Limb.HAND else ("MTP1", "MTP5", 65.4)
    distance = float(np.linalg.norm(np.subtract(film.points[a], film.points[b])))
    return mm / distance


def up_vector(film: LabelledFilm) -> NDArray[np.float64]:
    """Unit vector [2] on the film towards the fingers or toes."""
    a, b = ("RADCAR", "MCP3") if film.limb is Limb.HAND else ("TMT1", "MTP1")
    v = np.subtract(film.points[b], film.points[a])
    return np.asarray(v / np.linalg.norm(v))


def joint_place(film: LabelledFilm, joint: str) -> Place:
    """Centre, axes and scale of a joint of the film."""
    centre = np.array(film.points[joint], float)
    up = up_vector(film)
    big = "1" if film.limb is Limb.HAND else "MTP1"
    thumb = np.subtract(film.points["MCP1" if big == "1" else big], film.points["MCP5" if big == "1" else "MTP5"])
    ends = AXES.get(joint)
    if ends and all(e in film.points for e in ends):
        along = np.subtract(film.points[ends[1]], film.points[ends[0]])
        along = along / np.linalg.norm(along)
    else:
        across = np.array([-up[1], up[0]])
        across = across if across @ thumb > 0 else -across
        angle = np.deg2rad(TOWARDS_THUMB.get(joint, 0.0))
        along = np.cos(angle) * up + np.sin(angle) * across
    across = np.array([-along[1], along[0]])
    across = across if across @ thumb > 0 else -across
    half = next((mm for key, mm in HALF_MM.items() if joint.startswith(key)), 7.0)
    if joint == "MTP1":
        half = 11.0
    return Place(centre, along, across, 1 / mm_per_px(film), half)


def step(x: NDArray[np.floating]) -> Floats:
    """A smooth step from 0 at 0 to 1 at 1."""
    x = np.clip(x.astype(np.float32), 0, 1)
    return x * x * (3 - 2 * x)
