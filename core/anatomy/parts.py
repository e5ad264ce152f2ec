"""The parts of a hand or foot, the joints inside each, and the box of a part from its joints.

Source: DeepRA stage 1 for the classes; a finger box runs from a little proximal of the MCP to a little distal of the
PIP.
"""

from collections.abc import Mapping

import numpy as np

from core.svh import Limb

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # (x0, y0, x1, y1), 0 <= x0 < x1 <= width

PARTS: dict[Limb, tuple[str, ...]] = {
    Limb.HAND: ("thumb", "finger1", "finger2", "finger3", "finger4", "wrist"),
    Limb.FOOT: ("toe", "finger1", "finger2", "finger3", "finger4"),
}
WRIST_JOINTS = (
    "CMC1", "CMC3", "CMC4", "CMC5", "STT", "CAPNLUN", "RADCAR", "MC1BASE", "MUL", "NAV", "LUN", "RAD", "ULN",
)  # fmt: skip
PART_JOINTS: dict[Limb, dict[str, tuple[str, ...]]] = {
    Limb.HAND: {
        "thumb": ("MCP1", "IP1"),
        **{f"finger{k - 1}": (f"MCP{k}", f"PIP{k}") for k in range(2, 6)},
        "wrist": WRIST_JOINTS,
    },
    Limb.FOOT: {"toe": ("MTP1", "IP1"), **{f"finger{k - 1}": (f"MTP{k}",) for k in range(2, 6)}},
}
JOINTS: dict[Limb, tuple[str, ...]] = {
    limb: tuple(joint for joints in parts.values() for joint in joints) for limb, parts in PART_JOINTS.items()
}
# Points that are no SvH joint, but that the boxes of a limb's parts are made from.
BOX_POINTS: dict[Limb, tuple[str, ...]] = {Limb.HAND: (), Limb.FOOT: ("PIP2", "PIP3", "PIP4")}


def _bounds(corners: np.ndarray) -> Box:
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    return float(x0), float(y0), float(x1), float(y1)


def _rectangle(a: np.ndarray, b: np.ndarray, end: float, side: float) -> Box:
    """Bounds of the rectangle round a-b: both ends longer by `end`, widened by `side`, in shares of the length."""
    along = b - a
    across = np.array([-along[1], along[0]])
    ends = (a - end * along, b + end * along)
    return _bounds(np.array([e + s * side * across for e in ends for s in (-1, 1)]))


def part_boxes(limb: Limb, points: Mapping[str, Point]) -> dict[str, Box]:
    """Boxes, in the pixels of `points`, of every part whose points are there; not clipped.

    Hands need MCPk and PIPk (IP1 for the thumb) and, for the wrist, RAD, ULN, CMC1, CMC3, CMC5. Feet need MTP1 and IP1
    and, for toes 2-5, all MTPs and PIP2-4 of the foot.
    """
    at = {name: np.asarray(point, float) for name, point in points.items()}
    boxes: dict[str, Box] = {}
    if limb is Limb.HAND:
        ends = {"thumb": ("MCP1", "IP1"), **{f"finger{k - 1}": (f"MCP{k}", f"PIP{k}") for k in range(2, 6)}}
        for part, (a, b) in ends.items():
            if a in at and b in at:
                boxes[part] = _rectangle(at[a], at[b], 0.40, 0.35)
        if all(name in at for name in ("RAD", "ULN", "CMC1", "CMC3", "CMC5")):
            x0, y0, x1, y1 = _bounds(np.array([at[n] for n in ("RAD", "ULN", "CMC1", "CMC3", "CMC5")]))
            wide, high = 0.30 * (x1 - x0), 0.25 * (y1 - y0)
            boxes["wrist"] = (x0 - wide, y0 - high, x1 + wide, y1 + high)
        return boxes
    if "MTP1" in at and "IP1" in at:
        boxes["toe"] = _rectangle(at["MTP1"], at["IP1"], 0.45, 0.45)
    rays = [k for k in range(2, 5) if f"MTP{k}" in at and f"PIP{k}" in at]
    if "MTP1" in at and "MTP5" in at and rays:
        d = float(np.linalg.norm(at["MTP1"] - at["MTP5"])) / 4
        v = np.mean([at[f"PIP{k}"] - at[f"MTP{k}"] for k in rays], axis=0)
        v = v / np.linalg.norm(v)
        u = np.array([-v[1], v[0]])
        for k in range(2, 6):
            if f"MTP{k}" in at:
                corners = [at[f"MTP{k}"] + s * 1.5 * d * v + t * 0.8 * d * u for s in (-1, 1) for t in (-1, 1)]
                boxes[f"finger{k - 1}"] = _bounds(np.array(corners))
    return boxes
