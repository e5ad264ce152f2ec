"""How sites, limbs and sides are called on the screen."""

import re

from core.svh import Damage, Limb, Side

SIDE_WORD = {Side.L: "left", Side.R: "right"}
LIMB_WORD = {Limb.HAND: "hand", Limb.FOOT: "foot"}
DAMAGE_WORD = {Damage.JSN: "JSN", Damage.EROSION: "erosion"}
SOURCE_WORD = {
    "user": "from you",
    "tag": "from the DICOM tag",
    "name": "from the file name",
    "anatomy": "from the anatomy",
}
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
