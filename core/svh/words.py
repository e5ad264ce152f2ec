"""How the method's limbs, sides, damage and joints are called, and the colours of damage: one table each.

Colours are Okabe and Ito's, which colour-blind readers tell apart: https://jfly.uni-koeln.de/color/
"""

import re

from core.svh.sites import Damage, Limb, Side

SIDE_WORD = {Side.L: "left", Side.R: "right"}
LIMB_WORD = {Limb.HAND: "hand", Limb.FOOT: "foot"}
DAMAGE_WORD = {Damage.JSN: "JSN", Damage.EROSION: "erosion"}
RGB = tuple[int, int, int]
ORANGE, SKY_BLUE, GREEN = (230, 159, 0), (86, 180, 233), (0, 158, 115)
BLUE, VERMILION, PURPLE = (0, 114, 178), (213, 94, 0), (204, 121, 167)
DAMAGE_RGB: dict[Damage, RGB] = {Damage.EROSION: ORANGE, Damage.JSN: SKY_BLUE}
_WRIST = {
    "STT": "STT",
    "CAPNLUN": "Capitate-navicular-lunate",
    "RADCAR": "Radiocarpal",
    "MC1BASE": "MC 1 base",
    "MUL": "Trapezium and trapezoid",
    "NAV": "Scaphoid",
    "LUN": "Lunate",
    "RAD": "Radius",
    "ULN": "Ulna",
}


def web_colour(rgb: RGB) -> str:
    """The colour as style sheets and charts write it: `#E69F00`."""
    return "#{:02X}{:02X}{:02X}".format(*rgb)


def joint_name(joint: str) -> str:
    """`MCP2` as `MCP 2`, `NAV` as `Scaphoid`."""
    return _WRIST.get(joint) or re.sub(r"(?<=[A-Z])(?=\d)", " ", joint)


def film_name(limb: Limb | None, side: Side | None) -> str:
    """`Left hand`, `Hand, side unknown`, `Unknown film`."""
    if limb is None:
        return "Unknown film"
    if side is None:
        return f"{LIMB_WORD[limb].capitalize()}, side unknown"
    return f"{SIDE_WORD[side].capitalize()} {LIMB_WORD[limb]}"


def how_many(count: int, what: str) -> str:
    """`1 patient`, `3 patients`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
